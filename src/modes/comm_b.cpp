// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <cstddef>

#include <airspool/modes/comm_b.h>

#include "bds/registers.h"
#include "families.h"

namespace airspool::modes {
namespace {

// One register: its number, what speaks for it, what it says.
struct Register {
  std::uint8_t bds;
  Evidence (*weigh)(const MbBits&, const CommBContext&);
  RegisterContent (*decode)(const MbBits&);
};

template <typename Content>
RegisterContent or_nothing(const std::optional<Content>& content) {
  return content ? RegisterContent(*content) : RegisterContent();
}

RegisterContent decode_bds_61(const MbBits& mb) {
  const std::uint32_t subtype = mb.field(6, 8);
  if (subtype == 1) return decode_emergency_status(mb);
  if (subtype == 2) return decode_resolution_advisory(mb, true);
  return {};
}

RegisterContent decode_bds_09(const MbBits& mb) {
  const std::uint32_t subtype = mb.field(6, 8);
  if (subtype < 1 || subtype > 4) return {};
  return decode_velocity(mb, SquitterOrigin::kTransponder);
}

constexpr Register kRegisters[] = {
    {0x05, weigh_bds_05,
     [](const MbBits& mb) -> RegisterContent { return decode_airborne_position(mb, SquitterOrigin::kTransponder); }},
    {0x06, weigh_bds_06, [](const MbBits& mb) -> RegisterContent { return decode_surface_position(mb); }},
    {0x08, weigh_bds_08, [](const MbBits& mb) -> RegisterContent { return decode_identification(mb); }},
    {0x09, weigh_bds_09, decode_bds_09},
    {0x10, weigh_bds_10, [](const MbBits& mb) -> RegisterContent { return decode_bds_10(mb); }},
    {0x17, weigh_bds_17, [](const MbBits& mb) -> RegisterContent { return decode_bds_17(mb); }},
    {0x18, weigh_bds_18, [](const MbBits& mb) -> RegisterContent { return decode_bds_18(mb); }},
    {0x19, weigh_bds_19, [](const MbBits& mb) -> RegisterContent { return decode_bds_19(mb); }},
    {0x20, weigh_bds_20, [](const MbBits& mb) -> RegisterContent { return decode_bds_20(mb); }},
    {0x21, weigh_bds_21, [](const MbBits& mb) -> RegisterContent { return decode_bds_21(mb); }},
    {0x30, weigh_bds_30, [](const MbBits& mb) -> RegisterContent { return decode_resolution_advisory(mb, true); }},
    {0x40, weigh_bds_40, [](const MbBits& mb) -> RegisterContent { return decode_bds_40(mb); }},
    {0x44, weigh_bds_44, [](const MbBits& mb) -> RegisterContent { return decode_bds_44(mb); }},
    {0x45, weigh_bds_45, [](const MbBits& mb) -> RegisterContent { return decode_bds_45(mb); }},
    {0x50, weigh_bds_50, [](const MbBits& mb) -> RegisterContent { return decode_bds_50(mb); }},
    {0x60, weigh_bds_60, [](const MbBits& mb) -> RegisterContent { return decode_bds_60(mb); }},
    {0x61, weigh_bds_61, decode_bds_61},
    {0x62, weigh_bds_62, [](const MbBits& mb) -> RegisterContent { return or_nothing(decode_target_state(mb)); }},
    {0x65, weigh_bds_65, [](const MbBits& mb) -> RegisterContent { return or_nothing(decode_operational_status(mb)); }},
};

// The field may be a register that is not among these, or damaged: what speaks for that, on the same scale.
constexpr double kAnythingElse = 6.0;
constexpr double kCertain = 0.99;
constexpr double kWorthNaming = 0.005;

}  // namespace

CommBInference infer_register(const MbField& field, const CommBContext& context) {
  CommBInference result;
  if (std::ranges::all_of(field, [](std::uint8_t byte) { return byte == 0; })) return result;
  const MbBits mb(field);
  std::array<double, std::size(kRegisters)> weights{};
  double total = std::exp2(kAnythingElse);
  for (std::size_t i = 0; i < weights.size(); ++i) {
    const Evidence evidence = kRegisters[i].weigh(mb, context);
    if (!evidence.possible()) continue;
    weights.at(i) = std::exp2(evidence.bits());
    total += weights.at(i);
  }
  for (std::size_t i = 0; i < weights.size(); ++i) {
    const CommBCandidate candidate{kRegisters[i].bds, weights.at(i) / total};
    if (candidate.probability < kWorthNaming) continue;
    // Kept in order, the least likely falls off the end.
    std::size_t place = result.count;
    while (place > 0 && result.candidates.at(place - 1).probability < candidate.probability) --place;
    if (place == result.candidates.size()) continue;
    if (result.count < result.candidates.size()) ++result.count;
    for (std::size_t at = result.count - 1U; at > place; --at) result.candidates.at(at) = result.candidates.at(at - 1);
    result.candidates.at(place) = candidate;
  }
  result.certain = result.count == 1 && result.candidates[0].probability >= kCertain;
  return result;
}

RegisterContent decode_register(std::uint8_t bds, const MbField& field) {
  const auto* const found = std::ranges::find(kRegisters, bds, &Register::bds);
  if (found == std::end(kRegisters)) return {};
  return found->decode(MbBits(field));
}

}  // namespace airspool::modes
