// SPDX-License-Identifier: Apache-2.0
#include "settings.h"

#include <algorithm>
#include <cstring>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <airspool/collector/check.h>

namespace airspool::collector {
namespace {

using testing::HasSubstr;

std::vector<std::byte> first_samples(const config::Config& config) {
  auto source = open_radio(config);
  EXPECT_TRUE(source && *source);
  const auto block = (*source)->next();
  EXPECT_TRUE(block);
  return {block->bytes.begin(), block->bytes.end()};
}

config::Config simulated(std::int64_t seed) {
  config::Config config;
  config.radio.source = config::RadioSource::kSim;
  config.radio.pace = config::Pace::kFast;
  config.radio.sim.seed = seed;
  return config;
}

TEST(SettingsTest, OneSeedIsOneSky) {
  EXPECT_EQ(first_samples(simulated(7)), first_samples(simulated(7)));
  EXPECT_NE(first_samples(simulated(7)), first_samples(simulated(8)));
}

TEST(SettingsTest, TheSimulatedSkyIsAroundTheStation) {
  config::Config config = simulated(7);
  const auto without_place = first_samples(config);
  config.station.lat_deg = -33.9;
  config.station.lon_deg = 18.4;
  EXPECT_NE(first_samples(config), without_place);
}

TEST(SettingsTest, WithoutARadioThereIsNoSource) {
  config::Config config;
  config.radio.source = config::RadioSource::kNone;
  const auto opened = open_radio(config);
  ASSERT_TRUE(opened);
  EXPECT_EQ(*opened, nullptr);
}

TEST(SettingsTest, AutoIsADongleAndNeverTheSimulator) {
  config::Config config;
  config.radio.source = config::RadioSource::kAuto;
  config.radio.device = "a serial that no dongle has";
  const auto opened = open_radio(config);
  ASSERT_TRUE(opened);
  ASSERT_EQ(*opened != nullptr, radio::RtlSdrSource::built_in());
  if (*opened) {
    EXPECT_EQ((*opened)->info().name, "RTL-SDR a serial that no dongle has");
    EXPECT_NE((*opened)->gain(), nullptr);
  }
}

TEST(SettingsTest, ADongleIsSetUpAsConfigured) {
  config::Radio from;
  EXPECT_EQ(dongle_settings(from).gain.mode, radio::GainChoice::Mode::kAuto);
  EXPECT_EQ(dongle_settings(from).device, "");
  from.device = "00000001";
  from.gain = {config::Gain::Mode::kFixed, 38.6};
  from.ppm = -3;
  from.bias_tee = true;
  from.sample_rate_hz = 2'000'000;
  const radio::RtlSdrSettings settings = dongle_settings(from);
  EXPECT_EQ(settings.device, "00000001");
  EXPECT_EQ(settings.gain, (radio::GainChoice{radio::GainChoice::Mode::kFixed, 38.6}));
  EXPECT_EQ(settings.ppm, -3);
  EXPECT_TRUE(settings.bias_tee);
  EXPECT_EQ(settings.sample_rate_hz, 2'000'000U);
  from.gain.mode = config::Gain::Mode::kAgc;
  EXPECT_EQ(dongle_settings(from).gain.mode, radio::GainChoice::Mode::kAgc);
}

TEST(SettingsTest, ADongleOfAnotherMachineNeedNotBeThereYet) {
  config::Config config;
  config.radio.source = config::RadioSource::kRtlTcp;
  config.radio.host = "attic.local";
  config.radio.sample_rate_hz = 2'000'000;
  const auto opened = open_radio(config);
  ASSERT_TRUE(opened) << opened.error().message;
  EXPECT_EQ((*opened)->info().name, "rtl_tcp attic.local:1234");
  EXPECT_EQ((*opened)->info().sample_rate_hz, 2'000'000U);
}

TEST(SettingsTest, ARecordingThatIsMissingIsAnError) {
  config::Config config;
  config.radio.source = config::RadioSource::kFile;
  config.radio.path = "/nowhere/recording.cu8";
  const auto opened = open_radio(config);
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().code, ErrorCode::kNotFound);
}

TEST(SettingsTest, RecordsSayThatTheyAreSimulated) {
  EXPECT_EQ(sky_settings(simulated(1)).picture.fusion.radio_source, RecordSource::kSim);
  EXPECT_EQ(sky_settings({}).picture.fusion.radio_source, RecordSource::kRadio);
}

TEST(SettingsTest, SamplingAndFusionAreAsConfigured) {
  config::Config config;
  EXPECT_EQ(sky_settings(config).sampling.policy, sky::SamplingPolicy::kInterval);
  config.sampling.policy = config::SamplingPolicy::kEveryChange;
  EXPECT_EQ(sky_settings(config).sampling.policy, sky::SamplingPolicy::kEveryChange);
  config.sampling.policy = config::SamplingPolicy::kAdaptive;
  config.sampling.position_m = 20.0;
  config.sampling.fields = {"wind", "emergency"};
  config.sampling.altitude_m = 15.0;
  config.sampling.max_gap_s = 12.5;
  config.fusion.prefer_radio_s = 2.5;
  const SkySettings settings = sky_settings(config);
  EXPECT_EQ(settings.sampling.policy, sky::SamplingPolicy::kAdaptive);
  EXPECT_EQ(settings.sampling.position_m, 20.0);
  EXPECT_TRUE(settings.sampling.fields.contains(ExtendedField::kWind));
  EXPECT_FALSE(settings.sampling.fields.contains(ExtendedField::kRoll));
  EXPECT_EQ(settings.sampling.altitude_m, 15.0);
  EXPECT_EQ(settings.sampling.max_gap, std::chrono::milliseconds(12'500));
  EXPECT_EQ(settings.picture.fusion.prefer_radio, std::chrono::milliseconds(2'500));
}

TEST(SettingsTest, TheStationIsTheSameInRecordsAndSpool) {
  config::Config config;
  config.station.name = "roof-1";
  EXPECT_EQ(sky_settings(config).sampling.station_id, "roof-1");
  EXPECT_EQ(spool_settings(config).station_id, "roof-1");
}

TEST(SettingsTest, TheSpoolKnowsEverySink) {
  config::Config config;
  config.spool.batch_seconds = 0.25;
  config.sinks.resize(2);
  config.sinks[0].name = "lake";
  config.sinks[0].from = config::SinkStart::kOldest;
  config.sinks[1].name = "home";
  config.sinks[1].replay = config::ReplayOrder::kOldestFirst;
  config.sinks[1].replay_rate = 250.0;
  const auto settings = spool_settings(config);
  EXPECT_EQ(settings.batch_period, std::chrono::milliseconds(250));
  ASSERT_EQ(settings.sinks.size(), 2U);
  EXPECT_EQ(settings.sinks[0].name, "lake");
  EXPECT_EQ(settings.sinks[0].from, spool::StartAt::kOldest);
  EXPECT_EQ(settings.sinks[0].order, spool::LeaseOrder::kLiveFirst);
  EXPECT_EQ(settings.sinks[1].name, "home");
  EXPECT_EQ(settings.sinks[1].from, spool::StartAt::kNow);
  EXPECT_EQ(settings.sinks[1].order, spool::LeaseOrder::kOldestFirst);
  EXPECT_EQ(settings.sinks[0].replay_rate, std::nullopt);
  EXPECT_EQ(settings.sinks[1].replay_rate, 250.0);
}

TEST(SettingsTest, AnAreaAcrossTheAntimeridianIsAskedForInTwoBoxes) {
  config::Config config;
  config.opensky.areas = {{-20.0, 175.0, -10.0, -170.0}};
  const auto settings = opensky_settings(config);
  ASSERT_TRUE(settings);
  ASSERT_EQ(settings->query.areas.size(), 2U);
  EXPECT_EQ(settings->query.areas[0].west_deg, 175.0);
  EXPECT_EQ(settings->query.areas[0].east_deg, 180.0);
  EXPECT_EQ(settings->query.areas[1].west_deg, -180.0);
  EXPECT_EQ(settings->query.areas[1].east_deg, -170.0);
  for (const opensky::Area& area : settings->query.areas) {
    EXPECT_EQ(area.south_deg, -20.0);
    EXPECT_EQ(area.north_deg, -10.0);
  }
}

TEST(SettingsTest, AnAreaIsAskedForAsItIs) {
  config::Config config;
  config.opensky.areas = {{45.0, 6.0, 48.0, 10.5}};
  config.opensky.poll_interval_s = 12.5;
  const auto settings = opensky_settings(config);
  ASSERT_TRUE(settings);
  ASSERT_EQ(settings->query.areas.size(), 1U);
  EXPECT_EQ(settings->query.areas[0].east_deg, 10.5);
  EXPECT_EQ(settings->interval, std::chrono::milliseconds(12'500));
}

TEST(SettingsTest, AChoiceOfAircraftIsNotTakenForTheWholeWorld) {
  config::Config around;
  around.opensky.around = config::Around{48.0, 8.0, 100.0};
  ASSERT_EQ(opensky_settings(around)->query.areas.size(), 1U);
  EXPECT_NEAR(opensky_settings(around)->query.areas[0].south_deg, 47.1, 0.01);
  config::Config some;
  some.opensky.icao24 = {"4B1801"};
  EXPECT_THAT(opensky_settings(some)->query.aircraft, testing::ElementsAre(Icao24::icao(0x4B1801)));
  config::Config own;
  own.opensky.own = true;
  EXPECT_TRUE(opensky_settings(own)->query.own);
}

TEST(SettingsTest, CredentialsThatCannotBeReadAreAnError) {
  config::Config config;
  config.opensky.credentials_file = "/nowhere/opensky.json";
  EXPECT_EQ(opensky_settings(config).error().code, ErrorCode::kNotFound);
  config.opensky.credentials_file.reset();
  config.opensky.client_id = "me";
  config.opensky.client_secret_file = "/nowhere/secret";
  const auto settings = opensky_settings(config);
  ASSERT_FALSE(settings);
  EXPECT_THAT(settings.error().message, HasSubstr("opensky.client_secret_file: /nowhere/secret"));
}

TEST(SettingsTest, APropertyThatKafkaDoesNotHaveIsFoundByTheCheck) {
  config::Config config;
  config.sinks.resize(1);
  config.sinks[0].name = "lake";
  config.sinks[0].type = config::SinkType::kKafka;
  config.sinks[0].brokers = {"lake.example:9092"};
  config.sinks[0].topic = "airspool.states";
  config.sinks[0].ca_file = "/only/on/the/box.pem";
  EXPECT_TRUE(check(config).empty());
  config.sinks[0].properties["client.rakc"] = "a";
  const auto errors = check(config);
  ASSERT_LE(errors.size(), 1U);  // none in a build without Kafka
  for (const Error& error : errors) EXPECT_THAT(error.message, HasSubstr("client.rakc"));
}

TEST(SettingsTest, TakesTheEffort) {
  config::Config config;
  EXPECT_EQ(effort_of(config), modes::Effort::kFull);
  config.radio.effort = config::Effort::kBalanced;
  EXPECT_EQ(effort_of(config), modes::Effort::kBalanced);
  config.radio.effort = config::Effort::kEco;
  EXPECT_EQ(effort_of(config), modes::Effort::kEco);
}

TEST(SettingsTest, TellsTheSpoolWhenTheClockIsBelieved) {
  config::Config config;
  EXPECT_EQ(spool_settings(config).clock.trust, spool::ClockTrust::kAuto);
  EXPECT_EQ(spool_settings(config).clock.hold_max, std::chrono::seconds(300));
  EXPECT_EQ(spool_settings(config).clock.not_before, build_time());
  EXPECT_EQ(spool_settings(config).clock.boot_id, boot_id());
  config.clock.trust = config::ClockTrust::kSynced;
  config.clock.hold_max_s = 1.5;
  EXPECT_EQ(spool_settings(config).clock.trust, spool::ClockTrust::kSynced);
  EXPECT_EQ(spool_settings(config).clock.hold_max, std::chrono::milliseconds(1500));
  config.clock.trust = config::ClockTrust::kAlways;
  EXPECT_EQ(spool_settings(config).clock.trust, spool::ClockTrust::kAlways);
}

TEST(SettingsTest, KeepsSimulatedFramesOnThisMachineUnlessAllowed) {
  config::Config config;
  config.outputs = {{config::OutputType::kSbs, "127.0.0.1:30003", config::OutputFrom::kRadio},
                    {config::OutputType::kBeast, "0.0.0.0:30005", config::OutputFrom::kAll}};
  const auto real = output_settings(config, false);
  ASSERT_EQ(real.size(), 2U);
  EXPECT_EQ(real[0].format, feed::OutputFormat::kSbs);
  EXPECT_TRUE(real[0].own_radio_only);
  EXPECT_FALSE(real[1].own_radio_only);
  EXPECT_FALSE(real[1].refuse_own_radio);
  config.radio.source = config::RadioSource::kSim;
  EXPECT_FALSE(output_settings(config, false)[0].refuse_own_radio);
  EXPECT_TRUE(output_settings(config, false)[1].refuse_own_radio);
  EXPECT_FALSE(output_settings(config, true)[1].refuse_own_radio);
}

TEST(SettingsTest, TellsInputsWhereToConnectAndToListen) {
  config::Config config;
  config.inputs = {{config::InputType::kBeast, "readsb.local:30005", {}},
                   {config::InputType::kBeast, {}, "[::1]:30104"}};
  const auto inputs = input_settings(config);
  ASSERT_EQ(inputs.size(), 2U);
  EXPECT_EQ(inputs[0].connect, "readsb.local:30005");
  EXPECT_EQ(inputs[0].listen, "");
  EXPECT_EQ(inputs[1].connect, "");
  EXPECT_EQ(inputs[1].listen, "[::1]:30104");
}

}  // namespace
}  // namespace airspool::collector
