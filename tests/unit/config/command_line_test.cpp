// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>

#include "loading.h"

namespace airspool::config::test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

constexpr const char* kTwoSinks =
    "[[sink]]\nname='lake'\ntype='kafka'\nbrokers=['a:1']\n[[sink]]\ntype='mqtt'\nurl='mqtt://h'\n";

TEST(ConfigCommandLineTest, WinsOverTheFile) {
  const Loaded loaded = right("[radio]\ngain = 10\nppm = 3\n", {"radio.gain=38.6"});
  EXPECT_EQ(loaded.config.radio.gain.fixed_db, 38.6);
  EXPECT_EQ(loaded.config.radio.ppm, 3);
}

TEST(ConfigCommandLineTest, EachValueKnowsItsOrigin) {
  const Loaded loaded = right("[radio]\ngain = 10\nppm = 3\n", {"radio.gain=auto"});
  EXPECT_EQ(loaded.origin("radio.gain").label(), "--set");
  EXPECT_EQ(loaded.origin("radio.ppm").label(), "a.toml:3");
  EXPECT_EQ(loaded.origin("radio.port").label(), "default");
}

TEST(ConfigCommandLineTest, TheLastOneWins) {
  EXPECT_EQ(right("", {"radio.ppm=1", "radio.ppm=2"}).config.radio.ppm, 2);
}

TEST(ConfigCommandLineTest, TextsNeedNoQuotesButMayHaveThem) {
  EXPECT_EQ(right("", {"station.name=roof-2"}).config.station.name, "roof-2");
  EXPECT_EQ(right("", {"station.name=\"roof-2\""}).config.station.name, "roof-2");
  EXPECT_EQ(right("", {"radio.device=00000001"}).config.radio.device, "00000001");
  EXPECT_EQ(right("", {"spool.max_bytes=2 GiB"}).config.spool.max_bytes, std::int64_t{2} << 30);
}

TEST(ConfigCommandLineTest, ListsNeedNoBrackets) {
  EXPECT_THAT(right(kTwoSinks, {"sink.lake.brokers=b:2, c:3"}).config.sinks[0].brokers, ElementsAre("b:2", "c:3"));
  EXPECT_THAT(right(kTwoSinks, {"sink.lake.brokers=[\"d:4\"]"}).config.sinks[0].brokers, ElementsAre("d:4"));
}

TEST(ConfigCommandLineTest, SinksGoByNameAndAnUnnamedOneByItsType) {
  const Loaded loaded = right(kTwoSinks, {"sink.lake.topic=t", "sink.mqtt.topic=u"});
  EXPECT_EQ(loaded.config.sinks[0].topic, "t");
  EXPECT_EQ(loaded.config.sinks[1].topic, "u");
}

TEST(ConfigCommandLineTest, PropertiesKeepTheirDots) {
  const Loaded loaded = right(kTwoSinks, {"sink.lake.properties.client.rack=r1"});
  EXPECT_EQ(loaded.config.sinks[0].properties.at("client.rack"), "r1");
  EXPECT_EQ(loaded.origin("sink[0].properties.client.rack").label(), "--set");
}

TEST(ConfigCommandLineTest, AnUnknownSinkIsASlip) {
  EXPECT_EQ(wrong(kTwoSinks, {"sink.laek.topic=t"}),
            "--set sink.laek.topic=t: no sink is named \"laek\"; did you mean \"lake\"?\n");
}

TEST(ConfigCommandLineTest, ANewSinkIsMadeByItsType) {
  const Loaded loaded = right("", {"sink.disk.path=./out", "sink.disk.type=file"});
  ASSERT_EQ(loaded.config.sinks.size(), 1U);
  EXPECT_EQ(loaded.config.sinks[0].name, "disk");
  EXPECT_EQ(loaded.config.sinks[0].path, "./out");
}

TEST(ConfigCommandLineTest, WhatANewSinkLacksIsSaid) {
  EXPECT_THAT(wrong("", {"sink.disk.type=file"}),
              HasSubstr("--set sink.disk.type=file: a sink of type \"file\" needs the key \"path\""));
}

TEST(ConfigCommandLineTest, AListOfTablesReplacesTheFiles) {
  const Loaded loaded =
      right("[[opensky.area]]\nsouth=1\nwest=1\nnorth=2\neast=2\n[[opensky.area]]\nsouth=3\nwest=3\nnorth=4\neast=4\n",
            {"opensky.area=[{south=5, west=5, north=6, east=6}]"});
  ASSERT_EQ(loaded.config.opensky.areas.size(), 1U);
  EXPECT_EQ(loaded.config.opensky.areas[0].south_deg, 5.0);
}

