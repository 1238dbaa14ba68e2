// SPDX-License-Identifier: Apache-2.0
#include "cli/progress_bar.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <string>

#include <unistd.h>

namespace airspool::cli {
namespace {

constexpr Nanoseconds kRedraw = std::chrono::milliseconds(100);
constexpr int kWidth = 30;

}  // namespace

ProgressBar::ProgressBar(std::optional<double> total_s)
    : enabled_(::isatty(STDERR_FILENO) != 0), total_s_(total_s), started_(clock_.boot_now()) {}

void ProgressBar::update(double done_s, std::uint64_t frames) {
  if (!enabled_) return;
  const BootTime now = clock_.boot_now();
  if (now - drawn_ < kRedraw) return;
  drawn_ = now;
  visible_ = true;

  std::string line = "\r";
  if (total_s_ && *total_s_ > 0.0) {
    const double share = std::clamp(done_s / *total_s_, 0.0, 1.0);
    const int full = static_cast<int>(share * kWidth);
    line += '[' + std::string(full, '#') + std::string(kWidth - full, '-') + "] ";
    line += std::to_string(static_cast<int>(share * 100.0)) + " %  ";
  }
  const double spent_s = std::chrono::duration<double>(now - started_).count();
  std::array<char, 96> numbers{};
  std::snprintf(numbers.data(), numbers.size(), "%.1f s of signal, %.0f x real time, %llu messages\033[K", done_s,
                spent_s > 0.0 ? done_s / spent_s : 0.0, static_cast<unsigned long long>(frames));
  line += numbers.data();
  std::fputs(line.c_str(), stderr);
  std::fflush(stderr);
}

void ProgressBar::clear() {
  if (!visible_) return;
  visible_ = false;
  std::fputs("\r\033[K", stderr);
  std::fflush(stderr);
}

}  // namespace airspool::cli
