// SPDX-License-Identifier: Apache-2.0
#include "sim/aircraft.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <set>

#include "sim/exact_math.h"

namespace airspool::radio::sim {
namespace {

constexpr double kEarthRadiusM = 6'371'008.8;  // mean radius, as in core/geo.h
constexpr double kMetresPerNauticalMile = 1852.0;
constexpr double kFeetPerMetre = 1.0 / 0.3048;
constexpr double kMaxStepS = 0.5;  // one straight piece of a turn

constexpr double kNearestKm = 15.0;
constexpr double kFarthestKm = 220.0;
constexpr double kTurnBackKm = 230.0;
constexpr double kTaxiRadiusKm = 2.0;
constexpr double kAerodromeFt = 1200.0;

// Parts of blocks that the ICAO gave to states in and around Europe, and the United States (Annex 10 Vol III, table
// 9-1).
struct AddressBlock {
  std::uint32_t first;
  std::uint32_t count;
};
constexpr std::array<AddressBlock, 8> kBlocks = {{
    {0x3C4000, 0x4000},  // Germany
    {0x4B1000, 0x0800},  // Switzerland
    {0x392000, 0x2000},  // France
    {0x400800, 0x4000},  // United Kingdom
    {0x440000, 0x0800},  // Austria
    {0x484000, 0x0800},  // Netherlands
    {0x4CA000, 0x0800},  // Ireland
    {0xA00000, 0x8000},  // United States
}};
constexpr std::array<const char*, 10> kAirlines = {"DLH", "SWR", "AFR", "BAW", "AUA",
                                                   "KLM", "EIN", "UAL", "EZY", "RYR"};

double wrap_degrees(double degrees, double low) { return degrees - 360.0 * std::floor((degrees - low) / 360.0); }

}  // namespace

Aircraft::Aircraft(std::uint64_t seed, std::uint32_t index, Role role, Icao24 address, GeoPosition centre)
    : random_(seed, 0x10000U + index), role_(role), address_(address), centre_(centre) {
  choose_identity();
  if (role == Role::kAdsb && index % 6 == 5) encoder_ = AltitudeEncoder::kGillham;
  if (on_ground()) {
    choose_taxi();
  } else {
    choose_flight();
  }
}

void Aircraft::choose_identity() {
  callsign_ = kAirlines[random_.below(kAirlines.size())];
  callsign_ += std::to_string(1 + random_.below(9899));
  squawk_ = static_cast<std::uint16_t>(01000U + random_.below(06400U));  // below the emergency codes 75xx to 77xx
  carrier_offset_hz_ = random_.uniform(-kCarrierSpreadHz, kCarrierSpreadHz);
  strength_db_ = random_.uniform(-2.0, 2.0);
  geo_minus_baro_ft_ = 25.0 * std::floor(random_.uniform(-16.0, 32.0));
  switch (role_) {
    case Role::kVehicle:
      callsign_ = "FOLLOW" + std::to_string(1 + random_.below(9));
      category_set_ = 2;
      category_ = 3;  // service vehicle
      break;
    case Role::kNonTransponder:
      callsign_ = "GLIDE" + std::to_string(10 + random_.below(90));
      category_set_ = 3;
      category_ = 1;  // glider
      break;
    default:
      category_ = 2 + random_.below(4);  // small, large, high vortex, heavy
  }
}

void Aircraft::choose_flight() {
  // Most of them within 100 km, few at the edge.
  const double u = random_.uniform();
  const double distance_km = kNearestKm + (kFarthestKm - kNearestKm) * u * std::sqrt(u);
  place(distance_km, random_.uniform(0.0, 360.0));
  if (role_ == Role::kNonTransponder) {
    const double nearby_km = random_.uniform(8.0, 60.0);
    place(nearby_km, random_.uniform(0.0, 360.0));
    cruise_altitude_ft_ = random_.uniform(3000.0, 9000.0);
    ground_speed_kt_ = random_.uniform(50.0, 110.0);
  } else {
    // Who is below the horizon of the antenna is not heard: 4.12 km for each root of a metre.
    const double horizon_m = (distance_km / 4.12) * (distance_km / 4.12);
    const double lowest_ft = std::max(3000.0, 1.2 * horizon_m * kFeetPerMetre);
    cruise_altitude_ft_ = random_.uniform(std::min(lowest_ft, 36000.0), 39000.0);
    const bool low = cruise_altitude_ft_ < 10000.0;
    ground_speed_kt_ = low ? random_.uniform(120.0, 250.0) : random_.uniform(300.0, 500.0);
  }
  cruise_altitude_ft_ = 100.0 * std::floor(cruise_altitude_ft_ / 100.0);
  altitude_ft_ = cruise_altitude_ft_;
  target_altitude_ft_ = altitude_ft_;
  track_deg_ = random_.uniform(0.0, 360.0);
  leg_end_s_ = random_.uniform(10.0, 120.0);
  level_end_s_ = random_.uniform(0.0, 90.0);
}

void Aircraft::choose_taxi() {
  const double distance_km = random_.uniform(0.3, kTaxiRadiusKm);
  place(distance_km, random_.uniform(0.0, 360.0));
  altitude_ft_ = target_altitude_ft_ = cruise_altitude_ft_ = kAerodromeFt;
  ground_speed_kt_ = random_.uniform(5.0, 28.0);
  track_deg_ = random_.uniform(0.0, 360.0);
  leg_end_s_ = random_.uniform(5.0, 40.0);
}

void Aircraft::place(double distance_km, double bearing_deg) {
  const double north_m = distance_km * 1000.0 * cosine(bearing_deg * kDegree);
  const double east_m = distance_km * 1000.0 * sine(bearing_deg * kDegree);
  position_.latitude_deg = centre_.latitude_deg + north_m / kEarthRadiusM / kDegree;
  const double parallel_m = kEarthRadiusM * cosine(position_.latitude_deg * kDegree);
  position_.longitude_deg = wrap_degrees(centre_.longitude_deg + east_m / parallel_m / kDegree, -180.0);
}

Aircraft::FromCentre Aircraft::from_centre() const {
  const double north_deg = position_.latitude_deg - centre_.latitude_deg;
  const double east_deg = wrap_degrees(position_.longitude_deg - centre_.longitude_deg, -180.0);
  const double middle = (position_.latitude_deg + centre_.latitude_deg) / 2.0;
  return {north_deg * kDegree * kEarthRadiusM, east_deg * kDegree * kEarthRadiusM * cosine(middle * kDegree)};
}

double Aircraft::distance_km() const {
  const FromCentre from = from_centre();
  return std::sqrt(from.north_m * from.north_m + from.east_m * from.east_m) / 1000.0;
}

// Straight on after a turn, else a turn; towards the antenna when it is far and flies away from it.
void Aircraft::next_leg() {
  const FromCentre from = from_centre();
  const double north = cosine(track_deg_ * kDegree);
  const double east = sine(track_deg_ * kDegree);
  const bool outbound = north * from.north_m + east * from.east_m > 0.0;
  const double limit_km = on_ground() ? kTaxiRadiusKm : kTurnBackKm;
  const double usual_dps = on_ground() ? 6.0 : 1.5;
  if (outbound && distance_km() > limit_km) {
    // The shorter way round: right when the antenna lies to the right.
    const bool right = north * from.east_m - east * from.north_m < 0.0;
    turn_dps_ = right ? usual_dps : -usual_dps;
    leg_end_s_ = time_s_ + 5.0;
  } else if (turn_dps_ != 0.0) {
    turn_dps_ = 0.0;
    leg_end_s_ = time_s_ + random_.uniform(on_ground() ? 5.0 : 30.0, on_ground() ? 40.0 : 180.0);
  } else {
    turn_dps_ = random_.uniform(0.3, 1.0) * usual_dps;
    if (random_.chance(0.5)) turn_dps_ = -turn_dps_;
    leg_end_s_ = time_s_ + random_.uniform(5.0, 30.0);
  }
}

void Aircraft::next_level() {
  const double share = role_ == Role::kNonTransponder ? 0.3 : 1.0;
  const double target = cruise_altitude_ft_ + share * random_.uniform(-6000.0, 6000.0);
  target_altitude_ft_ = 100.0 * std::floor(std::clamp(target, 2500.0, 41000.0) / 100.0);
  const double rate_fpm = 64.0 * std::floor(share * random_.uniform(10.0, 36.0));
  vertical_rate_fpm_ = target_altitude_ft_ > altitude_ft_ ? rate_fpm : -rate_fpm;
  if (target_altitude_ft_ == altitude_ft_) vertical_rate_fpm_ = 0.0;
}

void Aircraft::advance(double time_s) {
  while (time_s_ < time_s) {
    const double dt = std::min(kMaxStepS, time_s - time_s_);
    if (time_s_ >= leg_end_s_) next_leg();
    if (!on_ground() && vertical_rate_fpm_ == 0.0 && time_s_ >= level_end_s_) next_level();
    move(dt);
    time_s_ += dt;
  }
}

void Aircraft::move(double dt) {
  const double metres = ground_speed_kt_ * kMetresPerNauticalMile / 3600.0 * dt;
  const double halfway = (track_deg_ + turn_dps_ * dt / 2.0) * kDegree;
  const double cos_latitude = cosine(position_.latitude_deg * kDegree);
  const double east_deg = metres * sine(halfway) / (kEarthRadiusM * cos_latitude) / kDegree;
  position_.latitude_deg += metres * cosine(halfway) / kEarthRadiusM / kDegree;
  position_.longitude_deg = wrap_degrees(position_.longitude_deg + east_deg, -180.0);
  // On a great circle the track changes as the meridians converge.
  track_deg_ += turn_dps_ * dt + east_deg * sine(position_.latitude_deg * kDegree);
  track_deg_ = wrap_degrees(track_deg_, 0.0);

  const double before = target_altitude_ft_ - altitude_ft_;
  altitude_ft_ += vertical_rate_fpm_ / 60.0 * dt;
  if (vertical_rate_fpm_ != 0.0 && before * (target_altitude_ft_ - altitude_ft_) <= 0.0) {
    altitude_ft_ = target_altitude_ft_;
    vertical_rate_fpm_ = 0.0;
    level_end_s_ = time_s_ + random_.uniform(20.0, 200.0);
  }
}

std::vector<Aircraft> make_aircraft(std::uint64_t seed, std::uint32_t count, GeoPosition centre) {
  const std::uint32_t on_ground = count / 15;
  const std::uint32_t non_transponder = count / 15;
  const std::uint32_t mode_s_only = count / 20;
  const std::uint32_t adsb = count - on_ground - non_transponder - mode_s_only;
  Random random(seed, 1);
  std::set<std::uint32_t> taken;
  std::vector<Aircraft> aircraft;
  aircraft.reserve(count);
  for (std::uint32_t i = 0; i < count; ++i) {
    Role role = Role::kAdsb;
    if (i >= adsb + mode_s_only + non_transponder) {
      role = i % 4 == 3 ? Role::kVehicle : Role::kTaxiing;
    } else if (i >= adsb + mode_s_only) {
      role = Role::kNonTransponder;
    } else if (i >= adsb) {
      role = Role::kModeSOnly;
    }
    std::uint32_t address = 0;
    do {
      const AddressBlock block = kBlocks[random.below(kBlocks.size())];
      address = block.first + random.below(block.count);
    } while (!taken.insert(address).second);
    // A part of the gliders has an anonymous address (DF18 with control field 1).
    const bool anonymous = role == Role::kNonTransponder && i % 3 == 2;
    aircraft.emplace_back(seed, i, role, anonymous ? Icao24::other(address) : Icao24::icao(address), centre);
  }
  return aircraft;
}

}  // namespace airspool::radio::sim
