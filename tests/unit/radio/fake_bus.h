// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "dongle.h"

namespace airspool::radio {

// A bus for tests of one thread: what is plugged in, what opening gives, and what happens while samples are read.
struct FakeBusState {
  std::mutex mutex;
  std::vector<DongleName> plugged{{0, "00000001", "Fake"}};
  std::optional<Error> open_error;
  Result<void> tune_result{};
  std::vector<int> gains{0, 90, 197, 402, 496};
  Result<void> gain_result{};
  // Called by stream() over and over; false: the dongle is gone.
  std::function<bool(const Dongle::Take& take)> play = [](const Dongle::Take&) { return false; };

  int looks = 0;
  int openings = 0;
  int closings = 0;
  int resets = 0;
  bool cancelled = false;
  bool deaf = false;  // to cancel()
  DongleTuning tuning;
  std::vector<std::optional<int>> gains_set;
};

class FakeDongle final : public Dongle {
 public:
  explicit FakeDongle(std::shared_ptr<FakeBusState> state) : state_(std::move(state)) {}
  ~FakeDongle() override {
    const std::lock_guard lock(state_->mutex);
    ++state_->closings;
  }
  [[nodiscard]] std::string tuner() const override { return "R820T"; }
  [[nodiscard]] std::vector<int> gains_tenth_db() const override { return state_->gains; }
  Result<void> tune(const DongleTuning& tuning) override {
    state_->tuning = tuning;
    return state_->tune_result;
  }
  Result<void> set_gain(std::optional<int> tenth_db) override {
    const std::lock_guard lock(state_->mutex);
    state_->gains_set.push_back(tenth_db);
    return state_->gain_result;
  }
  Result<void> stream(const Take& take) override {
    while (!cancelled() && state_->play(take)) {
    }
    const std::lock_guard lock(state_->mutex);
    state_->cancelled = false;
    return {};
  }
  void cancel() override {
    const std::lock_guard lock(state_->mutex);
    state_->cancelled = !state_->deaf;
  }

 private:
  [[nodiscard]] bool cancelled() const {
    const std::lock_guard lock(state_->mutex);
    return state_->cancelled;
  }
  std::shared_ptr<FakeBusState> state_;
};

class FakeBus final : public DongleBus {
 public:
  explicit FakeBus(std::shared_ptr<FakeBusState> state) : state_(std::move(state)) {}
  std::vector<DongleName> list() override {
    const std::lock_guard lock(state_->mutex);
    ++state_->looks;
    return state_->plugged;
  }
  Result<std::unique_ptr<Dongle>> open(const DongleName&) override {
    const std::lock_guard lock(state_->mutex);
    ++state_->openings;
    if (state_->open_error) return tl::unexpected(*state_->open_error);
    return std::make_unique<FakeDongle>(state_);
  }
  Result<void> reset(const DongleName&) override {
    const std::lock_guard lock(state_->mutex);
    ++state_->resets;
    return {};
  }

 private:
  std::shared_ptr<FakeBusState> state_;
};

}  // namespace airspool::radio
