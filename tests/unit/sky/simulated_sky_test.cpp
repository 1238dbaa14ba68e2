// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cstdio>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include <airspool/sky/picture.h>
#include <airspool/sky/sampler.h>

#include "flight.h"
#include "told.h"

// Radio and cloud on one simulated sky: the radio hears each aircraft by turns, OpenSky knows all of them, late, and
// lies now and then. Every record is held against the truth and against what either side had said by then.
namespace airspool::sky {
namespace {

constexpr double kLengthS = 1'800.0;
constexpr double kPreferS = 5.0;
constexpr double kValidS = 60.0;
constexpr double kLieAtLeastM = 200'000.0;
constexpr double kTrueWithinM = 60.0;   // a step of the truth, a step of CPR, four decimals of OpenSky's
constexpr double kComparableS = 290.0;  // apart in time, after which a position says nothing about another one
constexpr double kNever = -1e9;

double seconds_of(BootTime time) { return std::chrono::duration<double>(time.time_since_epoch()).count(); }

// A value and when it was true, as the side that said it meant it.
template <typename T>
struct Word {
  T value{};
  double time = kNever;
};

struct RadioWords {
  Word<std::string> callsign;
  Word<std::string> squawk;
  Word<double> altitude_m;
  Word<double> speed_mps;
};

class SimulatedAircraft {
 public:
  SimulatedAircraft(std::uint64_t seed, std::uint32_t number)
      : address(Icao24::icao(0x3C0000 + number)),
        random(seed * 1'000 + number),
        flight(seed * 1'000 + number, {between(random, 40.0, 55.0), between(random, 0.0, 20.0)}, kLengthS + 60.0) {}

  // What the antenna hears of it in the tenth of a second that starts now.
  template <typename Hear>
  void speak(double now, const Hear& hear) {
    if (now >= turn_ends_) {
      heard_ = !heard_;
      turn_ends_ = now + between(random, 10.0, 250.0);
    }
    const int tenth = static_cast<int>(std::lround(now * 10.0));
    const auto caught = [&](int every_tenths, int phase) {
      return tenth % every_tenths == phase && between(random, 0.0, 1.0) < 0.6 && heard_;
    };
    const Truth& truth = flight.at(now);
    if (caught(5, 0)) {
      hear(position_message(truth, odd_ = !odd_, address));
      radio.altitude_m = {std::round(truth.altitude_m / 7.62) * 7.62, now};
    }
    if (caught(5, 2)) {
      hear(velocity_message(truth, address));
      radio.speed_mps = {truth.speed_mps, now};
    }
    if (caught(50, 3)) {
      hear(identification_message(truth, address));
      radio.callsign = {truth.callsign, now};
    }
    if (caught(70, 4)) {
      hear(squawk_message(truth, address));
      radio.squawk = {truth.squawk, now};
    }
  }

  // OpenSky's row in an answer of this second, 5 to 250 s behind.
  CloudRow row(double answer_s) {
    if (random() % 8 == 0) lag_s_ = std::floor(between(random, 5.0, 250.0) * (random() % 2 == 0 ? 1.0 : 0.1)) + 5.0;
    const double contact = std::max(answer_s - std::min(lag_s_, 250.0), std::max(cloud_contact, 0.0));
    const double position = std::max(contact - static_cast<double>(random() % 10), std::max(cloud_position, 0.0));
    const Truth& then = flight.at(contact);
    CloudRow row = told(flight.at(position).place, position, contact, address);
    row.state.callsign = then.callsign;
    row.state.squawk = then.squawk;
    row.state.baro_altitude_m = then.altitude_m;
    row.state.geo_altitude_m = std::nullopt;
    row.state.ground_speed_mps = then.speed_mps;
    row.state.true_track_deg = then.track_deg;
    row.state.vertical_rate_mps = then.vertical_rate_mps;
    lies = random() % 12 == 0;
    if (lies) {
      const double far_m = between(random, kLieAtLeastM, 5 * kLieAtLeastM);
      const Motion away{row.state.position, far_m, between(random, 0.0, 360.0), std::nullopt, std::nullopt};
      row.state.position = position_after(away, std::chrono::seconds(1));
    }
    if (callsign_told.value != then.callsign) callsign_told = {then.callsign, contact};
    if (squawk_told.value != then.squawk) squawk_told = {then.squawk, contact};
    cloud_contact = contact;
    cloud_position = position;
    return row;
  }

 private:
  bool heard_ = false;
  bool odd_ = false;
  double turn_ends_ = 0.0;
  double lag_s_ = 10.0;

 public:
  Icao24 address;
  std::mt19937_64 random;  // before the flight, which takes its start from it
  Flight flight;
  RadioWords radio;
  double cloud_contact = kNever;
  double cloud_position = kNever;
  bool lies = false;
  Word<std::string> callsign_told;
  Word<std::string> squawk_told;
};

struct Tally {
  int records = 0;
  int fused = 0;
  int cloud_positions = 0;  // OpenSky's in records that the radio has a part in
  int lies_withstood = 0;
  int lies_repeated = 0;  // of aircraft that the radio does not know well
};

class SimulatedSkyTest : public ::testing::TestWithParam<std::uint64_t> {
 protected:
  void fly() {
    for (std::uint32_t number = 1; number <= 60; ++number) {
      aircraft_.push_back(std::make_unique<SimulatedAircraft>(GetParam(), number));
    }
    std::vector<Record> records;
    for (int tenth = 0; tenth <= static_cast<int>(kLengthS * 10.0); ++tenth) {
      const double now = tenth / 10.0;
      for (auto& one : aircraft_) {
        one->speak(now, [&](const modes::Message& message) { picture_.observe(message, kSignalDbfs, at(now)); });
        if (tenth % 100 == 50) picture_.take(one->row(std::floor(now)), at(std::floor(now)));
      }
      if (tenth % 10 != 9) continue;
      records.clear();
      sampler_.sample(picture_, at(now), records);
      for (const Record& record : records) check(record);
      picture_.expire(at(now));
      for (auto& one : aircraft_) {
        if (picture_.sides(one->address).radio == nullptr) one->radio = {};
      }
      if (testing::Test::HasFailure()) return;
    }
  }

  void check(const Record& record) {
    const auto found = std::find_if(aircraft_.begin(), aircraft_.end(),
                                    [&](const auto& one) { return one->address == record.state.icao24; });
    ASSERT_NE(found, aircraft_.end());
    const SimulatedAircraft& one = **found;
    const Sides sides = picture_.sides(one.address);
    ++tally_.records;
    check_position(record, one, sides);
    if (sides.radio == nullptr || record.source == RecordSource::kOpenSky) return;
    tally_.fused += record.source == RecordSource::kFused ? 1 : 0;
    const double heard = seconds_of(sides.radio->last_seen);
    const bool clouds_contact = one.cloud_contact > heard + kPreferS;
    const double contact = clouds_contact ? one.cloud_contact : heard;
    expect_source(record, RecordField::kLastContact, clouds_contact);
    check_moving(record, one, contact);
    check_word(record, RecordField::kCallsign, record.state.callsign, one.radio.callsign, one.callsign_told);
    check_word(record, RecordField::kSquawk, record.state.squawk, one.radio.squawk, one.squawk_told);
  }

  static void expect_source(const Record& record, RecordField field, bool clouds) {
    EXPECT_EQ(record.from_opensky.contains(field), clouds) << key_of(field) << " of " << record.state.icao24.hex();
  }

  // Values of the moment: the fresher one, and beyond the preference never the older.
  void check_moving(const Record& record, const SimulatedAircraft& one, double contact) const {
    const Truth& told = one.flight.at(one.cloud_contact);
    const bool cloud_valid = contact - one.cloud_contact <= kValidS && one.cloud_contact > kNever;
    const auto choose = [&](const auto& word) {
      const bool radio_valid = contact - word.time <= kValidS;
      return cloud_valid && !(radio_valid && word.time + kPreferS >= one.cloud_contact);
    };
    const bool clouds_speed = choose(one.radio.speed_mps);
    expect_source(record, RecordField::kVelocity, clouds_speed);
    expect_source(record, RecordField::kTrueTrack, clouds_speed);
    expect_source(record, RecordField::kVerticalRate, clouds_speed);
    if (record.state.ground_speed_mps) {
      EXPECT_NEAR(*record.state.ground_speed_mps, clouds_speed ? told.speed_mps : one.radio.speed_mps.value, 1.0);
    }
    const bool clouds_altitude = choose(one.radio.altitude_m);
    expect_source(record, RecordField::kBaroAltitude, clouds_altitude);
    if (record.state.baro_altitude_m) {
      EXPECT_NEAR(*record.state.baro_altitude_m, clouds_altitude ? told.altitude_m : one.radio.altitude_m.value, 0.01);
    }
  }

  static void check_word(const Record& record, RecordField field, const std::string& emitted,
                         const Word<std::string>& radio, const Word<std::string>& cloud) {
    const bool clouds = cloud.time > kNever && radio.value != cloud.value && radio.time + kPreferS < cloud.time;
    expect_source(record, field, clouds);
    EXPECT_EQ(emitted, clouds ? cloud.value : radio.value);
  }

  void check_position(const Record& record, const SimulatedAircraft& one, const Sides& sides) {
    const bool sure = sides.radio != nullptr && sides.radio->consistent_positions >= 2 &&
                      one.cloud_position - seconds_of(sides.radio->position.time) <= kComparableS;
    if (!record.state.position) return;
    const bool clouds = record.time_position->is_given();
    const double time = clouds ? std::chrono::duration<double>(record.time_position->on({}) - wall_at(0.0)).count()
                               : seconds_of(record.time_position->in_boot_time({}));
    const double off_m = distance_m(*record.state.position, one.flight.at(time).place);
    if (clouds && one.lies) {
      EXPECT_FALSE(sure) << "a jump that the truth does not have, of " << one.address.hex() << " by " << off_m << " m";
      ++tally_.lies_repeated;
      return;
    }
    EXPECT_LT(off_m, kTrueWithinM) << one.address.hex() << (clouds ? " OpenSky's" : " the radio's");
    if (sides.radio == nullptr || record.source == RecordSource::kOpenSky) return;
    if (!clouds && one.lies && seconds_of(sides.radio->position.time) + kPreferS < one.cloud_position) {
      ++tally_.lies_withstood;
      return;
    }
    const double radio_time = sides.radio->position.value ? seconds_of(sides.radio->position.time) : kNever;
    expect_source(record, RecordField::kLatitude, clouds);
    expect_source(record, RecordField::kLongitude, clouds);
    expect_source(record, RecordField::kTimePosition, clouds);
    if (clouds) {
      ++tally_.cloud_positions;
      EXPECT_LT(radio_time + kPreferS, one.cloud_position) << "the radio's was as good";
    } else if (!one.lies) {
      EXPECT_GE(radio_time + kPreferS, one.cloud_position) << "OpenSky's was fresher";
    }
  }

  std::vector<std::unique_ptr<SimulatedAircraft>> aircraft_;
  Picture picture_{{}};
  Sampler sampler_{{.station_id = "roof-1"}};
  Tally tally_;
};

TEST_P(SimulatedSkyTest, EachFieldIsTheFresherTruthAndSaysWhoseItIs) {
  fly();
  // The story is told only where all of it happened.
  EXPECT_GT(tally_.records, 10'000);
  EXPECT_GT(tally_.fused, 1'000);
  EXPECT_GT(tally_.cloud_positions, 100);
  EXPECT_GT(tally_.lies_withstood, 20);
  EXPECT_GT(picture_.cloud_counts().disagreements, 100U);
  std::printf("seed %llu: %d records, %d fused, %d with OpenSky's position, %d lies withstood, %d repeated as given\n",
              static_cast<unsigned long long>(GetParam()), tally_.records, tally_.fused, tally_.cloud_positions,
              tally_.lies_withstood, tally_.lies_repeated);
}

INSTANTIATE_TEST_SUITE_P(Seeds, SimulatedSkyTest, ::testing::Values(1, 2, 3, 4, 5));

}  // namespace
}  // namespace airspool::sky
