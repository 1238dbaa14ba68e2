// SPDX-License-Identifier: Apache-2.0
#include <utility>

#include <airspool/core/check_step.h>

namespace airspool {

const char* to_string(CheckState state) {
  switch (state) {
    case CheckState::kGood:
      return "good";
    case CheckState::kWarning:
      return "warning";
    case CheckState::kFailed:
      return "failed";
    case CheckState::kSkipped:
      break;
  }
  return "skipped";
}

CheckStep step_of(std::string step, CheckState state, const std::string& message) {
  const auto cut = message.find("; ");
  return {std::move(step), state, message.substr(0, cut), cut == std::string::npos ? "" : message.substr(cut + 2)};
}

}  // namespace airspool
