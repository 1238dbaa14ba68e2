// SPDX-License-Identifier: Apache-2.0
#include <filesystem>

#include "loading.h"

namespace airspool::config::test {
namespace {

const std::filesystem::path kFolder = std::filesystem::path(AIRSPOOL_SOURCE_DIR) / "firmware" / "config";

std::string wrong_in(const std::filesystem::path& file) {
  LoadRequest request;
  request.file = file.string();
  const LoadResult loaded = load(request);
  return loaded ? std::string() : loaded.error().text();
}

TEST(ConfigExamplesTest, TheInstalledFileIsRight) { EXPECT_EQ(wrong_in(kFolder / "airspool.toml"), ""); }

TEST(ConfigExamplesTest, EveryExampleIsRight) {
  int count = 0;
  for (const auto& entry : std::filesystem::directory_iterator(kFolder / "examples")) {
    if (entry.path().extension() != ".toml") continue;
    EXPECT_EQ(wrong_in(entry.path()), "");
    ++count;
  }
  EXPECT_GE(count, 6);
}

TEST(ConfigExamplesTest, OneOfEverythingArrivesTyped) {
  LoadRequest request;
  request.file = (kFolder / "examples" / "every-section.toml").string();
  const LoadResult loaded = load(request);
  ASSERT_TRUE(loaded) << loaded.error().text();
  const Config& config = loaded->config;
  EXPECT_EQ(config.station.name, "roof-1");
  ASSERT_EQ(config.inputs.size(), 1U);
  EXPECT_EQ(config.inputs[0].connect, "127.0.0.1:30005");
  ASSERT_EQ(config.opensky.areas.size(), 1U);
  EXPECT_EQ(config.opensky.areas[0].north_deg, 47.8229);
  ASSERT_EQ(config.sinks.size(), 3U);
  EXPECT_EQ(config.sinks[0].properties.at("client.rack"), "euc1-az1");
  EXPECT_EQ(config.sinks[1].type, SinkType::kMqtt);
  EXPECT_EQ(config.sinks[2].path, "/var/lib/airspool/out");
}

}  // namespace
}  // namespace airspool::config::test
