// SPDX-License-Identifier: Apache-2.0
// Any bytes as samples, cut into blocks and broken by gaps as they please.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <span>

#include <airspool/core/iq_block.h>
#include <airspool/modes/demodulator.h>

namespace {

// The frames of a stream leave in order of time, with a length that exists.
void check(const airspool::modes::FrameSink& sink, std::uint64_t& last_tick) {
  for (const auto& frame : sink.frames) {
    if (frame.length != airspool::modes::kShortFrameBytes && frame.length != airspool::modes::kLongFrameBytes)
      std::abort();
    if (frame.timestamp_12mhz < last_tick) std::abort();
    last_tick = frame.timestamp_12mhz;
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using airspool::IqBlock;
  using airspool::SampleFormat;
  using airspool::modes::Demodulator;
  constexpr std::size_t kHeader = 4;
  if (size < kHeader) return 0;
  const std::uint8_t choices = data[0];
  const std::size_t block_bytes = 4 * (1 + static_cast<std::size_t>(data[1]) * 16);
  const std::uint64_t gap = static_cast<std::uint64_t>(data[3]) << (data[2] % 64U);
  auto demodulator = Demodulator::create({.sample_rate_hz = (choices & 1U) != 0 ? 2'000'000U : 2'400'000U,
                                          .address_wait_ms = (choices & 2U) != 0 ? 0U : 1000U});
  if (!demodulator) std::abort();

  airspool::modes::FrameSink sink;
  std::uint64_t last_tick = 0;
  std::uint64_t first_sample = 0;
  const auto samples = std::as_bytes(std::span(data + kHeader, size - kHeader));
  for (std::size_t done = 0; done < samples.size(); done += block_bytes) {
    IqBlock block;
    block.bytes = samples.subspan(done, std::min(block_bytes, samples.size() - done));
    block.format = (choices & 4U) != 0 ? SampleFormat::kCs16 : SampleFormat::kCu8;
    block.first_sample = first_sample;
    demodulator->process(block, sink);
    first_sample += block.samples();
    // Now and then a gap, which may also lead back to the start.
    if ((choices & 8U) != 0 && (done / block_bytes) % 5 == 4) {
      if (first_sample + gap < first_sample || (first_sample + gap) >> 60U != 0) {
        first_sample = 0;
        check(sink, last_tick);
        sink.frames.clear();
        demodulator->finish(sink);
        check(sink, last_tick);
        sink.frames.clear();
        last_tick = 0;
      } else {
        first_sample += gap;
      }
    }
  }
  demodulator->finish(sink);
  check(sink, last_tick);
  return 0;
}
