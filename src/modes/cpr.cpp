// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <cmath>

#include <airspool/modes/cpr.h>

// CPR cuts each axis into zones and sends the place within a zone in 17 bits. Even messages use 60 zones of latitude,
// odd ones 59, so that the two together tell the zone. Surface messages use zones a quarter as large.
//
// Rounding: zone indices are computed in integers where both halves are messages, and every coordinate as
// (full circle * (zone + fraction)) / zones, where only the division rounds. The result is the correctly rounded
// double of the exact position.
namespace airspool::modes {
namespace {

constexpr std::uint32_t kMask = 0x1FFFF;
constexpr double kSteps = 131072.0;  // 2^17 in a zone

// The latitudes where the number of longitude zones changes from 59 to 58, ... 2 to 1: the formula of DO-260B A.1.7.2 d
// solved for the latitude, 180/pi acos(sqrt((1 - cos(pi/30)) / (1 - cos(2 pi/NL)))), computed with 40 digits. At the
// edge itself the larger number holds. No encodable latitude but 87 lies within 1e-9 degrees of an edge, so double
// rounding cannot move one across.
constexpr std::array<double, 58> kZoneEdges = {10.470471299968775, 14.828174368687508,
                                               18.186263570714181, 21.029394926029343,
                                               23.545044865571401, 25.829247070588555,
                                               27.938987101219165, 29.911356857318381,
                                               31.77209707681102,  33.539934362985453,
                                               35.228995977964463, 36.850251075935467,
                                               38.412418924123043, 39.922566843338922,
                                               41.386518322602823, 42.809140122435663,
                                               44.194549514193143, 45.546267226602536,
                                               46.867332524987677, 48.160391280966533,
                                               49.427764392557037, 50.671501655538456,
                                               51.893424691687862, 53.09516152796016,
                                               54.27817472272919,  55.443784444950604,
                                               56.593187562059347, 57.727473538661272,
                                               58.847637761484714, 59.954592766940468,
                                               61.04917774246363,  62.132166592103427,
                                               63.204274793819383, 64.266165225674503,
                                               65.318453096820983, 66.36171008382628,
                                               67.396467740846757, 68.423220220833396,
                                               69.442426311440317, 70.454510749876073,
                                               71.459864730289901, 72.45884544728952,
                                               73.45177441667871,  74.438934157251428,
                                               75.420562566533628, 76.396843907944733,
                                               77.367894613281924, 78.333740829227522,
                                               79.294282254569304, 80.249232132805156,
                                               81.198013492719512, 82.139569805106091,
                                               83.071994447198163, 83.991735629805665,
                                               84.89166190702087,  85.755416209444195,
                                               86.535369975121013, 87.0};

struct Fraction {
  std::int64_t latitude;
  std::int64_t longitude;
};

constexpr Fraction fraction_of(const CprPosition& position) {
  return {static_cast<std::int64_t>(position.latitude & kMask), static_cast<std::int64_t>(position.longitude & kMask)};
}

constexpr double full_circle(CprKind kind) { return kind == CprKind::kSurface ? 90.0 : 360.0; }

constexpr int latitude_zones(bool odd) { return odd ? 59 : 60; }

// i = 1 for odd; near the poles there is always one zone left.
int longitude_zones(double latitude_deg, bool odd) {
  return std::max(cpr_longitude_zones(latitude_deg) - (odd ? 1 : 0), 1);
}

// floor(numerator / 2^17 + 1/2)
constexpr std::int64_t rounded_steps(std::int64_t numerator) { return (numerator + (1 << 16)) >> 17; }

constexpr std::int64_t modulo(std::int64_t value, std::int64_t divisor) {
  const std::int64_t rest = value % divisor;
  return rest < 0 ? rest + divisor : rest;
}

constexpr double coordinate(double full, double zone, std::int64_t fraction, int zones) {
  return full * (zone + static_cast<double>(fraction) / kSteps) / zones;
}

double wrap_longitude(double longitude_deg) {
  if (longitude_deg >= 180.0) return longitude_deg - 360.0;
  if (longitude_deg < -180.0) return longitude_deg + 360.0;
  return longitude_deg;
}

// The zone in which `fraction` lies nearest to `reference`.
double nearest_zone(double full, double reference, std::int64_t fraction, int zones) {
  return std::floor(0.5 + reference * zones / full - static_cast<double>(fraction) / kSteps);
}

bool usable(GeoPosition reference) {
  return std::abs(reference.latitude_deg) <= 90.0 && std::abs(reference.longitude_deg) <= 180.0;
}

// Of the solution in the northern hemisphere and the one 90 degrees south of it the one nearer to `reference`.
double nearer_hemisphere(double northern, double reference) {
  const double southern = northern - 90.0;
  return std::abs(southern - reference) < std::abs(northern - reference) ? southern : northern;
}

}  // namespace

int cpr_longitude_zones(double latitude_deg) {
  const auto* const edge = std::lower_bound(kZoneEdges.begin(), kZoneEdges.end(), std::abs(latitude_deg));
  return 59 - static_cast<int>(edge - kZoneEdges.begin());
}

std::optional<GeoPosition> cpr_global(CprKind kind, const CprPosition& even, const CprPosition& odd, bool newest_is_odd,
                                      std::optional<GeoPosition> reference) {
  const bool surface = kind == CprKind::kSurface;
  if (surface && (!reference || !usable(*reference))) return std::nullopt;
  const double full = full_circle(kind);
  const Fraction even_part = fraction_of(even);
  const Fraction odd_part = fraction_of(odd);

  const std::int64_t j = rounded_steps(59 * even_part.latitude - 60 * odd_part.latitude);
  const auto latitude_of = [&](bool is_odd) {
    const int zones = latitude_zones(is_odd);
    return coordinate(full, static_cast<double>(modulo(j, zones)), (is_odd ? odd_part : even_part).latitude, zones);
  };
  double latitude = latitude_of(newest_is_odd);
  double older_latitude = latitude_of(!newest_is_odd);
  if (surface) {
    // Not by the same step: a pair may straddle the equator, 0.00001 and 89.99999 as sent.
    latitude = nearer_hemisphere(latitude, reference->latitude_deg);
    older_latitude = nearer_hemisphere(older_latitude, latitude);
  } else {
    if (latitude >= 270.0) latitude -= 360.0;
    if (older_latitude >= 270.0) older_latitude -= 360.0;
    if (latitude > 90.0 || older_latitude > 90.0) return std::nullopt;
  }
  const int zones_at_equal_latitude = cpr_longitude_zones(latitude);
  if (zones_at_equal_latitude != cpr_longitude_zones(older_latitude)) return std::nullopt;

  const std::int64_t m =
      rounded_steps(even_part.longitude * (zones_at_equal_latitude - 1) - odd_part.longitude * zones_at_equal_latitude);
  const int zones = longitude_zones(latitude, newest_is_odd);
  double longitude =
      coordinate(full, static_cast<double>(modulo(m, zones)), (newest_is_odd ? odd_part : even_part).longitude, zones);
  if (surface) longitude += 90.0 * std::round((reference->longitude_deg - longitude) / 90.0);
  return GeoPosition{latitude, wrap_longitude(longitude)};
}

std::optional<GeoPosition> cpr_local(CprKind kind, const CprPosition& position, GeoPosition reference) {
  if (!usable(reference)) return std::nullopt;
  const double full = full_circle(kind);
  const Fraction part = fraction_of(position);

  const int rows = latitude_zones(position.odd);
  const double row = nearest_zone(full, reference.latitude_deg, part.latitude, rows);
  const double latitude = coordinate(full, row, part.latitude, rows);
  if (std::abs(latitude) > 90.0) return std::nullopt;

  const int zones = longitude_zones(latitude, position.odd);
  const double zone = nearest_zone(full, reference.longitude_deg, part.longitude, zones);
  return GeoPosition{latitude, wrap_longitude(coordinate(full, zone, part.longitude, zones))};
}

}  // namespace airspool::modes
