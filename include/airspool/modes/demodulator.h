// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>

#include <airspool/core/iq_block.h>
#include <airspool/core/result.h>
#include <airspool/modes/demodulator_stats.h>
#include <airspool/modes/frame.h>

namespace airspool::modes {

inline constexpr std::uint32_t kMaxAddressWaitMs = 1000;

struct DemodulatorSettings {
  std::uint32_t sample_rate_hz = 2'400'000;  // 2,000,000 or 2,400,000
  // How long an address-parity reply may wait for a frame that proves its address, 0..1000. All frames leave that much
  // later, so that their order stands; most aircraft squitter at least twice in half a second.
  std::uint32_t address_wait_ms = 500;
  Effort effort = Effort::kFull;
};

// IQ samples -> Mode S frames (ICAO Annex 10 Vol IV 3.1.2.1: 1 Mbit/s pulse position modulation after an 8 us
// preamble). Deterministic: the same samples give the same frames, however they are cut into blocks. Carries its
// overlap between blocks: work is done in windows of 16,384 samples, so that a frame comes out one window and a frame's
// length (7 to 8 ms) and the address wait after it was heard, counted in samples. No thread, clock, file or log; after
// construction nothing is allocated but by the sink's vector when it grows, and memory does not depend on the input.
// One thread only.
//
// Accepted is what a transponder likelier sent than chance made, by bits, parity and what is known of addresses
// (src/modes/acceptance.cpp): DF17/18 and DF11 without an interrogator's code by themselves; with a code, and
// DF0/4/5/16/20/21, for an address that one of those has proved in the last two minutes. Bits that were hardly decided
// are repaired where only one codeword is near (`corrected_bits`); nothing is filled in from what an aircraft is
// expected to say.
class Demodulator {
 public:
  // kUsage when the rate is none of the supported ones or the wait is too long.
  static Result<Demodulator> create(const DemodulatorSettings& settings);
  Demodulator(Demodulator&&) noexcept;
  Demodulator& operator=(Demodulator&&) noexcept;
  ~Demodulator();

  // Appends the frames that are decided by now, in timestamp order over all calls. A jump of `first_sample` is a gap:
  // what was in flight is rejected as truncated. A jump backwards is a new stream: what waits comes out, addresses are
  // forgotten and times start again.
  void process(const IqBlock& block, FrameSink& sink);

  // The stream is over: what waits is decided, and a frame that was cut is rejected as truncated. A block that follows
  // begins a new stream.
  void finish(FrameSink& sink);

  // From the next window on.
  void set_effort(Effort effort);

  // What happened since the last call: samples as they were taken in, frames as they were given out. Nobody but the
  // caller counts them on.
  DemodulatorStats take_stats();

 private:
  class Impl;
  explicit Demodulator(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace airspool::modes
