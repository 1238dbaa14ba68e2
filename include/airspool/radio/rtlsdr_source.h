// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include <airspool/core/clock.h>
#include <airspool/radio/gain_control.h>
#include <airspool/radio/sample_source.h>

namespace airspool::radio {

class DongleBus;

struct RtlSdrSettings {
  std::string device;  // a serial, else an index; empty: the first dongle
  GainChoice gain;
  int ppm = 0;
  bool bias_tee = false;
  std::uint32_t sample_rate_hz = 2'400'000;
};

// How the dongle is, for whoever shows it. Counts are since the start.
struct DongleState {
  bool streaming = false;  // blocks come
  std::string serial;      // of the newest one; empty before the first
  std::string tuner;
  std::string trouble;  // why none streams, with the next step; empty while one does
  GainState gain;

  std::uint64_t samples = 0;          // that it gave; those below among them
  std::uint64_t samples_dropped = 0;  // whole blocks that came while the ring was full
  std::uint64_t samples_lost = 0;     // that never came, by the clock: the dongle was not listened to, or paused
  std::uint64_t openings = 0;         // that were good
  std::uint64_t failed_openings = 0;
  std::uint64_t stalls = 0;  // no block for 2 s
  std::uint64_t losses = 0;  // unplugged, or given up by the library
  std::uint64_t resets = 0;  // of the USB device, after a stall
  std::uint64_t hung = 0;    // library calls that did not come back and were left behind
};

// An RTL-SDR dongle at 1090 MHz, by librtlsdr: there or not, and that is never an end. A dongle that is absent at the
// start, unplugged, held by somebody else or silent is waited for: presence is looked at each second; an opening that
// fails is tried again after 1 s, 2 s, 4 s ... 30 s; no block for 2 s closes it, resets its USB device once and opens
// it anew. What the log says of it, it says once.
//
// Two threads: the device's own (opens, streams, copies each buffer into a ring of 2.5 MiB) and that of next(), which
// hands out the ring's blocks in place and watches over the first. A ring that is full costs whole blocks, counted; the
// sample index runs on, over those and over the time without a dongle, at the rate of the samples. A library call that
// never comes back costs its thread and nothing else.
class RtlSdrSource final : public SampleSource {
 public:
  // Called by the thread in next(), when something of it changed, ten times a second at most.
  using Tell = std::function<void(const DongleState&)>;

  // Whether this build has librtlsdr.
  static bool built_in();
  // kConfig: it has not. Says nothing about dongles: those come later.
  static Result<std::unique_ptr<RtlSdrSource>> open(const RtlSdrSettings& settings, Tell tell);
  // With a stand-in for the library and a clock of one's own (not owned; must outlive the source), for tests.
  static std::unique_ptr<RtlSdrSource> open_on(std::unique_ptr<DongleBus> bus, const RtlSdrSettings& settings,
                                               Tell tell, const Clock* clock = nullptr);
  ~RtlSdrSource() override;

  [[nodiscard]] const SourceInfo& info() const override;
  Result<IqBlock> next() override;
  void stop() override;
  GainControl* gain() override;

 private:
  struct State;
  explicit RtlSdrSource(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace airspool::radio
