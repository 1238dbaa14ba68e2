// SPDX-License-Identifier: Apache-2.0
#include "cli/stop_signal.h"

#include <chrono>
#include <utility>

#include <signal.h>
#include <unistd.h>

#include <airspool/core/clock.h>

namespace airspool::cli {
namespace {

constexpr int kEndOfWatch = SIGUSR1;  // from the destructor to the watcher
constexpr int kExitOfSignal = 128;    // what a shell adds to the number of the signal
// timeout(1), sudo and others pass one wish on twice: to the process and to its group.
constexpr Nanoseconds kSameWish = std::chrono::milliseconds(500);

sigset_t watched() {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGINT);
  sigaddset(&set, SIGTERM);
  sigaddset(&set, kEndOfWatch);
  return set;
}

}  // namespace

StopSignal::StopSignal(std::function<void()> on_stop) : on_stop_(std::move(on_stop)) {
  const sigset_t set = watched();
  pthread_sigmask(SIG_BLOCK, &set, nullptr);
  watcher_ = std::thread([this] { watch(); });
}

StopSignal::~StopSignal() {
  pthread_kill(watcher_.native_handle(), kEndOfWatch);
  watcher_.join();
  const sigset_t set = watched();
  pthread_sigmask(SIG_UNBLOCK, &set, nullptr);
}

void StopSignal::watch() {
  const sigset_t set = watched();
  const SystemClock clock;
  BootTime first{};
  for (;;) {
    int number = 0;
    if (sigwait(&set, &number) != 0) continue;
    if (number == kEndOfWatch) return;
    const BootTime now = clock.boot_now();
    if (received_ != 0) {
      if (now - first < kSameWish) continue;
      _exit(kExitOfSignal + number);
    }
    first = now;
    received_ = number;
    on_stop_();
  }
}

}  // namespace airspool::cli
