// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cmath>
#include <cstring>
#include <string_view>

#include <airspool/core/clock.h>
#include <airspool/core/geo.h>
#include <airspool/modes/message.h>

#include "fakes/cpr_encoder.h"

// Messages as an antenna would have heard them, made by hand.
namespace airspool::sky {

inline constexpr Icao24 kAircraft = Icao24::icao(0x3C6444);
inline constexpr float kSignalDbfs = -20.0F;

// `seconds` after the first sample.
inline BootTime at(double seconds) { return BootTime(Nanoseconds(std::llround(seconds * 1e9))); }

inline modes::Message message(int df, modes::MessageBody body, Icao24 address = kAircraft) {
  modes::Message heard;
  heard.df = static_cast<std::uint8_t>(df);
  heard.address = address;
  heard.body = body;
  return heard;
}

inline modes::Message airborne(GeoPosition place, bool odd, Icao24 address = kAircraft) {
  return message(17,
                 modes::AirbornePosition{.cpr = test::cpr_encode(modes::CprKind::kAirborne, place, odd),
                                         .baro_altitude_m = 10'000.0,
                                         .geo_altitude_m = std::nullopt},
                 address);
}

inline modes::Message surface(GeoPosition place, bool odd, double speed_mps) {
  return message(17, modes::SurfacePosition{.cpr = test::cpr_encode(modes::CprKind::kSurface, place, odd),
                                            .ground_speed_mps = speed_mps,
                                            .true_track_deg = std::nullopt});
}

inline modes::Message speed(double ground_speed_mps) {
  modes::Velocity velocity;
  velocity.subtype = 1;
  velocity.ground_speed_mps = ground_speed_mps;
  velocity.true_track_deg = 90.0;
  velocity.vertical_rate_mps = -2.5;
  return message(17, velocity);
}

inline modes::Message identification(std::string_view callsign, int set = 0xA, int code = 3) {
  modes::Identification body;
  std::memcpy(body.callsign.characters.data(), callsign.data(), callsign.size());
  body.callsign.length = static_cast<std::uint8_t>(callsign.size());
  body.category_set = static_cast<std::uint8_t>(set);
  body.category_code = static_cast<std::uint8_t>(code);
  return message(17, body);
}

inline modes::Message squawk(std::string_view digits, bool spi = false) {
  modes::IdentityReply reply;
  std::memcpy(reply.squawk.data(), digits.data(), reply.squawk.size());
  reply.spi = spi;
  return message(5, reply);
}

inline modes::Message all_call(Icao24 address = kAircraft) { return message(11, modes::AllCallReply{}, address); }

// `metres` to the east of a place.
inline GeoPosition east_of(GeoPosition place, double metres) {
  const double degrees = metres / (111'195.0 * std::cos(place.latitude_deg * 3.14159265358979 / 180.0));
  return {place.latitude_deg, place.longitude_deg + degrees};
}

}  // namespace airspool::sky
