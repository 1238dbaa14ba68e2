// SPDX-License-Identifier: Apache-2.0
#pragma once

// Marks a function whose plain loops the compiler may translate a second time for AVX2; the loader picks what the
// processor has. No fused multiply-add and no reordering: both give the same bits, so that what is heard does not
// depend on the machine (tests/digest holds them against a build with AIRSPOOL_SCALAR, which has neither). Sanitizers
// cannot stand code that runs before they do, which is when the loader picks.
#if !defined(AIRSPOOL_SCALAR) && defined(__x86_64__) && defined(__ELF__) && defined(__GLIBC__) && \
    !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__) && !defined(__clang__)
#define AIRSPOOL_VECTOR_CLONES __attribute__((target_clones("avx2", "default")))
#else
#define AIRSPOOL_VECTOR_CLONES
#endif
