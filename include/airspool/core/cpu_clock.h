// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>

#include <airspool/core/clock.h>

namespace airspool {

// Processor time that a thread has used, for what is told about ourselves. Injected like the time of a Clock; it is
// called on the thread that it measures.
using CpuClock = std::function<Nanoseconds()>;

// The machine's own: of whichever thread calls it.
Nanoseconds thread_cpu_time();

}  // namespace airspool
