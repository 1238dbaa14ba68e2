// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>

#include "loading.h"

namespace airspool::config::test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Pair;

TEST(ConfigValuesTest, IntegersStandForNumbers) {
  EXPECT_EQ(right("[station]\nlat = 48\nlon = 11\n").config.station.position(), (GeoPosition{48.0, 11.0}));
}

TEST(ConfigValuesTest, NotANumberAndInfinityAreRefused) {
  EXPECT_EQ(wrong("[sampling]\ninterval_s = nan\nmax_gap_s = inf\nposition_m = -inf\n"),
            "a.toml:2:14: sampling.interval_s must be a number from 0.1 to 3600 s, not nan\n"
            "a.toml:3:13: sampling.max_gap_s must be a number from 1 to 3600 s, not infinity\n"
            "a.toml:4:14: sampling.position_m must be a number from 1 to 100000 m, not infinity\n");
}

TEST(ConfigValuesTest, EdgesOfARangeBelongToIt) {
  EXPECT_EQ(wrong("[station]\nlat = -90\nlon = 180\n"), "");
  EXPECT_EQ(wrong("[radio]\nppm = 200\nport = 65535\n"), "");
  EXPECT_THAT(wrong("[radio]\nport = 65536\n"), HasSubstr("a whole number from 1 to 65535, not 65536"));
}

TEST(ConfigValuesTest, GainIsAWordOrDecibels) {
  EXPECT_EQ(right("[radio]\ngain = \"auto\"\n").config.radio.gain, (Gain{Gain::Mode::kAuto, 0.0}));
  EXPECT_EQ(right("[radio]\ngain = \"agc\"\n").config.radio.gain, (Gain{Gain::Mode::kAgc, 0.0}));
  EXPECT_EQ(right("[radio]\ngain = 38.6\n").config.radio.gain, (Gain{Gain::Mode::kFixed, 38.6}));
  EXPECT_EQ(right("[radio]\ngain = 40\n").config.radio.gain, (Gain{Gain::Mode::kFixed, 40.0}));
}

TEST(ConfigValuesTest, SizesHaveUnits) {
  EXPECT_EQ(right("[spool]\nmax_bytes = 2097152\n").config.spool.max_bytes, 2097152);
  EXPECT_EQ(right("[spool]\nmax_bytes = \"2 GiB\"\n").config.spool.max_bytes, std::int64_t{2} << 30);
  EXPECT_EQ(right("[spool]\nmax_bytes = \"512MiB\"\n").config.spool.max_bytes, std::int64_t{512} << 20);
  EXPECT_EQ(right("[spool]\nmax_bytes = \"500 MB\"\n").config.spool.max_bytes, 500'000'000);
}

TEST(ConfigValuesTest, SizesThatAreNoneAreRefused) {
  EXPECT_EQ(wrong("[spool]\nmax_bytes = \"1 GB!\"\n"),
            "a.toml:2:13: spool.max_bytes must be a size from 1 MiB to 16 TiB, such as \"256 MiB\", not \"1 GB!\"\n");
  EXPECT_NE(wrong("[spool]\nmax_bytes = \"-1 GiB\"\n"), "");
  EXPECT_NE(wrong("[spool]\nmax_bytes = \"9999999999 TiB\"\n"), "");
  EXPECT_NE(wrong("[spool]\nmax_bytes = \"\"\n"), "");
  EXPECT_NE(wrong("[spool]\nmax_bytes = 1.5\n"), "");
}

TEST(ConfigValuesTest, WordsBecomeTheirEnumerators) {
  const Config config =
      right("[radio]\nsource = \"rtl_tcp\"\neffort = \"eco\"\n[spool]\nwhen_full = \"thin\"\n").config;
  EXPECT_EQ(config.radio.source, RadioSource::kRtlTcp);
  EXPECT_EQ(config.radio.effort, Effort::kEco);
  EXPECT_EQ(config.spool.when_full, WhenFull::kThin);
}

