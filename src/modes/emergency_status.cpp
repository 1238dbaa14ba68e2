// SPDX-License-Identifier: Apache-2.0
#include <airspool/core/extended_state.h>

#include "families.h"

// Aircraft status, type code 28 (register 6,1), subtype 1 (DO-260B 2.2.3.2.7.8.1; Doc 9871 table B-2-97a):
//
//   ME  1-5    type code 28
//       6-8    subtype: 1 emergency and Mode A code, 2 resolution advisory (see resolution_advisory.cpp)
//       9-11   emergency: 0 none ... 6 downed aircraft, 7 reserved
//       12-24  Mode A code, laid out as the ID field; versions before 2 send zeros, which are no code of anybody's
//       25-56  reserved; in ADS-R bit 56 is the IMF bit
namespace airspool::modes {

std::string_view to_string(Emergency emergency) {
  const auto number = static_cast<std::size_t>(emergency);
  return number < kEmergencyNames.size() ? kEmergencyNames.at(number) : "reserved";
}

EmergencyStatus decode_emergency_status(const MeField& me) {
  EmergencyStatus result;
  result.emergency = static_cast<Emergency>(me.field(9, 11));
  if (const std::uint32_t code = me.field(12, 24); code != 0) result.squawk = squawk_from_id13(code);
  return result;
}

}  // namespace airspool::modes
