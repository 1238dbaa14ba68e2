// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include <airspool/sky/dead_reckoning.h>

#include "heard.h"

// The truth of a simulated sky, apart from the signal simulator's: whole flights, computed once, looked up at any time.
namespace airspool::sky {

// A number in [low, high), the same on every machine.
inline double between(std::mt19937_64& random, double low, double high) {
  return low + (high - low) * static_cast<double>(random() >> 11U) * 0x1.0p-53;
}

struct Truth {
  GeoPosition place;
  double altitude_m = 0.0;
  double speed_mps = 0.0;
  double track_deg = 0.0;
  double vertical_rate_mps = 0.0;
  std::string callsign;
  std::string squawk;
};

// Legs of one to four minutes: straight on, a turn with up to 3 degrees a second, a climb or descent with up to 20 m/s,
// a change of speed. The callsign changes once in a while, and the squawk.
class Flight {
 public:
  Flight(std::uint64_t seed, GeoPosition start, double seconds) {
    std::mt19937_64 random(seed);
    Truth now{start,
              between(random, 1'000.0, 11'000.0),
              between(random, 80.0, 250.0),
              between(random, 0.0, 360.0),
              0.0,
              name(random),
              code(random)};
    double leg_left = 0.0;
    double turn_dps = 0.0;
    double acceleration = 0.0;
    for (double t = 0.0; t <= seconds; t += kStepS) {
      states_.push_back(now);
      leg_left -= kStepS;
      if (leg_left <= 0.0) {
        leg_left = between(random, 60.0, 240.0);
        turn_dps = 0.0;
        acceleration = 0.0;
        const double kind = between(random, 0.0, 1.0);
        if (kind < 0.3) turn_dps = between(random, -3.0, 3.0), leg_left = between(random, 10.0, 60.0);
        if (kind > 0.8) acceleration = between(random, -0.4, 0.4), leg_left = between(random, 20.0, 60.0);
        now.vertical_rate_mps = kind > 0.3 && kind < 0.6 ? between(random, -20.0, 20.0) : 0.0;
        if (between(random, 0.0, 1.0) < 0.05) now.callsign = name(random);
        if (between(random, 0.0, 1.0) < 0.05) now.squawk = code(random);
      }
      if (now.altitude_m < 500.0) now.vertical_rate_mps = std::abs(now.vertical_rate_mps);
      if (now.altitude_m > 12'000.0) now.vertical_rate_mps = -std::abs(now.vertical_rate_mps);
      const Motion motion{now.place, now.speed_mps, now.track_deg, std::nullopt, std::nullopt};
      now.place = *position_after(motion, Nanoseconds(static_cast<Nanoseconds::rep>(kStepS * 1e9)));
      now.track_deg = std::fmod(now.track_deg + turn_dps * kStepS + 360.0, 360.0);
      now.speed_mps = std::clamp(now.speed_mps + acceleration * kStepS, 60.0, 260.0);
      now.altitude_m += now.vertical_rate_mps * kStepS;
    }
  }

  [[nodiscard]] const Truth& at(double seconds) const {
    const auto step = static_cast<std::size_t>(std::llround(std::max(seconds, 0.0) / kStepS));
    return states_[std::min(step, states_.size() - 1)];
  }

  static constexpr double kStepS = 0.1;

 private:
  static std::string name(std::mt19937_64& random) { return "T" + std::to_string(100 + random() % 900); }
  static std::string code(std::mt19937_64& random) {
    std::string digits;
    for (int i = 0; i < 4; ++i) digits += static_cast<char>('0' + random() % 8);
    return digits;
  }

  std::vector<Truth> states_;
};

// What its transponder sends, as the decoder hands it on: steps of 25 ft, 1 knot and 64 ft/min.
inline modes::Message position_message(const Truth& truth, bool odd, Icao24 address) {
  modes::Message heard = airborne(truth.place, odd, address);
  std::get<modes::AirbornePosition>(heard.body).baro_altitude_m = std::round(truth.altitude_m / 7.62) * 7.62;
  return heard;
}

inline modes::Message velocity_message(const Truth& truth, Icao24 address) {
  constexpr double kKnot = 1852.0 / 3600.0;
  const double radians = truth.track_deg * 3.14159265358979 / 180.0;
  const double east = std::round(truth.speed_mps * std::sin(radians) / kKnot) * kKnot;
  const double north = std::round(truth.speed_mps * std::cos(radians) / kKnot) * kKnot;
  modes::Velocity velocity;
  velocity.subtype = 1;
  velocity.ground_speed_mps = std::hypot(east, north);
  velocity.true_track_deg = std::fmod(std::atan2(east, north) * 180.0 / 3.14159265358979 + 360.0, 360.0);
  velocity.vertical_rate_mps = std::round(truth.vertical_rate_mps / 0.32512) * 0.32512;
  return message(17, velocity, address);
}

inline modes::Message identification_message(const Truth& truth, Icao24 address) {
  modes::Message heard = identification(truth.callsign);
  heard.address = address;
  return heard;
}

inline modes::Message squawk_message(const Truth& truth, Icao24 address) {
  modes::Message heard = squawk(truth.squawk);
  heard.address = address;
  return heard;
}

}  // namespace airspool::sky
