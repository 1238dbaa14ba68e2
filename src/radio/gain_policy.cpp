// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <cstdio>

#include <airspool/radio/gain_policy.h>

namespace airspool::radio {
namespace {

std::string text_of(const char* format, double value) {
  char text[64];
  std::snprintf(text, sizeof text, format, value);
  return text;
}

}  // namespace

GainEvidence& GainEvidence::operator+=(const GainEvidence& later) {
  seconds += later.seconds;
  frames += later.frames;
  strong += later.strong;
  noise_power += later.noise_power;
  noise_samples += later.noise_samples;
  return *this;
}

std::optional<double> GainEvidence::noise_dbfs() const {
  if (noise_samples == 0 || noise_power <= 0.0) return std::nullopt;
  return 10.0 * std::log10(noise_power / static_cast<double>(noise_samples));
}

GainPolicy::GainPolicy(std::size_t steps, std::size_t step) : steps_(steps), step_(std::min(step, steps - 1)) {}

std::optional<GainPolicy::Verdict> GainPolicy::observe(const GainEvidence& evidence) {
  period_ += evidence;
  since_down_s_ += evidence.seconds;
  if (period_.seconds < kPeriodS) return std::nullopt;
  // What only messages can tell waits for them; noise alone is clear at once.
  const double noise = period_.noise_dbfs().value_or(kNoiseTooLowDbfs);
  const bool noise_decides = noise > kNoiseTooHighDbfs;
  if (period_.frames < kEnough && !noise_decides && period_.seconds < kPatienceS) return std::nullopt;
  Verdict verdict = judge();
  if (verdict.step < step_) since_down_s_ = 0.0;
  step_ = verdict.step;
  period_ = {};
  return verdict;
}

GainPolicy::Verdict GainPolicy::judge() {
  const double share =
      period_.frames == 0 ? 0.0 : static_cast<double>(period_.strong) / static_cast<double>(period_.frames);
  const std::string strong =
      text_of("%.1f %%", 100.0 * share) + " of " + std::to_string(period_.frames) + " messages above -3 dBFS";
  const auto noise = period_.noise_dbfs();
  const std::string floor = noise ? "noise floor " + text_of("%.1f dBFS", *noise) : "noise floor not known";
  if (period_.frames >= kEnough && share > kTooStrong) {
    if (step_ > 0) return {step_ - 1, strong + ": more than 5 %, a step down"};
    return {step_, strong + ": more than 5 %, and the gain is at its lowest; move the antenna or attenuate"};
  }
  if (noise && *noise > kNoiseTooHighDbfs) {
    if (step_ > 0) return {step_ - 1, floor + ": above -24, a step down"};
    return {step_, floor + ": above -24, and the gain is at its lowest; a filter for 1090 MHz may help"};
  }
  if (noise && *noise < kNoiseTooLowDbfs && share < kFewStrong) {
    const std::string why = floor + ": below -37, " + strong;
    if (step_ + 1 == steps_) return {step_, why + ", and the gain is at its highest"};
    if (since_down_s_ < kRestAfterDownS) return {step_, why + "; was lowered less than 10 minutes ago"};
    return {step_ + 1, why + ", a step up"};
  }
  return {step_, strong + ", " + floor + ": as it should be"};
}

}  // namespace airspool::radio
