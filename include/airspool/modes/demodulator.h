// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>

#include <airspool/core/iq_block.h>
#include <airspool/core/result.h>
#include <airspool/modes/frame.h>

namespace airspool::modes {

struct DemodulatorSettings {
  std::uint32_t sample_rate_hz = 2'400'000;  // 2,000,000 or 2,400,000
};

// IQ samples -> Mode S frames (ICAO Annex 10 Vol IV 3.1.2.1: 1 Mbit/s pulse position modulation after an 8 us preamble).
// Deterministic: the same samples give the same frames, however they are cut into blocks. Carries its overlap between
// blocks. No thread, clock, file or log; after construction it allocates only when a block is larger than all before
// or a sink's vector grows. One thread only.
class Demodulator {
 public:
  // kUsage when the rate is none of the supported ones.
  static Result<Demodulator> create(const DemodulatorSettings& settings);
  Demodulator(Demodulator&&) noexcept;
  Demodulator& operator=(Demodulator&&) noexcept;
  ~Demodulator();

  // Appends the frames that end within the samples seen so far. A jump of `first_sample` is a gap: what was in flight is
  // rejected as truncated.
  void process(const IqBlock& block, FrameSink& sink);

  // The stream is over: what could still be decided is, and the rest is rejected as truncated.
  void finish(FrameSink& sink);

 private:
  class Impl;
  explicit Demodulator(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace airspool::modes
