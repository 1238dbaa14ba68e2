// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <map>
#include <ostream>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include <airspool/core/geo.h>
#include <airspool/modes/decode.h>
#include <airspool/modes/demodulator.h>
#include <airspool/radio/signal_simulator.h>
#include <airspool/sky/picture.h>

#include "sim/aircraft.h"

// A minute of a busy simulated sky through demodulator, decoder and tracker. Whenever a message changes a field of the
// picture, that is held against what the aircraft really did at that moment.
namespace airspool {
namespace {

constexpr double kFeet = 0.3048;
constexpr double kKnots = 1852.0 / 3600.0;
constexpr std::size_t kBlockSamples = 131'072;

struct Sky {
  std::uint64_t seed;
  modes::Effort effort;
};
void PrintTo(const Sky& sky, std::ostream* out) { *out << "seed " << sky.seed << ", " << modes::to_string(sky.effort); }

// What one aircraft is, and where it was each time that it spoke.
struct Truth {
  std::string callsign;
  std::string squawk;
  std::vector<radio::SentMessage> sent;  // in order of time

  // What it did last before this time, or right after it.
  [[nodiscard]] const radio::SentMessage& at(double time_s) const {
    auto next = std::lower_bound(sent.begin(), sent.end(), time_s,
                                 [](const radio::SentMessage& message, double t) { return message.time_s < t; });
    if (next == sent.end()) return sent.back();
    if (next != sent.begin() && time_s - (next - 1)->time_s < next->time_s - time_s) --next;
    return *next;
  }
};

struct Findings {
  std::size_t messages = 0;
  std::size_t ghosts = 0;
  std::size_t callsigns_wrong = 0;
  std::size_t squawks_wrong = 0;
  std::size_t altitudes_wrong = 0;
  std::size_t velocities_wrong = 0;
  std::size_t air_or_ground_wrong = 0;
  std::size_t positions = 0;
  double position_error_m = 0.0;  // the largest
  std::vector<std::string> lines;
};

double angle_between(double a_deg, double b_deg) { return std::abs(std::remainder(a_deg - b_deg, 360.0)); }

class SkyTruthTest : public testing::TestWithParam<Sky> {
 protected:
  void SetUp() override {
    settings_ = radio::sim_preset("s800").value();
    settings_.seed = GetParam().seed;
    for (const auto& aircraft : radio::sim::make_aircraft(settings_.seed, settings_.aircraft, settings_.centre)) {
      Truth& truth = truth_[aircraft.address()];
      truth.callsign = aircraft.callsign();
      for (int digit = 3; digit >= 0; --digit) {
        truth.squawk += static_cast<char>('0' + (aircraft.squawk() >> static_cast<unsigned>(3 * digit) & 7));
      }
    }
  }

  void fly() {
    auto simulator = std::move(radio::SignalSimulator::create(settings_).value());
    simulator->record_sent(true);
    auto demodulator = modes::Demodulator::create({.effort = GetParam().effort}).value();
    modes::FrameSink sink;
    std::vector<std::byte> block(2 * kBlockSamples);
    const auto total = static_cast<std::uint64_t>(*settings_.seconds * settings_.sample_rate_hz);
    for (std::uint64_t done = 0; done < total;) {
      const std::span<std::byte> bytes(block.data(), 2 * std::min<std::uint64_t>(kBlockSamples, total - done));
      simulator->fill(bytes);
      for (radio::SentMessage& message : simulator->take_sent()) {
        truth_.at(message.icao24).sent.push_back(std::move(message));
      }
      demodulator.process({bytes, SampleFormat::kCu8, done}, sink);
      done += bytes.size() / 2;
      observe(sink);
    }
    demodulator.finish(sink);
    observe(sink);
  }

  void observe(modes::FrameSink& sink) {
    for (const modes::ModeSFrame& frame : sink.frames) {
      const auto message = modes::decode(frame);
      ASSERT_TRUE(message);
      const BootTime time(Nanoseconds(static_cast<Nanoseconds::rep>(frame.timestamp_12mhz) * 250 / 3));
      picture_.observe(*message, frame.signal_dbfs, time);
      ++found_.messages;
      const auto truth = truth_.find(message->address);
      if (truth == truth_.end() || truth->second.sent.empty()) {
        complain(message->address, time, "is nobody", ++found_.ghosts);
        continue;
      }
      compare(picture_.radio().aircraft().at(message->address), truth->second, time);
    }
    sink.frames.clear();
  }

