// SPDX-License-Identifier: Apache-2.0
#include <sstream>

#include <gmock/gmock.h>

#include <airspool/config/reference.h>

#include "loading.h"

namespace airspool::config::test {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr const char* kText = R"([station]
name = "roof"
lat = 48.5
lon = -11
[radio]
gain = 38.6
[opensky.around]
lat = 48.5
lon = 11
radius_km = 100
[[input]]
listen = "0.0.0.0:30104"
[spool]
max_bytes = 1500000
[[sink]]
name = "lake"
type = "kafka"
brokers = ["a:1", "b:2"]
max_backlog_bytes = "512 MiB"
[sink.properties]
"linger.ms" = 5
"odd \"name\"" = "with \\ and \n"
[[sink]]
type = "file"
path = "/out"
)";

// Without the origins, which differ between two files.
std::string values_of(const std::string& shown) {
  std::string out;
  std::istringstream lines(shown);
  for (std::string line; std::getline(lines, line);) out += line.substr(0, line.rfind(" # ")) + "\n";
  return out;
}

TEST(ConfigShowTest, EachValueHasItsOriginBehindIt) {
  const std::string shown = show_text(right(kText, {"radio.ppm=3"}));
  EXPECT_THAT(shown, testing::ContainsRegex("\nlat = 48\\.5 +# a\\.toml:3\n"));
  EXPECT_THAT(shown, testing::ContainsRegex("\nppm = 3 +# --set\n"));
  EXPECT_THAT(shown, testing::ContainsRegex("\nport = 1234 +# default\n"));
  EXPECT_THAT(shown, testing::ContainsRegex("\n\"linger\\.ms\" = \"5\" +# a\\.toml:21\n"));
}

TEST(ConfigShowTest, WhatHasNoValueSaysWhatThatMeans) {
  EXPECT_THAT(show_text(right("")), testing::ContainsRegex("\n# lat is not set: not known +# default\n"));
}

TEST(ConfigShowTest, ASinkShowsOnlyTheKeysOfItsType) {
  const std::string shown = show_text(right("[[sink]]\ntype='file'\npath='x'\n"));
  EXPECT_THAT(shown, HasSubstr("rotate_bytes = \"64 MiB\""));
  EXPECT_THAT(shown, Not(HasSubstr("brokers")));
}

TEST(ConfigShowTest, CanBeLoadedAgainAndShowsTheSame) {
  const std::string first = show_text(right(kText));
  EXPECT_EQ(values_of(show_text(right(first))), values_of(first));
}

TEST(ConfigShowTest, WhatAnOptionGaveCanBeKeptInAFile) {
  const Loaded loaded = right(kText, {"station.lat=1.5", "sink.lake.topic=t", "sink.new.type=file", "sink.new.path=/n",
                                      "opensky.around.radius_km=50"});
  EXPECT_EQ(given_text(loaded, "--set"),
            "[station]\nlat = 1.5\n\n[opensky.around]\nradius_km = 50\n\n[[sink]]\nname = \"lake\"\ntopic = \"t\"\n\n"
            "[[sink]]\nname = \"new\"\ntype = \"file\"\npath = \"/n\"\n");
  EXPECT_EQ(given_text(loaded, "--gain"), "");
}

TEST(ConfigShowTest, OrderIsThatOfTheTable) {
  const std::string shown = show_text(right(kText));
  EXPECT_LT(shown.find("[station]"), shown.find("[radio]"));
  EXPECT_LT(shown.find("[radio]"), shown.find("[[sink]]"));
  EXPECT_LT(shown.find("[[sink]]"), shown.find("[status]"));
}

}  // namespace
}  // namespace airspool::config::test
