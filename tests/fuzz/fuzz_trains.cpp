// SPDX-License-Identifier: Apache-2.0
// Pulse trains with all kinds of damage, written as a small program (trains/program.h), and what the demodulator
// promises about any samples (trains/judge.h).
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <span>
#include <string>

#include <sanitizer/allocator_interface.h>

#include "trains/judge.h"
#include "trains/program.h"

namespace {

std::atomic<std::size_t> allocated{0};

void count_allocation(const volatile void* /*block*/, std::size_t /*size*/) { ++allocated; }
void ignore_free(const volatile void* /*block*/) {}
std::size_t allocations() { return allocated; }

}  // namespace

extern "C" int LLVMFuzzerInitialize(int* /*argc*/, char*** /*argv*/) {
  return __sanitizer_install_malloc_and_free_hooks(count_allocation, ignore_free) != 0 ? 0 : 1;
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string complaint = airspool::trains::judge(airspool::trains::build({data, size}), allocations);
  if (complaint.empty()) return 0;
  std::fprintf(stderr, "%s\n", complaint.c_str());
  std::abort();
}
