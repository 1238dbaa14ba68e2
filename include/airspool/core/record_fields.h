// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace airspool {

// The fields of Record v1 that either side of a fused record may have given.
enum class RecordField : std::uint8_t {
  kCallsign,
  kOriginCountry,
  kTimePosition,
  kLastContact,
  kLongitude,
  kLatitude,
  kBaroAltitude,
  kGeoAltitude,
  kVelocity,
  kTrueTrack,
  kVerticalRate,
  kOnGround,
  kSpi,
  kSquawk,
  kPositionSource,
  kCategory,
  kSensors,
};

// Their keys in a record, in the order of the enumerators.
inline constexpr std::array<std::string_view, 17> kRecordFieldKeys = {
    "callsign",      "origin_country", "time_position",   "last_contact", "longitude",     "latitude",
    "baro_altitude", "geo_altitude",   "velocity",        "true_track",   "vertical_rate", "on_ground",
    "spi",           "squawk",         "position_source", "category",     "sensors"};

constexpr std::string_view key_of(RecordField field) { return kRecordFieldKeys[static_cast<std::size_t>(field)]; }

// A set of fields: 4 bytes, no allocation.
class RecordFields {
 public:
  constexpr void add(RecordField field) { bits_ |= bit(field); }
  [[nodiscard]] constexpr bool contains(RecordField field) const { return (bits_ & bit(field)) != 0; }
  [[nodiscard]] constexpr bool empty() const { return bits_ == 0; }

  friend constexpr bool operator==(RecordFields, RecordFields) = default;

 private:
  static constexpr std::uint32_t bit(RecordField field) { return 1U << static_cast<unsigned>(field); }
  std::uint32_t bits_ = 0;
};

}  // namespace airspool
