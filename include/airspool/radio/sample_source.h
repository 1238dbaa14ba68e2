// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include <airspool/core/iq_block.h>
#include <airspool/core/result.h>

namespace airspool::radio {

class GainControl;

// What a source delivers; fixed from open to close.
struct SourceInfo {
  std::string name;  // for messages: the file's path, the dongle's serial, "simulator"
  SampleFormat format = SampleFormat::kCu8;
  std::uint32_t sample_rate_hz = 2'400'000;
  // Total length when it is known beforehand (a file that does not loop): for a progress bar.
  std::optional<std::uint64_t> total_samples;
};

// Where samples come from: a file, the simulator, a dongle. Opened by each implementation's own
// `static Result<...> open(settings)`. Owned and read by one thread (dsp); only `stop` may be called from another.
class SampleSource {
 public:
  SampleSource() = default;
  SampleSource(const SampleSource&) = delete;
  SampleSource& operator=(const SampleSource&) = delete;
  virtual ~SampleSource() = default;

  [[nodiscard]] virtual const SourceInfo& info() const = 0;

  // The next samples, in order. Waits for them (a source with real-time pace waits until they are due). An empty block
  // is the end of the stream; so is every call after it, and after stop(). The bytes live until the next call.
  virtual Result<IqBlock> next() = 0;

  // Ends the stream soon; `next` returns within about 100 ms. Safe from any thread, and twice.
  virtual void stop() = 0;

  // Of its tuner; null for a source that has none. Lives as long as the source; safe from any thread.
  virtual GainControl* gain() { return nullptr; }
};

}  // namespace airspool::radio
