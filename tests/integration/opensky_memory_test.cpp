// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cstring>
#include <string>

#include <gtest/gtest.h>
#include <malloc.h>

#include <airspool/opensky/states_parser.h>

#include "fakes/mock_sky.h"
#include "rss.h"

namespace airspool::opensky {
namespace {

constexpr std::int64_t kMost = 8'000'000;

TEST(OpenSkyMemoryTest, TheWholeWorldTakesAtMostEightMegabytes) {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  GTEST_SKIP() << "a sanitizer's memory is its own";
#endif
  const std::string text = test::MockSky(1, 12'000, {46.8, 8.2}).answer(1'790'000'000, {{}, {}, true});
  ::malloc_trim(0);
  const std::int64_t before = test::private_bytes();
  std::int64_t peak = before;
  ParseReport report;
  const auto answer = parse_states(
      [&, at = std::size_t{0}](std::span<char> into) mutable -> Result<std::size_t> {
        peak = std::max(peak, test::private_bytes());
        const std::size_t count = std::min(into.size(), text.size() - at);
        std::memcpy(into.data(), text.data() + at, count);
        at += count;
        return count;
      },
      &report);
  peak = std::max(peak, test::private_bytes());
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->states.size(), 12'000U);
  EXPECT_GT(peak - before, 1'000'000) << "the rows themselves must have been seen";
  EXPECT_LE(peak - before, kMost);
}

}  // namespace
}  // namespace airspool::opensky
