// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <chrono>
#include <cmath>
#include <fstream>
#include <map>
#include <optional>
#include <sstream>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include <airspool/core/geo.h>
#include <airspool/modes/decode.h>
#include <airspool/sky/tracker.h>

#include "fakes/frame_builder.h"
#include "shared_data.h"

// Recorded messages through the tracker: every position that it draws lies on a track that can be flown.
namespace airspool::sky {
namespace {

struct Line {
  double seconds = 0.0;
  std::string hex;
};

std::vector<Line> lines_of(const std::filesystem::path& path) {
  std::vector<Line> lines;
  std::ifstream file(path);
  for (std::string line; std::getline(file, line);) {
    std::erase_if(line, [](char c) { return c == '"' || c == '\r'; });
    const std::size_t comma = line.find(',');
    if (comma == std::string::npos) continue;
    const std::string hex = line.substr(comma + 1, line.find(',', comma + 1) - comma - 1);
    lines.push_back({std::stod(line.substr(0, comma)), hex});
  }
  return lines;
}

BootTime boot_time(double seconds, double first) {
  return BootTime(Nanoseconds(std::llround((seconds - first) * 1e9)));
}

struct Drawn {
  GeoPosition position;
  BootTime time;
};

// Positions by aircraft; `time_error_s`: how wrong the times of the recording may be.
struct Sky {
  Tracker tracker{TrackerSettings{}};
  std::map<Icao24, Drawn> last;
  int positions = 0;

  void hear(const Line& line, double first, double time_error_s) {
    const auto message = modes::decode(test::frame_of(line.hex));
    ASSERT_TRUE(message) << line.hex;
    const BootTime now = boot_time(line.seconds, first);
    tracker.observe(*message, -20.0F, now);
    const auto found = tracker.aircraft().find(message->address);
    if (found == tracker.aircraft().end() || !found->second.position.value) return;
    const auto& field = found->second.position;
    const auto before = last.find(message->address);
    if (before != last.end()) {
      if (before->second.time == field.time && before->second.position == *field.value) return;
      const double elapsed_s = std::chrono::duration<double>(field.time - before->second.time).count() + time_error_s;
      // 330 m/s over ground is more than any of them flew.
      EXPECT_LE(distance_m(before->second.position, *field.value), 330.0 * elapsed_s + 15.0) << line.hex;
    }
    ++positions;
    last[message->address] = {*field.value, field.time};
  }
};

TEST(TracksTest, OneAircraftFliesWhatIsDrawn) {
  const auto path = test::shared_data("frames/one-aircraft-2016.csv");
  AIRSPOOL_REQUIRE_SHARED(path);
  Sky sky;
  const auto lines = lines_of(path);
  ASSERT_FALSE(lines.empty());
  // Times are whole seconds, and halves of one second come in any order.
  for (const Line& line : lines) sky.hear(line, lines.front().seconds, 2.0);
  EXPECT_EQ(sky.last.size(), 1U);
  EXPECT_GE(sky.positions, 0.9 * static_cast<double>(sky.tracker.counts().airborne_halves));
  EXPECT_EQ(sky.tracker.counts().positions_implausible, 0U);
  EXPECT_EQ(sky.tracker.counts().positions_restarted, 0U);
}

TEST(TracksTest, ShortFlightsAreFlyableAndOfOneSky) {
  const auto path = test::shared_data("frames/short-flights-2025.csv");
  AIRSPOOL_REQUIRE_SHARED(path);
  Sky sky;
  const auto lines = lines_of(path);
  ASSERT_FALSE(lines.empty());
  for (const Line& line : lines) sky.hear(line, lines.front().seconds, 0.1);
  EXPECT_GE(sky.positions, 0.9 * static_cast<double>(sky.tracker.counts().airborne_halves));
  EXPECT_EQ(sky.tracker.counts().positions_restarted, 0U);
  for (const auto& [address, one] : sky.last) {
    for (const auto& [other_address, other] : sky.last) {
      EXPECT_LE(distance_m(one.position, other.position), 800e3) << address.hex() << ' ' << other_address.hex();
    }
  }
}

// What ADS-B and Comm-B say of one aircraft fits: with the tracker's context more replies are certain, none fewer.
TEST(TracksTest, CommBRepliesAreNearlyAllInferred) {
  const auto path = test::shared_data("frames/commb-df20-2017.csv");
  AIRSPOOL_REQUIRE_SHARED(path);
  Tracker tracker{TrackerSettings{}};
  std::ifstream file(path);
  int replies = 0;
  for (std::string line; std::getline(file, line);) {
    std::erase(line, '\r');
    const std::size_t last_comma = line.rfind(',');
    if (last_comma == std::string::npos) continue;
    const auto message = modes::decode(test::frame_of(line.substr(last_comma + 1)));
    ASSERT_TRUE(message);
    tracker.observe(*message, -20.0F, boot_time(0.01 * replies++, 0.0));
  }
  EXPECT_GE(static_cast<double>(tracker.counts().comm_b_inferred), 0.98 * replies);
  EXPECT_LE(static_cast<double>(tracker.counts().comm_b_ambiguous), 0.01 * replies);
}

}  // namespace
}  // namespace airspool::sky
