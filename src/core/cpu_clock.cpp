// SPDX-License-Identifier: Apache-2.0
#include <chrono>

#include <time.h>

#include <airspool/core/cpu_clock.h>

namespace airspool {

Nanoseconds thread_cpu_time() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return std::chrono::seconds(now.tv_sec) + Nanoseconds(now.tv_nsec);
}

}  // namespace airspool
