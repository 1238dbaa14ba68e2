// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <memory>

#include <airspool/radio/pace.h>
#include <airspool/radio/sample_source.h>
#include <airspool/radio/sim_settings.h>

namespace airspool::radio {

struct SimSourceSettings {
  SimSettings sim;  // with sim.seconds the source ends; a simulated minute is 60
  Pace pace = Pace::kRealTime;
  std::size_t block_samples = 131'072;
};

// The simulated sky as a source of cu8 samples, named "simulator". Endless unless `sim.seconds` is set, and then
// info().total_samples is known. Errors of open(): kUsage.
class SimSource final : public SampleSource {
 public:
  static Result<std::unique_ptr<SimSource>> open(const SimSourceSettings& settings, PaceTiming timing = {});
  ~SimSource() override;

  [[nodiscard]] const SourceInfo& info() const override;
  Result<IqBlock> next() override;
  void stop() override;

 private:
  struct State;
  explicit SimSource(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace airspool::radio
