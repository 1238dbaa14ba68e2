// SPDX-License-Identifier: Apache-2.0
#include "bds/registers.h"

// BDS 1,8 and 1,9, Mode S specific services capability: which registers are installed (Doc 9871 tables A-2-24, A-2-25).
// Bit 56 is the first register of the report, 0,1 or 3,9, bit 1 the last, 3,8 or 7,0.
//
// Registers that nobody defined are not installed: of 1,8 those in kDefined18, of 1,9 those in kDefined19 can be. Who
// answers with one of these reports has it, and 1,0 and 1,7 and 2,0 beside it.
namespace airspool::modes {
namespace {

constexpr unsigned kFirst18 = 0x01;
constexpr unsigned kFirst19 = 0x39;
constexpr unsigned kLastBit = 56;

constexpr bool is_defined(unsigned bds) {
  return (bds >= 0x05 && bds <= 0x0C) || bds == 0x10 || (bds >= 0x17 && bds <= 0x1F) || bds == 0x20 || bds == 0x21 ||
         bds == 0x22 || bds == 0x25 || bds == 0x30 || (bds >= 0x40 && bds <= 0x45) || bds == 0x48 ||
         (bds >= 0x50 && bds <= 0x56) || bds == 0x5F || (bds >= 0x60 && bds <= 0x65);
}

RegisterList list_from(const MbBits& mb, unsigned first) {
  RegisterList result;
  for (unsigned bit = kLastBit; bit >= 1; --bit) {
    if (mb.flag(bit)) result.registers.at(result.count++) = static_cast<std::uint8_t>(first + kLastBit - bit);
  }
  return result;
}

bool has(const MbBits& mb, unsigned first, unsigned bds) { return mb.flag(kLastBit - (bds - first)); }

void weigh_undefined(const MbBits& mb, unsigned first, Evidence& evidence) {
  for (unsigned bit = 1; bit <= kLastBit; ++bit) {
    if (!is_defined(first + kLastBit - bit)) evidence.zeros(mb, bit, bit);
  }
}

}  // namespace

RegisterList decode_bds_18(const MbBits& mb) { return list_from(mb, kFirst18); }
RegisterList decode_bds_19(const MbBits& mb) { return list_from(mb, kFirst19); }

Evidence weigh_bds_18(const MbBits& mb, const CommBContext& /*context*/) {
  Evidence evidence(-6.0);
  for (const unsigned bds : {0x10U, 0x17U, 0x18U, 0x20U}) {
    evidence.require(has(mb, kFirst18, bds));
    evidence.add(1.0);
  }
  weigh_undefined(mb, kFirst18, evidence);
  return evidence;
}

Evidence weigh_bds_19(const MbBits& mb, const CommBContext& /*context*/) {
  Evidence evidence(-6.0);
  for (const unsigned bds : {0x40U, 0x50U, 0x60U}) {
    evidence.require(has(mb, kFirst19, bds));
    evidence.add(1.0);
  }
  weigh_undefined(mb, kFirst19, evidence);
  return evidence;
}

}  // namespace airspool::modes
