// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <string>

namespace airspool {

// What `airspool check` finds, step by step, for people.
enum class CheckState : std::uint8_t {
  kGood,
  kWarning,  // works, and something should be looked at
  kFailed,   // what comes behind it was not tried
  kSkipped,  // not tried, for the reason in `detail`
};
const char* to_string(CheckState state);  // "good", "warning", "failed", "skipped"

struct CheckStep {
  std::string step;  // one word
  CheckState state = CheckState::kGood;
  std::string detail;  // what was seen, in a sentence
  std::string next;    // what to do about it; empty when there is nothing to do
};

// A step with what a message says. Errors of this program say what is wrong, a semicolon, and what to do.
CheckStep step_of(std::string step, CheckState state, const std::string& message);
inline CheckStep failed_step(std::string step, const std::string& message) {
  return step_of(std::move(step), CheckState::kFailed, message);
}

// Steps are handed on as they are done: some take seconds.
using OnStep = std::function<void(const CheckStep&)>;

}  // namespace airspool
