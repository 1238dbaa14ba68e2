// SPDX-License-Identifier: Apache-2.0
#include "bds/registers.h"

// BDS 1,0, data link capability report (ICAO Annex 10 Vol IV 3.1.2.6.10.2; Doc 9871 table A-2-16):
//
//   MB  1-8    1,0
//       9      register 1,1 goes on
//       10-14  reserved
//       15     overlay command capability
//       16     ACAS operational
//       17-23  version of the Mode S subnetwork
//       24     enhanced protocol (level 5)
//       25     Mode S specific services
//       26-28  uplink ELM    29-32  downlink ELM
//       33     identification    34  squitter    35  SI code
//       36     common usage capability (1,7), toggles
//       37-40  ACAS: hybrid surveillance, resolution advisories, version
//       41-56  data terminal equipment
namespace airspool::modes {

DataLinkCapability decode_bds_10(const MbBits& mb) {
  DataLinkCapability result;
  result.continues = mb.flag(9);
  result.overlay_command = mb.flag(15);
  result.acas = mb.flag(16);
  result.subnetwork_version = static_cast<std::uint8_t>(mb.field(17, 23));
  result.enhanced_protocol = mb.flag(24);
  result.specific_services = mb.flag(25);
  result.uplink_elm = static_cast<std::uint8_t>(mb.field(26, 28));
  result.downlink_elm = static_cast<std::uint8_t>(mb.field(29, 32));
  result.identification = mb.flag(33);
  result.squitter = mb.flag(34);
  result.surveillance_identifier = mb.flag(35);
  result.common_usage = mb.flag(36);
  result.acas_bits = static_cast<std::uint8_t>(mb.field(37, 40));
  result.terminals = static_cast<std::uint16_t>(mb.field(41, 56));
  return result;
}

Evidence weigh_bds_10(const MbBits& mb, const CommBContext& /*context*/) {
  constexpr std::uint32_t kNewestSubnetwork = 6;
  Evidence evidence(-1.0);
  evidence.require(mb.field(1, 8) == 0x10);
  evidence.add(8.0);
  evidence.zeros(mb, 10, 14);
  const std::uint32_t version = mb.field(17, 23);
  evidence.among(version <= kNewestSubnetwork ? 0.95 : 0.01,
                 version <= kNewestSubnetwork ? 7.0 / 128.0 : 121.0 / 128.0);
  // Few have terminals and long messages.
  const bool terminals = mb.field(41, 56) != 0;
  evidence.add(terminals ? -1.0 : 14.0);
  return evidence;
}

}  // namespace airspool::modes
