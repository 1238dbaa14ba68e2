// SPDX-License-Identifier: Apache-2.0
// What the fuzzer of pulse trains does for hours, for a second: its seeds, and programs made by chance.
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "judge.h"
#include "program.h"
#include "seeds.h"

namespace airspool::trains {
namespace {

std::size_t frames_of(const Heard& heard) {
  std::size_t frames = 0;
  for (const auto& stream : heard.streams) frames += stream.size();
  return frames;
}

TEST(PulseTrainsTest, EverySeedKeepsThePromises) {
  for (const Seed& seed : seeds()) EXPECT_EQ(judge(build(seed.bytes)), "") << seed.name;
}

TEST(PulseTrainsTest, TheSeedsHoldFramesThatAreHeard) {
  // Else the judge would have nothing to judge.
  std::map<std::string, std::size_t> by_matter;
  for (const Seed& seed : seeds()) {
    const Program program = build(seed.bytes);
    modes::Demodulator demodulator = modes::Demodulator::create(program.settings).value();
    by_matter[seed.name.substr(0, seed.name.find('-'))] += frames_of(demodulate(demodulator, program, 0));
  }
  for (const auto& [matter, frames] : by_matter) EXPECT_GE(frames, 8U) << matter;
}

TEST(PulseTrainsTest, ProgramsMadeByChanceKeepThePromises) {
  std::uint64_t random = 2026;
  for (int run = 0; run < 60; ++run) {
    std::vector<std::uint8_t> bytes(40 + static_cast<std::size_t>(run));
    for (std::uint8_t& byte : bytes) {
      random = random * 6364136223846793005U + 1442695040888963407U;
      byte = static_cast<std::uint8_t>(random >> 56U);
    }
    ASSERT_EQ(judge(build(bytes)), "") << "run " << run;
  }
}

}  // namespace
}  // namespace airspool::trains