TEST(ConfigValuesTest, LastWordOfEveryListIsTheLastEnumerator) {
  const Config config = right(
                            "[log]\nlevel='debug'\n[clock]\ntrust='synced'\n"
                            "[radio]\nsource='none'\nformat='cs16'\npace='fast'\neffort='eco'\n"
                            "[opensky]\naccount='licensed'\ncredentials_file='c'\n[sampling]\npolicy='adaptive'\n"
                            "[spool]\ndurability='spill'\nwhen_full='thin'\n"
                            "[[sink]]\nname='k'\ntype='kafka'\nbrokers=['a:1']\nformat='debezium'\nsecurity='msk-iam'\n"
                            "from='oldest'\nreplay='oldest-first'\n"
                            "[[sink]]\nname='m'\ntype='mqtt'\nurl='wss://h/x'\nencoding='none'\nprofile='plain'\n"
                            "on_no_subscribers='retry'\n[[sink]]\nname='f'\ntype='file'\npath='p'\n")
                            .config;
  EXPECT_EQ(config.log.level, LogLevel::kDebug);
  EXPECT_EQ(config.clock.trust, ClockTrust::kSynced);
  EXPECT_EQ(config.radio.source, RadioSource::kNone);
  EXPECT_EQ(config.radio.format, IqFormat::kCs16);
  EXPECT_EQ(config.radio.pace, Pace::kFast);
  EXPECT_EQ(config.radio.effort, Effort::kEco);
  EXPECT_EQ(config.opensky.account, OpenSkyAccount::kLicensed);
  EXPECT_EQ(config.sampling.policy, SamplingPolicy::kAdaptive);
  EXPECT_EQ(config.spool.durability, Durability::kSpill);
  EXPECT_EQ(config.spool.when_full, WhenFull::kThin);
  ASSERT_EQ(config.sinks.size(), 3U);
  EXPECT_EQ(config.sinks[0].format, KafkaFormat::kDebezium);
  EXPECT_EQ(config.sinks[0].security, KafkaSecurity::kMskIam);
  EXPECT_EQ(config.sinks[0].from, SinkStart::kOldest);
  EXPECT_EQ(config.sinks[0].replay, ReplayOrder::kOldestFirst);
  EXPECT_EQ(config.sinks[1].encoding, MqttEncoding::kNone);
  EXPECT_EQ(config.sinks[1].profile, MqttProfile::kPlain);
  EXPECT_EQ(config.sinks[1].on_no_subscribers, NoSubscribers::kRetry);
  EXPECT_EQ(config.sinks[2].type, SinkType::kFile);
}

TEST(ConfigValuesTest, PropertiesTakeAnyNameQuotedOrNot) {
  const Config config = right(
                            "[[sink]]\ntype='kafka'\nbrokers=['a:1']\n[sink.properties]\n"
                            "\"client.rack\" = \"r1\"\nlinger.ms = 5\nenable.idempotence = true\n")
                            .config;
  EXPECT_THAT(config.sinks.at(0).properties,
              ElementsAre(Pair("client.rack", "r1"), Pair("enable.idempotence", "true"), Pair("linger.ms", "5")));
}

TEST(ConfigValuesTest, PropertyThatIsAListIsRefused) {
  EXPECT_EQ(wrong("[[sink]]\ntype='kafka'\nbrokers=['a:1']\nproperties = { a = [1] }\n"),
            "a.toml:4:20: sink.properties.a must be a text, a number, true or false, not a list\n");
}

TEST(ConfigValuesTest, StationNameIsFitForTopicsAndFiles) {
  EXPECT_EQ(wrong("[station]\nname = \"{hostname}-{machine_id}_1.a\"\n"), "");
  EXPECT_THAT(wrong("[station]\nname = \"a/b\"\n"), HasSubstr("station.name must be"));
  EXPECT_THAT(wrong("[station]\nname = \"{host}\"\n"), HasSubstr("station.name must be"));
  EXPECT_THAT(wrong("[station]\nname = \"\"\n"), HasSubstr("not an empty text"));
}

TEST(ConfigValuesTest, EndpointsAreHostAndPort) {
  EXPECT_EQ(wrong("[status]\nlisten = \"[::1]:0\"\n"), "");
  EXPECT_NE(wrong("[status]\nlisten = \"1090\"\n"), "");
  EXPECT_NE(wrong("[status]\nlisten = \"127.0.0.1:\"\n"), "");
  EXPECT_NE(wrong("[status]\nlisten = \"127.0.0.1:65536\"\n"), "");
  EXPECT_NE(wrong("[[input]]\nconnect = \"host:0\"\n"), "");
}

TEST(ConfigValuesTest, BrokerUrlHasAKnownScheme) {
  EXPECT_EQ(wrong("[[sink]]\ntype='mqtt'\nurl='mqtts://broker.example:8883'\n"), "");
  EXPECT_EQ(wrong("[[sink]]\ntype='mqtt'\nurl='wss://[::1]:443/mqtt'\n"), "");
  EXPECT_NE(wrong("[[sink]]\ntype='mqtt'\nurl='http://h'\n"), "");
  EXPECT_NE(wrong("[[sink]]\ntype='mqtt'\nurl='mqtt://'\n"), "");
  EXPECT_NE(wrong("[[sink]]\ntype='mqtt'\nurl='mqtt://h:port'\n"), "");
}

TEST(ConfigValuesTest, DatesAreNoTexts) {
  EXPECT_THAT(wrong("[radio]\ndevice = 2024-01-01\n"), HasSubstr("not a date"));
}

}  // namespace
}  // namespace airspool::config::test
