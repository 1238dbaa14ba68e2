// SPDX-License-Identifier: Apache-2.0
#include "cli/stop_signal.h"

#include <utility>

#include <signal.h>
#include <unistd.h>

namespace airspool::cli {
namespace {

constexpr int kEndOfWatch = SIGUSR1;  // from the destructor to the watcher
constexpr int kExitOfSignal = 128;    // what a shell adds to the number of the signal

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
  for (;;) {
    int number = 0;
    if (sigwait(&set, &number) != 0) continue;
    if (number == kEndOfWatch) return;
    if (received_ != 0) _exit(kExitOfSignal + number);
    received_ = number;
    on_stop_();
  }
}

}  // namespace airspool::cli
