// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>

#include <airspool/core/result.h>

namespace airspool::collector {

// What a running collector says of its tuner's gain.
struct GainAnswer {
  std::string wanted;             // "38.6 dB", "auto", "agc"
  std::optional<double> gain_db;  // nothing under the tuner's own control, and without a tuner
  std::string reason;
};

// Asks the collector behind this control socket (control.h), and changes the gain when `gain` is not empty. Errors are
// those of ask_control; kUnavailable: it has no tuner, or the tuner does not take it. Any thread.
Result<GainAnswer> ask_gain(const std::string& control_path, const std::string& gain);

}  // namespace airspool::collector
