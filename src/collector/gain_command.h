// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include <airspool/core/result.h>
#include <airspool/radio/gain_control.h>

namespace airspool::collector {

// The control command "radio.gain": {"gain":"38.6"} (or "auto", "agc") sets it, {} only asks. `gain`: of the source
// that runs; null for one without a tuner. The answer: {"wanted":"auto","gain_db":40.2,"reason":"..."}. Any thread.
inline constexpr std::string_view kGainCommand = "radio.gain";
Result<std::string> answer_gain(radio::GainControl* gain, std::string_view arguments);

}  // namespace airspool::collector
