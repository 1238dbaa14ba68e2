// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include <airspool/core/iq_block.h>
#include <airspool/modes/demodulator.h>

namespace airspool::trains {

// Consecutive samples, and what happens to the demodulator before they come.
struct Segment {
  std::uint64_t first_sample = 0;
  std::vector<std::byte> samples;
  bool finish_before = false;
  std::optional<modes::Effort> effort;
};

// A stream of samples made of pulse trains, and how it is to be demodulated.
struct Program {
  modes::DemodulatorSettings settings;
  SampleFormat format = SampleFormat::kCu8;
  std::uint8_t split = 0;  // how the samples are cut into blocks
  std::vector<Segment> segments;
};

// Any bytes are a program. The first six choose rate, format, effort, wait, cut, noise and offset; then come
// instructions, each a byte and its operands: frames of all formats with right or damaged parity at any amplitude,
// carrier, phase and fraction of a sample, over each other or cut short; echoes; Mode A/C replies; bare carriers; raw
// samples; steps of offset, noise and clipping; gaps and jumps of the sample index, ends of the stream and changes of
// effort. What is missing at the end counts as zeros. The same bytes give the same samples; a program is at most
// kMaxSamples long, so that a run takes milliseconds.
inline constexpr std::size_t kMaxSamples = 40'000;
Program build(std::span<const std::uint8_t> bytes);

}  // namespace airspool::trains