TEST(ConfigCommandLineTest, ASettingRepairsWhatTheFileLacks) {
  EXPECT_EQ(wrong("[station]\nlat = 4\n", {"station.lon=5"}), "");
}

TEST(ConfigCommandLineTest, ErrorsNameTheSettingAndComeAfterTheFiles) {
  EXPECT_EQ(wrong("[radio]\nppm = 1.5\n", {"radio.gain=x", "radoi.gain=3"}),
            "a.toml:2:7: radio.ppm must be a whole number from -200 to 200 ppm, not 1.5\n"
            "--set radio.gain=x: radio.gain must be \"auto\", \"agc\" or a number from 0 to 60 dB, not \"x\"\n"
            "--set radoi.gain=3: unknown key \"radoi\" at the top level; did you mean \"radio\"?\n");
}

TEST(ConfigCommandLineTest, ARuleAcrossKeysNamesTheSettingToo) {
  EXPECT_EQ(wrong("", {"station.lat=4"}), "--set station.lat=4: lat needs lon beside it: give both or neither\n");
}

TEST(ConfigCommandLineTest, WithoutAnEqualsSignItSaysHow) {
  EXPECT_EQ(wrong("", {"radio.gain"}), "--set radio.gain: write section.key=value, such as radio.gain=auto\n");
  EXPECT_EQ(wrong("", {"=3"}), "--set : write section.key=value, such as radio.gain=auto\n");
}

TEST(ConfigCommandLineTest, ASectionIsNoKey) {
  EXPECT_EQ(wrong("", {"radio=3"}), "--set radio=3: radio is a section: write radio.KEY=VALUE\n");
  EXPECT_EQ(wrong(kTwoSinks, {"sink.lake=3"}), "--set sink.lake=3: name a key of the sink: sink.lake.KEY=VALUE\n");
  EXPECT_THAT(wrong("", {"input.x.connect=a:1"}), HasSubstr("inputs have no names"));
  EXPECT_THAT(wrong("", {"output.x.listen=a:1"}), HasSubstr("outputs have no names; write [[output]]"));
}

TEST(ConfigCommandLineTest, AValueCannotSmuggleInMoreKeys) {
  EXPECT_NE(wrong("", {"radio.ppm=1\nbias_tee=true"}), "");
  EXPECT_NE(wrong("", {"radio.ppm=1\nradio.bias_tee=true"}), "");
}

TEST(ConfigCommandLineTest, ValuesAreUtf8) {
  EXPECT_EQ(wrong("", {"radio.device=\xFF"}),
            "--set radio.device=?: the value is not UTF-8, which names and paths here must be\n");
  EXPECT_EQ(wrong("", {"radio.device=D\u00e4cher"}), "");
  EXPECT_NE(wrong("", {"radio.device=\xED\xA0\x80"}), "");
}

TEST(ConfigCommandLineTest, EndlessPathsAreRefused) {
  std::string path = "a";
  for (int i = 0; i < 100000; ++i) path += ".a";
  EXPECT_THAT(wrong("", {path + "=1"}), HasSubstr("no key has that many parts"));
}

TEST(ConfigClassicOptionTest, StandsForItsKey) {
  const auto gain = classic_setting("--gain", "38.6");
  const auto quiet = classic_setting("--quiet", "");
  ASSERT_TRUE(gain && quiet);
  const LoadResult loaded = load_text("", "a.toml", {*gain, *quiet});
  ASSERT_TRUE(loaded) << loaded.error().text();
  EXPECT_EQ(loaded->config.radio.gain.fixed_db, 38.6);
  EXPECT_EQ(loaded->config.log.level, LogLevel::kWarning);
  EXPECT_EQ(loaded->origin("radio.gain").label(), "--gain");
}

TEST(ConfigClassicOptionTest, ErrorsNameTheOptionAsTyped) {
  const LoadResult loaded = load_text("", "a.toml", {*classic_setting("--ppm", "many")});
  ASSERT_FALSE(loaded);
  EXPECT_EQ(loaded.error().text(), "--ppm many: radio.ppm must be a whole number from -200 to 200 ppm, not \"many\"\n");
}

TEST(ConfigClassicOptionTest, AllOfThemAreThereAndNoOthers) {
  for (const char* option : {"--lat", "--lon", "--gain", "--ppm", "--device", "--quiet"}) {
    EXPECT_TRUE(classic_setting(option, "1")) << option;
  }
  EXPECT_FALSE(classic_setting("--net", "1"));
}

}  // namespace
}  // namespace airspool::config::test
