// SPDX-License-Identifier: Apache-2.0
// The demodulator on recordings of the real sky. What is asked for is what other decoders find in them.
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include <airspool/core/iq_block.h>
#include <airspool/modes/demodulator.h>

#include "shared_data.h"

namespace airspool::modes {
namespace {

FrameSink demodulate(const std::filesystem::path& path, std::uint32_t rate) {
  std::ifstream file(path, std::ios::binary);
  const std::vector<char> bytes{std::istreambuf_iterator<char>(file), {}};
  Demodulator demodulator = Demodulator::create({.sample_rate_hz = rate}).value();
  FrameSink sink;
  demodulator.process({std::as_bytes(std::span(bytes)).first(bytes.size() / 2 * 2), SampleFormat::kCu8, 0}, sink);
  demodulator.finish(sink);
  return sink;
}

std::string hex(const ModeSFrame& frame) {
  static constexpr char kDigits[] = "0123456789ABCDEF";
  std::string text;
  for (const std::uint8_t byte : frame.view()) {
    text += kDigits[byte >> 4U];
    text += kDigits[byte & 0xFU];
  }
  return text;
}

TEST(RecordingsTest, HearsABusySkyAtTwoMegasamples) {
  const auto recording = test::shared_data("iq/modes1-2000k.cu8");
  const auto confirmed_list = test::shared_data("iq/modes1-confirmed.txt");
  AIRSPOOL_REQUIRE_SHARED(recording);
  AIRSPOOL_REQUIRE_SHARED(confirmed_list);
  const FrameSink sink = demodulate(recording, 2'000'000);

  std::size_t squitters = 0;
  std::set<std::string> distinct;
  for (const ModeSFrame& frame : sink.frames) {
    if (frame.df() == 17 || frame.df() == 18) ++squitters;
    distinct.insert(hex(frame));
  }
  std::size_t confirmed = 0;
  std::ifstream list(confirmed_list);
  for (std::string line; std::getline(list, line);) confirmed += distinct.count(line);

  EXPECT_GE(sink.frames.size(), 330U);
  EXPECT_GE(squitters, 190U);
  EXPECT_GE(confirmed, 160U);
  // Nearly all that no two other decoders agree on would be noise.
  EXPECT_LE(distinct.size() - confirmed, 20U);
}

TEST(RecordingsTest, HearsAWeakSkyAtTwoMegasamples) {
  const auto recording = test::shared_data("iq/ground-2000k.cu8");
  AIRSPOOL_REQUIRE_SHARED(recording);
  const FrameSink sink = demodulate(recording, 2'000'000);
  EXPECT_GE(sink.frames.size(), 10U);
  EXPECT_LE(sink.frames.size(), 25U);
}

TEST(RecordingsTest, HearsShortRecordingsAtTwoPointFourMegasamples) {
  for (const auto& [name, wanted] : {std::pair{"iq/short-a-2400k.cu8", 4U}, std::pair{"iq/short-b-2400k.cu8", 6U}}) {
    const auto recording = test::shared_data(name);
    AIRSPOOL_REQUIRE_SHARED(recording);
    EXPECT_GE(demodulate(recording, 2'400'000).frames.size(), wanted) << name;
  }
}

}  // namespace
}  // namespace airspool::modes
