// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cmath>
#include <cstdint>
#include <string>
#include <vector>

#include <airspool/core/clock.h>
#include <airspool/core/record.h>

namespace airspool::bench {

// A busy sky for the spool: 250 aircraft with every field that the radio gives, each told in turn, on straight tracks
// with a little noise, so that it compresses as a real one does. The same records in every run.
class Sky {
 public:
  Record next(BootTime now) {
    const std::uint64_t aircraft = number_ % kAircraft;
    const double age = static_cast<double>(number_ / kAircraft) * 5.0;  // s, at 50 records a second
    ++number_;
    const double track = static_cast<double>(aircraft * 37 % 360);
    const double speed = 120.0 + static_cast<double>(aircraft % 130);
    // Half an hour across the sky, then a new flight.
    const double along = std::fmod(age + static_cast<double>(aircraft) * 7.0, 1800.0) - 900.0;
    constexpr double kDegree = 3.14159265358979 / 180.0;
    Record record;
    StateVector& state = record.state;
    state.icao24 = Icao24::icao(0x3C0000 + static_cast<std::uint32_t>(aircraft * 4099 % 0xFFFF));
    state.callsign = "DLH" + std::to_string(100 + aircraft);
    state.origin_country = aircraft % 3 == 0 ? "Germany" : aircraft % 3 == 1 ? "Switzerland" : "United Kingdom";
    state.country_code = aircraft % 3 == 0 ? "DE" : aircraft % 3 == 1 ? "CH" : "GB";
    state.squawk = std::to_string(1000 + aircraft % 7000);
    state.position = GeoPosition{47.5 + along * speed * std::cos(track * kDegree) / 111'000.0 + noise(1e-4),
                                 8.5 + along * speed * std::sin(track * kDegree) / 75'000.0 + noise(1e-4)};
    state.baro_altitude_m = 3000.0 + 7.62 * static_cast<double>(aircraft * 4 + random() % 3);
    state.geo_altitude_m = *state.baro_altitude_m + 60.96;
    state.ground_speed_mps = std::round((speed + noise(0.5)) * 100.0) / 100.0;
    state.true_track_deg = std::fmod(track + 360.0 + noise(0.2), 360.0);
    state.vertical_rate_mps = 0.325 * static_cast<double>(random() % 5) - 0.65;
    state.category = 4;
    state.nic = 8;
    state.rc_m = 185.2;
    state.nac_p = 9;
    state.sil = 3;
    state.adsb_version = 2;
    state.rssi_dbfs = -8.0 - static_cast<double>(random() % 20);
    record.last_contact = now - Nanoseconds(static_cast<std::int64_t>(random() % 400) * 1'000'000);
    record.time_position = now - Nanoseconds(static_cast<std::int64_t>(400 + random() % 600) * 1'000'000);
    record.received = now;
    return record;
  }

 private:
  static constexpr std::uint64_t kAircraft = 250;

  std::uint64_t random() {  // xorshift64*: enough for noise
    state_ ^= state_ >> 12U;
    state_ ^= state_ << 25U;
    state_ ^= state_ >> 27U;
    return (state_ * 0x2545F4914F6CDD1DU) >> 33U;
  }
  double noise(double most) { return (static_cast<double>(random() % 2001) / 1000.0 - 1.0) * most; }

  std::uint64_t number_ = 0;
  std::uint64_t state_ = 1090;
};

}  // namespace airspool::bench
