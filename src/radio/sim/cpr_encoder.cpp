// SPDX-License-Identifier: Apache-2.0
#include "sim/cpr_encoder.h"

#include <algorithm>
#include <cmath>

#include "sim/exact_math.h"

namespace airspool::radio::sim {
namespace {

constexpr std::uint32_t kMask17 = (1U << 17U) - 1U;

double fraction(double x) { return x - std::floor(x); }

}  // namespace

// NL = floor(2 pi / arccos(x)), x = 1 - (1 - cos(pi / 30)) / cos^2(lat): the largest n with x >= cos(2 pi / n).
int longitude_zones(double latitude_deg) {
  const double latitude = std::fabs(latitude_deg);
  if (latitude > 87.0) return 1;
  if (latitude == 87.0) return 2;
  const double cos_latitude = cosine(latitude * kDegree);
  const double x = 1.0 - (1.0 - cosine(kPi / 30.0)) / (cos_latitude * cos_latitude);
  int zones = 59;
  if (latitude < 1e-9) return zones;
  while (zones > 2 && x < cosine(2.0 * kPi / zones)) --zones;
  return zones;
}

CprCode encode_cpr_turns(double latitude_turns, double longitude_turns, bool odd, CprKind kind) {
  const double scale = kind == CprKind::kSurface ? 524288.0 : 131072.0;  // 2^19 or 2^17
  const double latitude_zones = odd ? 59.0 : 60.0;
  const double v = latitude_turns * latitude_zones;
  const double yz = std::floor(scale * fraction(v) + 0.5);

  // The longitude zones are those of the latitude that a receiver will find. It is counted in whole zones first, so
  // that 87 degrees, where a zone begins, is met exactly.
  double received = yz / scale + std::floor(v);
  received -= latitude_zones * std::floor(received / latitude_zones + 0.5);
  const int zones = std::max(longitude_zones(received * 360.0 / latitude_zones) - (odd ? 1 : 0), 1);
  const double xz = std::floor(scale * fraction(longitude_turns * zones) + 0.5);
  return {static_cast<std::uint32_t>(yz) & kMask17, static_cast<std::uint32_t>(xz) & kMask17};
}

CprCode encode_cpr(GeoPosition position, bool odd, CprKind kind) {
  return encode_cpr_turns(position.latitude_deg / 360.0, position.longitude_deg / 360.0, odd, kind);
}

}  // namespace airspool::radio::sim
