// SPDX-License-Identifier: Apache-2.0
#include "families.h"

// Airborne position (DO-260B 2.2.3.2.3; register 0,5):
//
//   ME  1-5    type code: 9-18 with barometric altitude, 20-22 with GNSS height, 0 without position
//       6-7    surveillance status: 1 permanent alert (emergency), 2 temporary alert (new squawk), 3 SPI
//       8      NIC supplement B (versions 0 and 1: single antenna); in DF18 of TIS-B and ADS-R the IMF bit
//       9-20   altitude, see altitude_code.cpp
//       21     time synchronisation
//       22     CPR format: 0 even, 1 odd
//       23-39  CPR latitude
//       40-56  CPR longitude
namespace airspool::modes {

AirbornePosition decode_airborne_position(const MeField& me, SquitterOrigin origin) {
  AirbornePosition result;
  const std::uint32_t typecode = me.field(1, 5);
  const std::uint32_t status = me.field(6, 7);
  result.alert = status == 1 || status == 2;
  result.spi = status == 3;
  if (origin == SquitterOrigin::kTransponder || origin == SquitterOrigin::kNonTransponder) result.nic_b = me.flag(8);

  (typecode >= 20 ? result.geo_altitude_m : result.baro_altitude_m) = altitude_from_ac12_m(me.field(9, 20));
  if (typecode != 0) result.cpr = CprPosition{me.field(23, 39), me.field(40, 56), me.flag(22)};
  return result;
}

}  // namespace airspool::modes
