// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

namespace airspool::radio {

// What the demodulator met in a stretch of signal: plain sums.
struct GainEvidence {
  double seconds = 0.0;  // of signal
  std::uint64_t frames = 0;
  std::uint64_t strong = 0;  // of them, above -3 dBFS
  double noise_power = 0.0;  // sum over noise_samples of the noise floor; full scale is 1
  std::uint64_t noise_samples = 0;

  GainEvidence& operator+=(const GainEvidence& later);
  [[nodiscard]] std::optional<double> noise_dbfs() const;
};

// Which step of a tuner's table is right. Strong messages that clip say that the gain is too high, and so does noise
// that fills the converter; noise so low that the converter's own steps drown it says that the gain is too low. In
// between (1 to 5 % strong, -37 to -24 dBFS) nothing is changed: one strong aircraft overhead must not play with the
// gain. After a step down there is none up for ten minutes. Time is that of the signal. Pure; one thread.
class GainPolicy {
 public:
  static constexpr double kPeriodS = 20.0;
  static constexpr double kPatienceS = 180.0;    // for enough messages to tell a share by
  static constexpr std::uint64_t kEnough = 100;  // messages
  static constexpr double kTooStrong = 0.05;     // share
  static constexpr double kFewStrong = 0.01;
  static constexpr double kNoiseTooHighDbfs = -24.0;
  static constexpr double kNoiseTooLowDbfs = -37.0;  // the converter's own noise is at -50
  static constexpr double kRestAfterDownS = 600.0;

  // A table of `steps` gains, lowest first; `step` is at work.
  GainPolicy(std::size_t steps, std::size_t step);

  struct Verdict {
    std::size_t step = 0;  // to go on with: the same, or its neighbour
    std::string reason;    // "7.3 % of 812 messages above -3 dBFS: more than 5 %"
  };
  // Nothing before the period is over.
  std::optional<Verdict> observe(const GainEvidence& evidence);

 private:
  [[nodiscard]] Verdict judge();

  std::size_t steps_;
  std::size_t step_;
  GainEvidence period_;
  double since_down_s_ = kRestAfterDownS;
};

}  // namespace airspool::radio
