// SPDX-License-Identifier: Apache-2.0
#include "bds/registers.h"
#include "families.h"
#include "units.h"

// The registers that a transponder squitters, asked for by a radar: 0,5 0,6 0,8 0,9 6,1 6,2 6,5. Their content is the
// ME field, type code and all; the layouts are in airborne_position.cpp, surface_position.cpp, identification.cpp,
// velocity.cpp, emergency_status.cpp, target_state.cpp and operational_status.cpp. Radars seldom ask for them, because
// they are sent anyway.
namespace airspool::modes {
namespace {

constexpr double kSeldom = -9.0;

std::uint32_t typecode(const MbBits& mb) { return mb.field(1, 5); }

}  // namespace

Evidence weigh_bds_05(const MbBits& mb, const CommBContext& context) {
  constexpr double kFloatingHeightM = 600.0;  // GNSS height against barometric altitude
  Evidence evidence(kSeldom);
  const std::uint32_t code = typecode(mb);
  evidence.require((code >= 9 && code <= 18) || (code >= 20 && code <= 22));
  evidence.add(1.3);
  evidence.require(context.vertical_status != VerticalStatus::kOnGround);
  const auto altitude_m = altitude_from_ac12_m(mb.field(9, 20));
  if (!altitude_m) {
    evidence.require(mb.field(9, 20) == 0);
    evidence.add(4.0);
  } else if (context.baro_altitude_m) {
    const double off = std::abs(*altitude_m - *context.baro_altitude_m);
    evidence.require(off <= (code <= 18 ? 31.0 : kFloatingHeightM));
    evidence.add(code <= 18 ? 10.0 : 4.0);
  }
  return evidence;
}

Evidence weigh_bds_06(const MbBits& mb, const CommBContext& context) {
  Evidence evidence(kSeldom);
  evidence.require(typecode(mb) >= 5 && typecode(mb) <= 8);
  evidence.add(3.0);
  evidence.require(context.vertical_status != VerticalStatus::kAirborne);
  if (context.vertical_status == VerticalStatus::kOnGround) evidence.add(4.0);
  evidence.require(mb.field(6, 12) <= 124);
  return evidence;
}

Evidence weigh_bds_08(const MbBits& mb, const CommBContext& context) {
  Evidence evidence(kSeldom);
  // Set A without a category looks like register 2,0, which is asked for a thousand times as often.
  evidence.require(typecode(mb) >= 1 && typecode(mb) <= 4 && mb.field(1, 8) != 0x20);
  evidence.add(3.0);
  const Callsign callsign = decode_callsign(mb, 9);
  evidence.require(callsign.length > 0);
  evidence.add(8 * 0.79 + 5.0 * (8 - callsign.length));
  if (context.callsign.length != 0 && context.callsign.view() == callsign.view()) evidence.add(30.0);
  return evidence;
}

Evidence weigh_bds_09(const MbBits& mb, const CommBContext& context) {
  Evidence evidence(kSeldom);
  const std::uint32_t subtype = mb.field(6, 8);
  evidence.require(typecode(mb) == 19 && subtype >= 1 && subtype <= 4);
  evidence.add(6.0);
  evidence.require(context.vertical_status != VerticalStatus::kOnGround);
  if (!evidence.possible()) return evidence;
  const Velocity velocity = decode_velocity(mb, SquitterOrigin::kTransponder);
  if (velocity.ground_speed_mps) {
    const double knots = *velocity.ground_speed_mps / kMpsPerKnot;
    evidence.require(knots <= 700.0);
    evidence.add(1.0);
    if (context.ground_speed_mps) {
      evidence.require(std::abs(*velocity.ground_speed_mps - *context.ground_speed_mps) <= 15.0);
      evidence.add(5.0);
    }
    if (context.true_track_deg && velocity.true_track_deg) {
      evidence.require(angle_between(*velocity.true_track_deg, *context.true_track_deg) <= 20.0);
      evidence.add(3.0);
    }
  }
  return evidence;
}

Evidence weigh_bds_61(const MbBits& mb, const CommBContext& /*context*/) {
  Evidence evidence(kSeldom);
  const std::uint32_t subtype = mb.field(6, 8);
  evidence.require(typecode(mb) == 28 && (subtype == 1 || subtype == 2));
  evidence.add(7.0);
  if (subtype == 1) evidence.zeros(mb, 25, 56);
  if (subtype == 2) {
    evidence.zeros(mb, 16, 22);
    evidence.require(mb.field(29, 30) != 3);
    if (mb.field(29, 30) == 0) evidence.zeros(mb, 31, 56);
  }
  return evidence;
}

Evidence weigh_bds_62(const MbBits& mb, const CommBContext& /*context*/) {
  Evidence evidence(kSeldom);
  evidence.require(typecode(mb) == 29);
  const auto state = decode_target_state(mb);
  evidence.require(state.has_value());
  if (!evidence.possible()) return evidence;
  evidence.add(5.0 + 1.0);
  if (state->subtype == 1) {
    evidence.zeros(mb, 55, 56);
    if (state->selected_altitude_m) evidence.require(*state->selected_altitude_m <= 50'000.0 * kMetresPerFoot);
    if (state->baro_setting_hpa) {
      evidence.require(*state->baro_setting_hpa >= 850.0 && *state->baro_setting_hpa <= 1100.0);
      evidence.add(0.7);
    }
  } else {
    evidence.zeros(mb, 47, 51);
  }
  return evidence;
}

Evidence weigh_bds_65(const MbBits& mb, const CommBContext& context) {
  Evidence evidence(kSeldom);
  const std::uint32_t subtype = mb.field(6, 8);
  evidence.require(typecode(mb) == 31 && subtype <= 1 && mb.field(41, 43) <= 2);
  evidence.add(7.0 + 1.4);
  const VerticalStatus other = subtype == 0 ? VerticalStatus::kOnGround : VerticalStatus::kAirborne;
  evidence.require(context.vertical_status != other);
  evidence.zeros(mb, 9, 10);
  evidence.zeros(mb, 25, 26);
  if (subtype == 0) evidence.zeros(mb, 33, 40);
  evidence.zeros(mb, 56, 56);
  return evidence;
}

}  // namespace airspool::modes
