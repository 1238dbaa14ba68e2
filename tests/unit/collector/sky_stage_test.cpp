// SPDX-License-Identifier: Apache-2.0
#include "sky_stage.h"

#include <chrono>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "fakes/frame_builder.h"

namespace airspool::collector {
namespace {

using namespace std::chrono_literals;
using test::FrameBuilder;

constexpr Icao24 kHeard = Icao24::icao(0x4840D6);  // whom FrameBuilder::squitter speaks for
const WallTime kWall{1'790'000'000s};
const BootTime kBoot{100s};

TEST(FrameBlockTest, PlacesTicksBeforeTheEndOfTheBlock) {
  const FrameBlock block{{}, 24'000'000, kBoot};
  modes::ModeSFrame frame;
  frame.timestamp_12mhz = 24'000'000;
  EXPECT_EQ(block.time_of(frame), kBoot);
  frame.timestamp_12mhz = 12'000'000;
  EXPECT_EQ(block.time_of(frame), kBoot - 1s);
  frame.timestamp_12mhz = 24'000'000 - 3;
  EXPECT_EQ(block.time_of(frame), kBoot - 250ns);
}

TEST(FrameBlockTest, IsExactAfterAYear) {
  constexpr std::uint64_t kYearTicks = 366ULL * 86'400 * 12'000'000;
  const FrameBlock block{{}, kYearTicks, kBoot};
  modes::ModeSFrame frame;
  frame.timestamp_12mhz = kYearTicks - 12;
  EXPECT_EQ(block.time_of(frame), kBoot - 1us);
}

// The whole life of a sky thread on one thread: what comes in is there, and closed, before it starts.
class SkyStageTest : public testing::Test {
 protected:
  void hear(std::vector<modes::ModeSFrame> frames, std::uint64_t end_tick = 0) {
    ASSERT_TRUE(input_.try_push(FrameBlock{std::move(frames), end_tick, clock_.boot_now()}));
  }
  void answer_of_opensky(std::vector<Icao24> addresses) {
    opensky::OpenSkyAnswer answer;
    answer.time_s = 1'700'000'010.0;  // its clock and ours need not agree
    answer.received = clock_.boot_now();
    for (const Icao24 address : addresses) {
      opensky::OpenSkyState& row = answer.states.emplace_back();
      row.state.icao24 = address;
      row.state.position = GeoPosition{47.0, 8.0};
      row.time_position_s = 1'700'000'000.0;
      row.last_contact_s = 1'700'000'005.0;
    }
    ASSERT_TRUE(input_.try_push(std::move(answer)));
  }
  std::vector<Record> run(std::size_t room = 8) {
    RecordChannel records(room);
    return run_into(records);
  }
  std::vector<Record> run_into(RecordChannel& records) {
    input_.close();
    settings_.sampling.station_id = "roof-1";
    SkyStage stage(settings_, input_, records, snapshots_, clock_, metrics_);
    if (!inputs_.empty()) stage.expect_inputs(inputs_);
    if (outgoing_ != nullptr) stage.pass_on(*outgoing_);
    stage.run();
    std::vector<Record> all;
    while (auto some = records.try_pop()) all.insert(all.end(), some->begin(), some->end());
    EXPECT_TRUE(records.drained()) << "the store must learn that nothing more comes";
    return all;
  }
  std::uint64_t count(const char* counter) { return metrics_.counter(counter, "").value(); }

  SkySettings settings_{.picture = {.tracker = {}, .fusion = {.radio_source = RecordSource::kSim}}, .sampling = {}};
  std::vector<std::string> inputs_;
  feed::OutgoingChannel* outgoing_ = nullptr;
  SkyChannel input_{8};
  Board<SkySnapshot> snapshots_;
  ManualClock clock_{kWall, kBoot};
  metrics::Registry metrics_;
};

TEST_F(SkyStageTest, HandsOutWhatItHeardWhenTheStreamEnds) {
  auto frame = FrameBuilder::squitter(4).build();
  frame.timestamp_12mhz = 6'000'000;
  hear({frame}, 12'000'000);
  const auto records = run();
  ASSERT_EQ(records.size(), 1U);
  EXPECT_EQ(records.front().state.icao24, kHeard);
  EXPECT_EQ(records.front().station_id, "roof-1");
  EXPECT_EQ(records.front().source, RecordSource::kSim);
  EXPECT_EQ(records.front().last_contact, RecordTime(kBoot - 500ms));
  EXPECT_EQ(count("airspool_records_total"), 1U);
  EXPECT_EQ(count("airspool_records_dropped_total"), 0U);
}

TEST_F(SkyStageTest, ShowsThePictureAtTheEnd) {
  hear({FrameBuilder::squitter(4).build()});
  run();
  const auto snapshot = snapshots_.latest();
  ASSERT_NE(snapshot, nullptr);
  ASSERT_EQ(snapshot->aircraft.size(), 1U);
  EXPECT_EQ(snapshot->aircraft.front().state.icao24, kHeard);
  EXPECT_EQ(snapshot->taken, kBoot);
}

TEST_F(SkyStageTest, CountsWhatSeveralReceiversHearOnce) {
  modes::ModeSFrame frame = FrameBuilder::squitter(4).build();
  frame.signal_dbfs = -20.0F;
  inputs_ = {"127.0.0.1:30005", "127.0.0.1:30105"};
  ASSERT_TRUE(input_.try_push(feed::HeardFrames{0, 1, {{frame, kBoot - 100ms}}}));
  hear({frame});
  frame.signal_dbfs = -8.0F;
  ASSERT_TRUE(input_.try_push(feed::HeardFrames{1, 2, {{frame, kBoot - 50ms}}}));
  feed::InputReport report;
  report.fresh = {0, 2, 0, 0, 2};
  report.inputs = {{inputs_[0], 1, 1, 1, 0, 0, 0, 23, 0}, {inputs_[1], 1, 1, 1, 0, 0, 0, 23, 0}};
  ASSERT_TRUE(input_.try_push(std::move(report)));
  run();
  const auto snapshot = snapshots_.latest();
  ASSERT_EQ(snapshot->aircraft.size(), 1U);
  EXPECT_EQ(snapshot->aircraft.front().messages, 1U);
  EXPECT_EQ(snapshot->aircraft.front().state.rssi_dbfs, -8.0) << "the best of the three";
  EXPECT_EQ(snapshot->statistics.total.messages, 1U);
  EXPECT_EQ(snapshot->statistics.total.remote.accepted, 2U);
  ASSERT_EQ(snapshot->inputs.size(), 2U);
  EXPECT_EQ(snapshot->inputs[0].duplicates, 0U);
  EXPECT_EQ(snapshot->inputs[1].duplicates, 1U);
  EXPECT_EQ(snapshot->inputs[1].bytes, 23U);
  EXPECT_EQ(metrics_.value("airspool_input_duplicates_total", {{"input", "radio"}}), 1.0);
  EXPECT_EQ(metrics_.value("airspool_input_duplicates_total", {{"input", inputs_[1]}}), 1.0);
}

TEST_F(SkyStageTest, CountsEveryFrameOfARadioThatIsAlone) {
  hear({FrameBuilder::squitter(4).build(), FrameBuilder::squitter(4).build()});
  run();
  EXPECT_EQ(snapshots_.latest()->statistics.total.messages, 2U);
  EXPECT_TRUE(snapshots_.latest()->inputs.empty());
}

TEST_F(SkyStageTest, PassesOnWhatIsHeard) {
  feed::OutgoingChannel outgoing(4);
  outgoing_ = &outgoing;
  inputs_ = {"127.0.0.1:30005"};
  const modes::ModeSFrame frame = FrameBuilder::squitter(4).build();
  ASSERT_TRUE(input_.try_push(feed::HeardFrames{0, 1, {{frame, kBoot}}}));
  hear({frame});
  ASSERT_TRUE(input_.try_push(feed::HeardFrames{0, 2, {{frame, kBoot}}}));
  run();
  const auto first = outgoing.try_pop();
  ASSERT_TRUE(first && first->size() == 1);
  EXPECT_TRUE(first->front().first);
  EXPECT_FALSE(first->front().own_radio);
  EXPECT_EQ(first->front().message.address, kHeard);
  const auto second = outgoing.try_pop();
  ASSERT_TRUE(second && second->size() == 1) << "of our own radio all, for the sake of their time stamps";
  EXPECT_FALSE(second->front().first);
  EXPECT_TRUE(second->front().own_radio);
  EXPECT_FALSE(outgoing.try_pop()) << "a copy of another is nobody's news";
}

TEST_F(SkyStageTest, CountsWhatTheOutputsHaveNoRoomFor) {
  feed::OutgoingChannel outgoing(1);
  outgoing_ = &outgoing;
  hear({FrameBuilder::squitter(4).build()});
  hear({FrameBuilder::squitter(4).build(), FrameBuilder::squitter(4).build()});
  run();
  EXPECT_EQ(count("airspool_output_frames_dropped_total"), 2U);
}

TEST_F(SkyStageTest, TellsWhatTheRadioCountedBesideItsOwn) {
  Statistics::Radio radio;
  radio.samples = 2'400'000;
  radio.noise_power = 0.001 * 2'400'000;
  radio.noise_samples = 2'400'000;
  radio.accepted[0] = 7;
  radio.signal_power = 0.7;
  radio.peak_power = 0.5;
  radio.cpu = 24ms;
  ASSERT_TRUE(input_.try_push(SkyInput(radio)));
  hear({FrameBuilder::squitter(4).build(), FrameBuilder::squitter(11).build()});
  run();
  const StatisticsReport statistics = snapshots_.latest()->statistics;
  EXPECT_EQ(statistics.total.begin, kBoot);
  EXPECT_EQ(statistics.total.radio.samples, 2'400'000U);
  EXPECT_EQ(statistics.total.messages, 2U);
  EXPECT_EQ(statistics.total.positions.airborne, 1U);
  EXPECT_EQ(statistics.total.aircraft, 1U);
  EXPECT_EQ(statistics.latest.messages, 2U);
  EXPECT_EQ(statistics.last_minute.messages, 0U) << "the first minute is not over";
  EXPECT_NEAR(metrics_.gauge("airspool_noise_floor_dbfs", "").value(), -30.0, 1e-9);
  EXPECT_NEAR(metrics_.gauge("airspool_signal_mean_dbfs", "").value(), -10.0, 1e-9);
  EXPECT_NEAR(metrics_.gauge("airspool_signal_peak_dbfs", "").value(), -3.0103, 1e-3);
  EXPECT_NEAR(metrics_.gauge("airspool_demodulator_cpu_seconds_per_sample", "").value(), 1e-8, 1e-15);
}

TEST_F(SkyStageTest, WithoutARadioThereAreNoLevels) {
  run();
  EXPECT_EQ(metrics_.prometheus_text().find("dbfs"), std::string::npos);
  EXPECT_EQ(metrics_.prometheus_text().find("per_sample"), std::string::npos);
}

TEST_F(SkyStageTest, ShowsAnEmptySkyBeforeAnythingIsHeard) {
  RecordChannel records(1);
  const SkyStage stage({}, input_, records, snapshots_, clock_, metrics_);
  ASSERT_NE(snapshots_.latest(), nullptr);
  EXPECT_TRUE(snapshots_.latest()->aircraft.empty());
}

TEST_F(SkyStageTest, EndsWithoutInput) { EXPECT_TRUE(run().empty()); }

TEST_F(SkyStageTest, CountsFramesThatSayNothing) {
  hear({FrameBuilder(22).build(), FrameBuilder::squitter(4).build()});
  EXPECT_EQ(run().size(), 1U);
  EXPECT_EQ(count("airspool_frames_undecodable_total"), 1U);
}

TEST_F(SkyStageTest, NeverWaitsForTheStoreButCountsWhatThatCosts) {
  hear({FrameBuilder::squitter(4).build()});
  RecordChannel records(1);
  std::vector<Record> earlier(1);
  earlier.front().station_id = "earlier";
  ASSERT_TRUE(records.try_push(std::move(earlier)));
  const auto left = run_into(records);
  ASSERT_EQ(left.size(), 1U);
  EXPECT_EQ(left.front().station_id, "earlier") << "the newest is dropped";
  EXPECT_EQ(count("airspool_records_dropped_total"), 1U);
  EXPECT_EQ(count("airspool_records_total"), 0U);
}

TEST_F(SkyStageTest, HandsOnRowsOfOpenSkyWithTheirOwnTimes) {
  answer_of_opensky({Icao24::icao(0x4B1801), Icao24::icao(0x3C6444)});
  const auto records = run();
  ASSERT_EQ(records.size(), 2U);
  const Record& record = records.back();
  EXPECT_EQ(record.state.icao24, Icao24::icao(0x4B1801));
  EXPECT_EQ(record.state.country_code, "CH");
  EXPECT_EQ(record.source, RecordSource::kOpenSky);
  EXPECT_EQ(record.station_id, "roof-1");
  EXPECT_EQ(record.time_position, RecordTime(WallTime(1'700'000'000s)));
  EXPECT_EQ(record.last_contact, RecordTime(WallTime(1'700'000'005s)));
  EXPECT_EQ(record.received, kBoot);
}

TEST_F(SkyStageTest, ShowsARowOfOpenSkyAsOldAsItIs) {
  answer_of_opensky({Icao24::icao(0x4B1801)});
  run();
  const auto snapshot = snapshots_.latest();
  ASSERT_EQ(snapshot->aircraft.size(), 1U);
  EXPECT_EQ(snapshot->aircraft.front().source, RecordSource::kOpenSky);
  EXPECT_EQ(snapshot->aircraft.front().last_seen, kBoot - 5s);
  EXPECT_EQ(snapshot->aircraft.front().position_time, kBoot - 10s);
}

TEST_F(SkyStageTest, ShowsAnAircraftThatBothKnowOnce) {
  hear({FrameBuilder::squitter(4).build()});
  answer_of_opensky({kHeard});
  run();
  const auto snapshot = snapshots_.latest();
  ASSERT_EQ(snapshot->aircraft.size(), 1U);
  EXPECT_EQ(snapshot->aircraft.front().source, RecordSource::kSim);
}

TEST_F(SkyStageTest, FusesWhatBothKnowAndCountsIt) {
  settings_.picture.fusion.radio_source = RecordSource::kRadio;
  hear({FrameBuilder::squitter(4).build()});
  answer_of_opensky({kHeard, Icao24::icao(0x4B1801)});
  const auto records = run();
  ASSERT_EQ(records.size(), 2U);
  const Record& fused = records.back();
  EXPECT_EQ(fused.source, RecordSource::kFused);
  EXPECT_TRUE(fused.from_opensky.contains(RecordField::kLatitude));
  EXPECT_EQ(fused.time_position, RecordTime(WallTime(1'700'000'000s)));
  EXPECT_EQ(fused.last_contact, RecordTime(kBoot));
  EXPECT_EQ(metrics_.counter("airspool_fusion_fields_total", "", {{"field", "latitude"}}).value(), 1U);
  EXPECT_EQ(metrics_.gauge("airspool_aircraft", "").value(), 1.0);
  EXPECT_EQ(metrics_.gauge("airspool_aircraft_by_source", "", {{"source", "fused"}}).value(), 1.0);
  EXPECT_EQ(metrics_.gauge("airspool_aircraft_by_source", "", {{"source", "opensky"}}).value(), 1.0);
  EXPECT_EQ(metrics_.gauge("airspool_aircraft_by_source", "", {{"source", "radio"}}).value(), 0.0);
}

TEST_F(SkyStageTest, ARowThatTellsNothingNewMakesNoRecord) {
  settings_.sampling.policy = sky::SamplingPolicy::kEveryChange;
  answer_of_opensky({Icao24::icao(0x4B1801)});
  answer_of_opensky({Icao24::icao(0x4B1801), Icao24::icao(0x3C6444)});
  EXPECT_EQ(run().size(), 2U);
}

}  // namespace
}  // namespace airspool::collector
