// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <airspool/core/geo.h>
#include <airspool/core/icao24.h>

#include "sim/altitude_code.h"
#include "sim/random.h"

namespace airspool::radio::sim {

// What kind of participant it is, which decides what it sends.
enum class Role : std::uint8_t {
  kAdsb,            // transponder with extended squitter (DF17), in the air
  kModeSOnly,       // transponder without extended squitter, in the air
  kNonTransponder,  // DF18 in the air: no acquisition squitter, answers nobody
  kTaxiing,         // transponder with extended squitter on the ground
  kVehicle,         // DF18 on the ground
};

// One participant and how it moves: straight legs along great circles, turns, climbs and descents between levels at
// sane rates; it turns back before it leaves the range of the antenna. Moves forward in time only.
class Aircraft {
 public:
  Aircraft(std::uint64_t seed, std::uint32_t index, Role role, Icao24 address, GeoPosition centre);

  // Moves to this time. Earlier times leave it where it is.
  void advance(double time_s);

  [[nodiscard]] Role role() const { return role_; }
  [[nodiscard]] bool on_ground() const { return role_ == Role::kTaxiing || role_ == Role::kVehicle; }
  [[nodiscard]] bool has_transponder() const { return role_ != Role::kNonTransponder && role_ != Role::kVehicle; }
  [[nodiscard]] bool has_extended_squitter() const { return role_ != Role::kModeSOnly; }
  [[nodiscard]] Icao24 address() const { return address_; }
  [[nodiscard]] const std::string& callsign() const { return callsign_; }
  [[nodiscard]] std::uint16_t squawk() const { return squawk_; }
  [[nodiscard]] AltitudeEncoder altitude_encoder() const { return encoder_; }
  // Type code 1..4 and category 0..7 of the identification message.
  [[nodiscard]] unsigned category_set() const { return category_set_; }
  [[nodiscard]] unsigned category() const { return category_; }
  // Anywhere within kCarrierSpreadHz to either side; a sky with another spread stretches it.
  static constexpr double kCarrierSpreadHz = 60e3;
  [[nodiscard]] double carrier_offset_hz() const { return carrier_offset_hz_; }
  [[nodiscard]] double strength_db() const { return strength_db_; }  // over the average transmitter
  [[nodiscard]] double geo_minus_baro_ft() const { return geo_minus_baro_ft_; }

  [[nodiscard]] GeoPosition position() const { return position_; }
  [[nodiscard]] double altitude_ft() const { return altitude_ft_; }  // pressure altitude
  [[nodiscard]] double target_altitude_ft() const { return target_altitude_ft_; }
  [[nodiscard]] double ground_speed_kt() const { return ground_speed_kt_; }
  [[nodiscard]] double track_deg() const { return track_deg_; }  // [0, 360)
  [[nodiscard]] double turn_dps() const { return turn_dps_; }    // clockwise
  [[nodiscard]] double vertical_rate_fpm() const { return vertical_rate_fpm_; }
  [[nodiscard]] double distance_km() const;  // from the antenna, along the ground

 private:
  struct FromCentre {
    double north_m;
    double east_m;
  };
  [[nodiscard]] FromCentre from_centre() const;
  void place(double distance_km, double bearing_deg);
  void choose_identity();
  void choose_flight();
  void choose_taxi();
  void next_leg();
  void next_level();
  void move(double dt);

  Random random_;
  Role role_;
  Icao24 address_;
  GeoPosition centre_;
  std::string callsign_;
  std::uint16_t squawk_ = 0;
  AltitudeEncoder encoder_ = AltitudeEncoder::k25Feet;
  unsigned category_set_ = 4;
  unsigned category_ = 0;
  double carrier_offset_hz_ = 0.0;
  double strength_db_ = 0.0;
  double geo_minus_baro_ft_ = 0.0;

  double time_s_ = 0.0;
  GeoPosition position_;
  double altitude_ft_ = 0.0;
  double cruise_altitude_ft_ = 0.0;
  double target_altitude_ft_ = 0.0;
  double ground_speed_kt_ = 0.0;
  double track_deg_ = 0.0;
  double turn_dps_ = 0.0;
  double vertical_rate_fpm_ = 0.0;
  double leg_end_s_ = 0.0;
  double level_end_s_ = 0.0;
};

// The aircraft of a sky: for every 60 of them 49 with ADS-B (one in six of which says its altitude in 100 ft steps),
// 4 without a transponder, 3 without ADS-B, 3 that taxi and a vehicle. The first is always one with ADS-B.
std::vector<Aircraft> make_aircraft(std::uint64_t seed, std::uint32_t count, GeoPosition centre);

}  // namespace airspool::radio::sim
