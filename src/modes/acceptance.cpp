// SPDX-License-Identifier: Apache-2.0
#include "acceptance.h"

#include <algorithm>
#include <cmath>
#include <span>

#include <airspool/modes/crc.h>

#include "interrogator_code.h"

namespace airspool::modes {
namespace {

constexpr float kLn2 = 0.69314718F;
constexpr float kParityWorth = 24.0F * kLn2;
// Nine of 32 formats are decoded (4.2 bits say less than nothing would of nine).
constexpr float kFormatWorth = 5.0F * kLn2 - 2.19722458F;
// Log-odds that a frame must reach; the more is tried on what is no frame, the higher.
constexpr float kNeeded = 9.0F;
constexpr float kNeededAlone = 11.0F;  // repaired, and nobody knows its address
constexpr float kNeededOfReply = 11.0F;
// An address that nobody knows yet is learned from a repaired frame only with so much more.
constexpr float kTeachingWorth = 3.0F;
// A repaired frame must be so much likelier than the next codeword: the guard against repair to the wrong one.
constexpr float kMargin = 16.0F;
constexpr float kMarginOfReply = 12.0F;
constexpr float kMarginOfCode = 4.0F;
// Fleets have addresses that differ in a bit or two: a reply needs its margin even as it was read. With less than this
// in doubt no other address can be near (one bit of 7 nats, two of 7.6).
constexpr float kClearReply = 0.001F;
// Another format than the one that was read may cost so much.
constexpr float kMostFormatCost = 6.0F;
constexpr float kFewestAircraft = 8.0F;

constexpr std::array<unsigned, 9> kFormats = {0, 4, 5, 11, 16, 17, 18, 20, 21};
constexpr unsigned kFirstLongFormat = 16;  // Annex 10 Vol IV 3.1.2.3.2.1.1
constexpr int kFormatBits = 5;
constexpr unsigned kAllCall = 11;

constexpr bool is_squitter(unsigned format) { return format == 17 || format == 18; }
constexpr bool carries_address(unsigned format) { return is_squitter(format) || format == kAllCall; }

// Interrogator codes and how seldom they are: most all-call replies are squitters, of code 0.
constexpr float kNoCodeCost = 0.5F;
constexpr float kCodeCost = 5.3F;
constexpr std::size_t kCodes = kLastSi;  // all but 0x10
constexpr std::array<std::uint32_t, kCodes> make_codes() {
  std::array<std::uint32_t, kCodes> codes{};
  std::size_t count = 0;
  for (std::uint32_t code = 0; code <= kLastSi; ++code) {
    if (is_interrogator_code(code)) codes[count++] = code;
  }
  return codes;
}
constexpr std::array<float, kCodes> make_code_costs() {
  std::array<float, kCodes> costs{};
  costs.fill(kCodeCost);
  costs[0] = kNoCodeCost;
  return costs;
}
constexpr std::array<std::uint32_t, kCodes> kCodeList = make_codes();
constexpr std::array<float, kCodes> kCodeCosts = make_code_costs();
constexpr std::array<std::uint32_t, 1> kNothing = {0};

float cost_of_format(const SoftBits& soft, unsigned format) {
  float cost = 0.0F;
  for (std::size_t bit = 0; bit < kFormatBits; ++bit) {
    const bool wanted = (format >> (kFormatBits - 1 - bit) & 1U) != 0;
    if (wanted != soft.one(bit)) cost += std::abs(soft.llr[bit]);
  }
  return cost;
}

std::uint32_t announced_address(const std::array<std::uint8_t, kLongFrameBytes>& bytes) {
  return static_cast<std::uint32_t>(bytes[1]) << 16U | static_cast<std::uint32_t>(bytes[2]) << 8U | bytes[3];
}

}  // namespace

float Acceptance::format_cost(const SoftBits& soft) {
  float least = 1e9F;
  for (const unsigned format : kFormats) {
    if ((format >= kFirstLongFormat) == (soft.bits == kLongBits)) least = std::min(least, cost_of_format(soft, format));
  }
  return least;
}

float Acceptance::address_cost() const {
  return std::log(std::max(kFewestAircraft, static_cast<float>(known_->live().size())));
}

void Acceptance::consider(unsigned format, const Codeword& word, float format_cost, float doubts, std::int64_t tick) {
  Choice choice;
  Verdict& verdict = choice.verdict;
  verdict.bytes = word.bytes;
  verdict.corrected_bits = word.flips;
  choice.worth = kParityWorth + kFormatWorth - doubts - word.cost - format_cost;
  if (carries_address(format)) {
    verdict.address = announced_address(word.bytes);
    verdict.otherwise = FrameReject::kCrc;
    choice.needed = kNeeded;
    const float known_worth = kParityWorth - address_cost();
    const bool known = known_->contains(verdict.address, tick);
    // Without an interrogator's code the parity proves the address alone.
    const bool alone = word.remainder == 0 && choice.worth >= (verdict.corrected_bits == 0 ? kNeeded : kNeededAlone);
    if (known) choice.worth += known_worth;
    verdict.proof = choice.worth < kNeeded && choice.worth + known_worth < kNeeded ? Proof::kNone
                    : known || alone                                               ? Proof::kParity
                                                                                   : Proof::kAddress;
    verdict.teaches = alone && (verdict.corrected_bits == 0 || choice.worth >= kNeeded + kTeachingWorth);
  } else {
    verdict.address = word.remainder;
    verdict.otherwise = FrameReject::kUnknownAddress;
    choice.needed = kNeededOfReply;
    choice.worth -= address_cost();
    verdict.proof = known_->contains(verdict.address, tick) ? Proof::kParity : Proof::kAddress;
    if (choice.worth < kNeededOfReply) verdict.proof = Proof::kNone;
  }
  if (verdict.address == 0) verdict.proof = Proof::kNone;
  if (choice.worth > best_.worth) {
    second_ = best_;
    best_ = choice;
  } else if (choice.worth > second_.worth) {
    second_ = choice;
  }
}

Verdict Acceptance::judge_as_read(const SoftBits& soft, std::int64_t tick) const {
  Verdict none;
  const auto bytes = decided(soft);
  const unsigned format = bytes[0] >> 3U;
  if (std::find(kFormats.begin(), kFormats.end(), format) == kFormats.end() ||
      (format >= kFirstLongFormat) != (soft.bits == kLongBits)) {
    none.otherwise = FrameReject::kUnknownFormat;
    return none;
  }
  const std::size_t length = static_cast<std::size_t>(soft.bits) / 8;
  const std::uint32_t remainder = crc24(std::span(bytes).first(length));
  if (is_squitter(format) && remainder != 0) return none;
  // A code may be a wrong bit: that needs a closer look.
  if (format == kAllCall && remainder != 0) return none;
  Acceptance fresh(*known_);
  fresh.best_.worth = fresh.second_.worth = -1e9F;
  const float doubts = doubt(soft, 0, soft.bits);
  fresh.consider(format, {format == kAllCall ? kNoCodeCost : 0.0F, remainder, 0, bytes}, 0.0F, doubts, tick);
  Verdict verdict = fresh.best_.verdict;
  verdict.length = static_cast<std::uint8_t>(length);
  // Whose reply it is may be a wrong bit too.
  if (!carries_address(format) && verdict.proof == Proof::kParity && doubts > kClearReply) verdict.proof = Proof::kNone;
  return verdict;
}

Verdict Acceptance::judge(const SoftBits& soft, std::int64_t tick) {
  const float doubts = doubt(soft, 0, soft.bits);
  const float at_most = kParityWorth + kFormatWorth - doubts;
  const float known_worth = kParityWorth - address_cost();
  best_ = second_ = Choice{};
  best_.worth = second_.worth = -1e9F;
  best_.verdict.otherwise = FrameReject::kUnknownFormat;
  auto bytes = decided(soft);
  const std::uint8_t rest = bytes[0] & 0x07U;
  for (const unsigned format : kFormats) {
    if ((format >= kFirstLongFormat) != (soft.bits == kLongBits)) continue;
    const float cost = cost_of_format(soft, format);
    if (cost > kMostFormatCost) continue;
    best_.verdict.otherwise = FrameReject::kCrc;
    const bool addressed = !carries_address(format);
    if (at_most - cost + (addressed ? -address_cost() : known_worth) < (addressed ? kNeededOfReply : kNeeded)) continue;
    unsigned changed = 0;
    for (unsigned bit = 0; bit < kFormatBits; ++bit) {
      if ((format >> (kFormatBits - 1 - bit) & 1U) != (soft.one(bit) ? 1U : 0U)) ++changed;
    }
    bytes[0] = static_cast<std::uint8_t>(format << 3U | rest);
    search_.prepare(soft, bytes);
    std::span<const Codeword> words;
    if (is_squitter(format)) {
      words = search_.find(kNothing, {});
    } else if (format == kAllCall) {
      words = search_.find(kCodeList, kCodeCosts);
    } else {
      words = search_.find(known_->live(), {});
    }
    for (Codeword word : words) {
      word.flips = static_cast<std::uint8_t>(word.flips + changed);
      consider(format, word, cost, doubts, tick);
    }
  }
  Verdict verdict = best_.verdict;
  verdict.length = static_cast<std::uint8_t>(soft.bits / 8);
  if (verdict.proof == Proof::kNone) return judge_as_read(soft, tick);
  const unsigned format = verdict.bytes[0] >> 3U;
  float margin = kMarginOfReply;
  if (carries_address(format)) margin = verdict.corrected_bits == 0 ? 0.0F : kMargin;
  if (format == kAllCall) {
    const bool same = std::equal(verdict.bytes.begin(), verdict.bytes.begin() + 4, second_.verdict.bytes.begin());
    margin = same ? kMarginOfCode : margin;
  }
  if (best_.worth - second_.worth < margin) verdict.proof = Proof::kNone;
  return verdict;
}

}  // namespace airspool::modes
