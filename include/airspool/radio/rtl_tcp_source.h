// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include <airspool/core/clock.h>
#include <airspool/radio/gain_control.h>
#include <airspool/radio/rtlsdr_source.h>
#include <airspool/radio/sample_source.h>

namespace airspool::radio {

struct RtlTcpSettings {
  std::string host = "127.0.0.1";
  std::uint16_t port = 1234;
  std::uint32_t frequency_hz = 1'090'000'000;
  std::uint32_t sample_rate_hz = 2'400'000;
  int ppm = 0;
  bool bias_tee = false;
  GainChoice gain;

  std::size_t block_samples = 131'072;
  // What comes first was sampled before the server heard of our settings: so many bytes (two of its buffers) are not
  // looked at.
  std::size_t settling_bytes = 524'288;
};

// The dongle of another machine, by the protocol of librtlsdr's rtl_tcp: a header of 12 bytes ("RTL0", tuner, number of
// gains), then cu8 samples without end; the other way commands of 5 bytes. There or not, and that is never an end: a
// server that is absent, lost, silent for 2 s or no rtl_tcp is tried again, first after half a second, then up to 30 s
// apart, and said once. The time without it shows as a jump of the sample index. Samples that the server itself
// dropped, because the network was too slow, cannot be told: the protocol does not number them.
//
// Samples are read from the socket into the block that next() hands out: one copy, no thread, no queue but the
// kernel's.
//
// Which gains the tuner has is librtlsdr's knowledge, by the tuner's number; of one that is not known, its own control
// is used. A gain that is chosen from another thread is written to the socket there.
class RtlTcpSource final : public SampleSource {
 public:
  // As that of a dongle here; called by the thread in next(), about once a second.
  using Tell = RtlSdrSource::Tell;

  // kUsage: settings that make no sense. Connects in next(). `clock`: a test's own; must outlive the source.
  static Result<std::unique_ptr<RtlTcpSource>> open(const RtlTcpSettings& settings, Tell tell = {},
                                                    const Clock* clock = nullptr);
  ~RtlTcpSource() override;

  [[nodiscard]] const SourceInfo& info() const override;
  Result<IqBlock> next() override;
  void stop() override;
  GainControl* gain() override;

 private:
  struct State;
  explicit RtlTcpSource(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace airspool::radio