  // The fields that the message of this time has set.
  void compare(const sky::Aircraft& seen, const Truth& truth, BootTime time) {
    const double time_s = std::chrono::duration<double>(time.time_since_epoch()).count() - 64e-6;
    const radio::SentMessage& really = truth.at(time_s);
    // A message that was never sent has its truth some time away.
    const double apart_s = std::abs(really.time_s - time_s);
    const auto set = [time](const auto& field) { return field.value && field.time == time; };
    if (set(seen.callsign) && *seen.callsign.value != truth.callsign) {
      complain(seen.icao24, time, "callsign " + *seen.callsign.value, ++found_.callsigns_wrong);
    }
    if (set(seen.squawk) && *seen.squawk.value != truth.squawk) {
      complain(seen.icao24, time, "squawk " + *seen.squawk.value, ++found_.squawks_wrong);
    }
    // Some encoders tell steps of 100 feet.
    const double climbed_ft = std::abs(really.vertical_rate_fpm) / 60.0 * apart_s;
    if (set(seen.baro_altitude_m) &&
        std::abs(*seen.baro_altitude_m.value / kFeet - really.altitude_ft) > 51.0 + climbed_ft) {
      complain(seen.icao24, time, "altitude " + std::to_string(*seen.baro_altitude_m.value / kFeet) + " ft",
               ++found_.altitudes_wrong);
    }
    if (set(seen.on_ground) && *seen.on_ground.value != really.on_ground) {
      complain(seen.icao24, time, "air or ground", ++found_.air_or_ground_wrong);
    }
    // Knots are told whole, on the ground in steps of up to 5 and degrees in steps of 2.8.
    const double speed_step = really.on_ground ? 5.0 : 1.0;
    if (set(seen.ground_speed_mps) &&
        std::abs(*seen.ground_speed_mps.value / kKnots - really.ground_speed_kt) > speed_step) {
      ++found_.velocities_wrong;
    }
    const double track_step = really.on_ground ? 2.9 : 1.0 + 57.3 / std::max(really.ground_speed_kt, 1.0);
    if (set(seen.true_track_deg) &&
        angle_between(*seen.true_track_deg.value, really.true_track_deg) > track_step + 6.0 * apart_s) {
      ++found_.velocities_wrong;
    }
    if (set(seen.vertical_rate_mps) &&
        std::abs(*seen.vertical_rate_mps.value / kFeet * 60.0 - really.vertical_rate_fpm) > 64.0) {
      ++found_.velocities_wrong;
    }
    if (set(seen.position)) {
      ++found_.positions;
      const double flown_m = really.ground_speed_kt * kKnots * apart_s;
      const double error_m = std::max(distance_m(*seen.position.value, really.position) - flown_m, 0.0);
      found_.position_error_m = std::max(found_.position_error_m, error_m);
    }
  }

  void complain(Icao24 who, BootTime time, const std::string& what, std::size_t number) {
    if (number > 20) return;
    found_.lines.push_back(who.hex() + " at " +
                           std::to_string(std::chrono::duration<double>(time.time_since_epoch()).count()) +
                           " s: " + what);
  }

  radio::SimSettings settings_;
  std::map<Icao24, Truth> truth_;
  sky::Picture picture_{sky::PictureSettings{.tracker = {.receiver = GeoPosition{48.0, 8.0}}, .fusion = {}}};
  Findings found_;
};

// Seeds that no constant was tuned on, but 5.
INSTANTIATE_TEST_SUITE_P(Skies, SkyTruthTest,
                         testing::Values(Sky{23, modes::Effort::kFull}, Sky{5, modes::Effort::kFull}),
                         [](const testing::TestParamInfo<Sky>& sky) {
                           return "Seed" + std::to_string(sky.param.seed) + "_" +
                                  std::string(modes::to_string(sky.param.effort));
                         });

TEST_P(SkyTruthTest, ThePictureIsWhatTheAircraftDid) {
  fly();
  for (const std::string& line : found_.lines) ADD_FAILURE() << line;
  EXPECT_EQ(found_.ghosts, 0U);
  EXPECT_EQ(found_.callsigns_wrong, 0U);
  EXPECT_EQ(found_.squawks_wrong, 0U);
  EXPECT_EQ(found_.altitudes_wrong, 0U);
  EXPECT_EQ(found_.air_or_ground_wrong, 0U);
  EXPECT_LT(found_.position_error_m, 10.0);
  // All that spoke are there, and most of their messages.
  EXPECT_EQ(picture_.radio().aircraft().size(), truth_.size());
  EXPECT_GT(found_.messages, 30'000U);
  EXPECT_GT(found_.positions, 8'000U);
  // A squitter that chance made moves nothing in the picture but a speed for half a second. It is counted.
  EXPECT_LE(found_.velocities_wrong, 5U);
  RecordProperty("messages", static_cast<int>(found_.messages));
  RecordProperty("positions", static_cast<int>(found_.positions));
  RecordProperty("velocities_wrong", static_cast<int>(found_.velocities_wrong));
  RecordProperty("position_error_mm", static_cast<int>(1000.0 * found_.position_error_m));
}

}  // namespace
}  // namespace airspool
