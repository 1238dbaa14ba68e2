// SPDX-License-Identifier: Apache-2.0
#include "front_end.h"

#include <cstddef>
#include <cstdint>
#include <vector>

#include <gtest/gtest.h>

namespace airspool::modes {
namespace {

std::vector<std::int16_t> words(std::size_t count, std::uint32_t state, int limit) {
  std::vector<std::int16_t> result;
  for (std::size_t n = 0; n < count; ++n) {
    state = state * 1664525U + 1013904223U;
    result.push_back(static_cast<std::int16_t>(static_cast<int>(state >> 8U) % (limit + 1) * (state >> 31U ? 1 : -1)));
  }
  return result;
}

TEST(FrontEndTest, EnergiesAreTheSumsOfSquaresWhicheverWayTheyAreAdded) {
  // One to nine blocks: whole groups of four and what is left over.
  for (std::size_t blocks = 1; blocks < 10; ++blocks) {
    for (const int limit : {1, 300, 32767}) {
      const auto iq = words(16 * blocks, static_cast<std::uint32_t>(blocks), limit);
      std::vector<std::uint32_t> energies(blocks);
      block_energies(iq.data(), blocks, energies.data());
      for (std::size_t b = 0; b < blocks; ++b) {
        std::uint64_t sum = 0;
        for (std::size_t k = 16 * b; k < 16 * b + 16; k += 2) {
          sum += static_cast<std::uint64_t>(iq[k] * iq[k] + iq[k + 1] * iq[k + 1]) >> 3U;
        }
        EXPECT_EQ(energies[b], sum);
      }
    }
  }
}

TEST(FrontEndTest, FullScaleFitsIntoAnEnergy) {
  const std::vector<std::int16_t> iq(64, -32767);
  std::vector<std::uint32_t> energies(4);
  block_energies(iq.data(), 4, energies.data());
  EXPECT_EQ(energies[0], 8U * (2U * 32767U * 32767U >> 3U));
  EXPECT_EQ(energies[3], energies[0]);
}

TEST(FrontEndTest, TheLowestWordIsRaisedByOne) {
  const std::vector<std::byte> bytes = {std::byte{0x00}, std::byte{0x80}, std::byte{0xFF}, std::byte{0x7F}};
  std::int16_t iq[2];
  convert_samples({bytes, SampleFormat::kCs16, 0}, 0, 1, iq);
  EXPECT_EQ(iq[0], -32767);
  EXPECT_EQ(iq[1], 32767);
}

TEST(FrontEndTest, MeasuresNoiseAndOffsetWhereNothingIsOnTheAir) {
  auto iq = words(2 * 16384, 7, 600);
  double square = 0.0;
  for (std::int16_t& word : iq) {
    square += static_cast<double>(word) * word;
    word = static_cast<std::int16_t>(word + 500);
  }
  NoiseMeter meter(16384);
  meter.measure(iq, 16384);
  const double power = square / 16384 / kFullScale / kFullScale;
  // Evenly spread words are quieter in their tails than the normal ones that the meter is made for.
  EXPECT_NEAR(meter.estimate().power / power, 1.1, 0.1);
  EXPECT_NEAR(meter.estimate().dc_i * kFullScale, 500.0, 25.0);
  EXPECT_NEAR(meter.estimate().dc_q * kFullScale, 500.0, 25.0);
  for (std::size_t block = 0; block < meter.blocks(); ++block) EXPECT_FALSE(meter.active(block));
}

}  // namespace
}  // namespace airspool::modes
