// SPDX-License-Identifier: Apache-2.0
#include <array>

#include "bds/registers.h"

// BDS 1,7, common usage capability report: which registers are kept up now (Doc 9871 table A-2-23):
//
//   MB  1-24   the registers of kCommon, one a bit
//       25-28  aircraft capability, left open
//       29-56  reserved
//
// Bit 7 (2,0) is always set: who has register 1,7 has a callsign to send.
namespace airspool::modes {
namespace {

constexpr std::array<std::uint8_t, 24> kCommon = {0x05, 0x06, 0x07, 0x08, 0x09, 0x0A, 0x20, 0x21,
                                                  0x40, 0x41, 0x42, 0x43, 0x44, 0x45, 0x48, 0x50,
                                                  0x51, 0x52, 0x53, 0x54, 0x55, 0x56, 0x5F, 0x60};
constexpr unsigned kCallsignBit = 7;

// How often a bit is set, roughly: enhanced surveillance and squitter are common, weather and waypoints are not.
constexpr std::array<double, 24> kShare = {0.7,  0.7,  0.7,  0.7,  0.7,  0.2,  0.99, 0.1,  0.8,  0.03, 0.03, 0.03,
                                           0.03, 0.03, 0.03, 0.85, 0.15, 0.15, 0.1,  0.03, 0.03, 0.03, 0.1,  0.85};

}  // namespace

RegisterList decode_bds_17(const MbBits& mb) {
  RegisterList result;
  for (unsigned bit = 1; bit <= kCommon.size(); ++bit) {
    if (mb.flag(bit)) result.registers.at(result.count++) = kCommon.at(bit - 1);
  }
  return result;
}

Evidence weigh_bds_17(const MbBits& mb, const CommBContext& /*context*/) {
  Evidence evidence(-1.0);
  evidence.require(mb.flag(kCallsignBit));
  for (unsigned bit = 1; bit <= kCommon.size(); ++bit) {
    const double share = kShare.at(bit - 1);
    evidence.among(mb.flag(bit) ? share : 1.0 - share, 0.5);
  }
  evidence.zeros(mb, 29, 56);
  return evidence;
}

}  // namespace airspool::modes
