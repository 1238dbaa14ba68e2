// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>

#include <airspool/config/reference.h>

#include "loading.h"

namespace airspool::config::test {
namespace {

TEST(ConfigDefaultsTest, AnEmptyFileIsRight) {
  const Loaded loaded = right("");
  EXPECT_EQ(loaded.config.station.name, "{hostname}");
  EXPECT_FALSE(loaded.config.station.position());
  EXPECT_EQ(loaded.config.radio.source, RadioSource::kAuto);
  EXPECT_EQ(loaded.config.sampling.interval_s, 5.0);
  EXPECT_EQ(loaded.config.spool.max_bytes, std::int64_t{1} << 30);
  EXPECT_EQ(loaded.config.spool.reserve_bytes, std::int64_t{256} << 20);
  EXPECT_EQ(loaded.config.spool.batch_records, 500);
  EXPECT_EQ(loaded.config.status.listen, "127.0.0.1:1090");
  EXPECT_TRUE(loaded.config.sinks.empty());
  EXPECT_FALSE(loaded.config.opensky.enabled);
}

// What the reference says about keys outside lists is what an empty file gives.
TEST(ConfigDefaultsTest, ReferenceAndProgramAgree) {
  const std::string shown = show_text(right(""));
  for (const KeyDoc& doc : key_docs()) {
    if (doc.path.find("[]") != std::string::npos || doc.required || doc.default_value.starts_with('(')) continue;
    const std::string key = doc.path.substr(doc.path.rfind('.') + 1);
    EXPECT_THAT(shown, testing::HasSubstr("\n" + key + " = " + doc.default_value + " ")) << doc.path;
  }
}

// Each default passes the checks that a value from a file must pass.
TEST(ConfigDefaultsTest, EveryDefaultIsWithinItsOwnRange) {
  for (const KeyDoc& doc : key_docs()) {
    if (doc.required || doc.default_value.starts_with('(')) continue;
    const std::size_t dot = doc.path.rfind('.');
    const std::string section = doc.path.substr(0, dot);
    const std::string assignment = doc.path.substr(dot + 1) + " = " + doc.default_value + "\n";
    if (section == "sink[]") {
      const std::string type = doc.applies_to.substr(0, doc.applies_to.find(','));
      const std::string kind = type.empty() ? "file" : type;
      const std::string needs = kind == "kafka"  ? "brokers=['a:1']\n"
                                : kind == "mqtt" ? "url='mqtt://h'\n"
                                                 : "path='p'\n";
      EXPECT_EQ(wrong("[[sink]]\ntype='" + kind + "'\n" + needs + assignment), "") << doc.path;
    } else if (section == "output[]") {
      EXPECT_EQ(wrong("[[output]]\ntype='beast'\n" + assignment), "") << doc.path;
    } else if (section == "input[]") {
      EXPECT_EQ(wrong("[[input]]\nconnect='a:1'\n" + assignment), "") << doc.path;
    } else {
      EXPECT_EQ(wrong("[" + section + "]\n" + assignment), "") << doc.path;
    }
  }
}

TEST(ConfigDefaultsTest, AnySettingOfOpenSkyTurnsItOn) {
  EXPECT_TRUE(right("[opensky]\ncredentials_file = 'c'\n").config.opensky.enabled);
  EXPECT_FALSE(right("[opensky]\nenabled = false\ncredentials_file = 'c'\n").config.opensky.enabled);
}

TEST(ConfigDefaultsTest, CredentialsMakeAStandardAccount) {
  EXPECT_EQ(right("[opensky]\ncredentials_file = 'c'\n").config.opensky.account, OpenSkyAccount::kStandard);
  EXPECT_EQ(right("[opensky]\nenabled = true\n").config.opensky.account, OpenSkyAccount::kAnonymous);
}

TEST(ConfigDefaultsTest, ASinkGetsNameAndTopicByItsType) {
  const Config config =
      right("[[sink]]\ntype='kafka'\nbrokers=['a:1']\n[[sink]]\ntype='mqtt'\nurl='mqtt://h'\n").config;
  EXPECT_EQ(config.sinks.at(0).name, "kafka");
  EXPECT_EQ(config.sinks.at(0).topic, "airspool.states");
  EXPECT_EQ(config.sinks.at(1).name, "mqtt");
  EXPECT_EQ(config.sinks.at(1).topic, "airspool/{station}/states");
}

TEST(ConfigDefaultsTest, TheDebeziumEnvelopeHasItsOwnTopic) {
  EXPECT_EQ(right("[[sink]]\ntype='kafka'\nbrokers=['a:1']\nformat='debezium'\n").config.sinks.at(0).topic,
            "dbserver1.final.flights");
}

}  // namespace
}  // namespace airspool::config::test
