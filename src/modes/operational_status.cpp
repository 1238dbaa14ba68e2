// SPDX-License-Identifier: Apache-2.0
#include "families.h"

// Operational status, type code 31 (register 6,5) (DO-260B 2.2.3.2.7.2; DO-260A 2.2.3.2.7.2; Doc 9871 tables B-2-101
// and C-2-101). Version 0 has nothing but its version that is still read.
//
//   ME  1-5    type code 31
//       6-8    subtype: 0 in the air, 1 on the surface
//       9-24   capability classes, of this layout only when 9-10 are 0
//                in the air      11 TCAS operational (version 1: 1 = it is not, 0 = it is or nobody knows),
//                                12 receives 1090ES, 19 receives UAT (2)
//                on the surface  12 receives 1090ES, 16 receives UAT (2), 17-19 NACv (2), 20 NIC supplement C (2),
//                                21-24 code of length and width
//       25-40  operational modes, of this layout only when 25-26 are 0
//                27 TCAS advisory active, 28 IDENT, 30 single antenna (2), 31-32 SDA (2)
//       41-43  version: 0 DO-260, 1 DO-260A, 2 DO-260B
//       44     NIC supplement A
//       45-48  NACp
//       49-50  in the air, version 2: GVA
//       51-52  SIL
//       53     in the air NIC baro; on the surface 1 = surface position has a heading, not a track
//       54     headings are from: 0 true, 1 magnetic north
//       55     SIL supplement (2): 0 per hour, 1 per sample
//       56     IMF in ADS-R
namespace airspool::modes {
namespace {

constexpr std::uint32_t kVersion0 = 0;
constexpr std::uint32_t kVersion2 = 2;

void decode_capabilities(const MeField& me, bool version_2, OperationalStatus& result) {
  if (me.field(9, 10) != 0) return;
  if (version_2) result.receives_1090es = me.flag(12);
  if (!result.on_surface) {
    if (version_2) {
      result.acas_operational = me.flag(11);
      result.receives_uat = me.flag(19);
    } else if (me.flag(11)) {
      result.acas_operational = false;
    }
    return;
  }
  result.length_width = static_cast<std::uint8_t>(me.field(21, 24));
  if (version_2) {
    result.nac_v = static_cast<std::uint8_t>(me.field(17, 19));
    result.receives_uat = me.flag(16);
    result.nic_c = me.flag(20);
  }
}

void decode_modes(const MeField& me, bool version_2, OperationalStatus& result) {
  if (me.field(25, 26) != 0) return;
  result.acas_ra_active = me.flag(27);
  result.ident = me.flag(28);
  if (!version_2) return;
  result.single_antenna = me.flag(30);
  result.sda = static_cast<std::uint8_t>(me.field(31, 32));
}

}  // namespace

std::optional<OperationalStatus> decode_operational_status(const MeField& me) {
  const std::uint32_t subtype = me.field(6, 8);
  if (subtype > 1) return std::nullopt;
  OperationalStatus result;
  result.on_surface = subtype == 1;
  const std::uint32_t version = me.field(41, 43);
  result.version = static_cast<std::uint8_t>(version);
  if (version == kVersion0 || version > kVersion2) return result;
  const bool version_2 = version == kVersion2;
  decode_capabilities(me, version_2, result);
  decode_modes(me, version_2, result);
  if (result.on_surface) {
    result.surface_track_is_heading = me.flag(53);
  } else {
    if (version_2) result.gva = static_cast<std::uint8_t>(me.field(49, 50));
    result.nic_baro = me.flag(53);
  }
  result.nic_a = me.flag(44);
  result.nac_p = static_cast<std::uint8_t>(me.field(45, 48));
  result.sil = static_cast<std::uint8_t>(me.field(51, 52));
  result.headings_magnetic = me.flag(54);
  if (version_2) result.sil_per_sample = me.flag(55);
  return result;
}

}  // namespace airspool::modes
