// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <optional>

#include <airspool/core/clock.h>
#include <airspool/modes/demodulator.h>

namespace airspool::collector {

// Keeps a demodulator in time with a source that does not wait: when it needs nearly as long for the samples as they
// last, less effort goes into them, before any are lost; when there is room again, more. Goes by what was measured, so
// that a busy sky and a busy machine are alike. One thread.
class EffortGovernor {
 public:
  // Never more than `wanted`.
  explicit EffortGovernor(modes::Effort wanted) : wanted_(wanted), now_(wanted) {}

  // Samples of this length took `work` to demodulate. The effort to go on with, when it changes.
  std::optional<modes::Effort> observe(Nanoseconds signal, Nanoseconds work);

  [[nodiscard]] modes::Effort effort() const { return now_; }
  // Share of the time that the demodulator needed, over the last whole period.
  [[nodiscard]] double load() const { return load_; }

 private:
  modes::Effort wanted_;
  modes::Effort now_;
  Nanoseconds signal_{0};
  Nanoseconds work_{0};
  Nanoseconds at_ease_{0};
  double load_ = 0.0;
};

}  // namespace airspool::collector
