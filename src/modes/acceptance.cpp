// SPDX-License-Identifier: Apache-2.0
#include "acceptance.h"

#include <algorithm>
#include <array>
#include <optional>
#include <span>

#include <airspool/modes/crc.h>

#include "interrogator_code.h"

namespace airspool::modes {
namespace {

constexpr int kFormatBits = 5;
constexpr int kInterrogatorBits = 7;

// How far repair goes: patterns of at most three flips among the least reliable bits of a squitter, two of an all-call
// reply. That is 696 and 55 patterns against 2^24 remainders, and the address must be known as well.
constexpr std::size_t kLongCandidates = 16;
constexpr std::size_t kLongFlips = 3;
constexpr std::size_t kShortCandidates = 10;
constexpr std::size_t kShortFlips = 2;
// A squitter of an aircraft nobody knows yet is believed when one of those bits explains the remainder and the whole of
// it was read with contrast: 16 patterns against 2^24 remainders.
constexpr float kTrustedQuality = 0.60F;

// What a wrong bit adds to the remainder of a long frame; a short frame is its last 56 bits.
std::array<std::uint32_t, kLongBits> make_syndromes() {
  std::array<std::uint32_t, kLongBits> syndromes{};
  for (std::size_t bit = 0; bit < kLongBits; ++bit) {
    std::array<std::uint8_t, kLongFrameBytes> frame{};
    frame[bit / 8] = static_cast<std::uint8_t>(0x80U >> (bit % 8));
    syndromes[bit] = crc24(frame);
  }
  return syndromes;
}

struct Suspect {
  float reliability = 0.0F;
  std::uint32_t syndrome = 0;
  int bit = 0;
};

struct Repair {
  std::array<int, kLongFlips> bits{};
  std::size_t count = 0;
  float cost = 0.0F;
};

std::span<Suspect> least_reliable(const SlicedFrame& frame, int first_bit, int last_bit, std::size_t wanted,
                                  std::array<Suspect, kLongBits>& storage) {
  static const std::array<std::uint32_t, kLongBits> kSyndromes = make_syndromes();
  const auto shift = static_cast<std::size_t>(kLongBits - frame.bits());
  std::size_t count = 0;
  for (int bit = first_bit; bit < last_bit; ++bit) {
    const auto place = static_cast<std::size_t>(bit);
    storage[count++] = {frame.reliability[place], kSyndromes[place + shift], bit};
  }
  const auto middle = storage.begin() + static_cast<std::ptrdiff_t>(std::min(wanted, count));
  std::partial_sort(storage.begin(), middle, storage.begin() + static_cast<std::ptrdiff_t>(count),
                    [](const Suspect& a, const Suspect& b) {
                      return a.reliability != b.reliability ? a.reliability < b.reliability : a.bit < b.bit;
                    });
  return {storage.data(), std::min(wanted, count)};
}

// The least costly set of suspects whose syndromes add up to the remainder.
std::optional<Repair> explain(std::uint32_t remainder, std::span<const Suspect> suspects, std::size_t max_flips) {
  std::optional<Repair> best;
  const auto offer = [&](std::initializer_list<std::size_t> flips) {
    Repair repair;
    for (const std::size_t rank : flips) {
      repair.bits[repair.count++] = suspects[rank].bit;
      repair.cost += suspects[rank].reliability;
    }
    if (!best || repair.cost < best->cost) best = repair;
  };
  for (std::size_t a = 0; a < suspects.size(); ++a) {
    const std::uint32_t after_a = remainder ^ suspects[a].syndrome;
    if (after_a == 0) offer({a});
    for (std::size_t b = a + 1; max_flips >= 2 && b < suspects.size(); ++b) {
      const std::uint32_t after_b = after_a ^ suspects[b].syndrome;
      if (after_b == 0) offer({a, b});
      for (std::size_t c = b + 1; max_flips >= 3 && c < suspects.size(); ++c) {
        if (after_b == suspects[c].syndrome) offer({a, b, c});
      }
    }
  }
  return best;
}

// Repairs the frame in place where that is possible, and says how far the result can be believed.
Proof repair_frame(SlicedFrame& frame, std::uint32_t remainder, Verdict& verdict) {
  const bool is_long = frame.length == kLongFrameBytes;
  // The format stays: it decided how the frame is read. So do the low seven parity bits of a reply, where a wrong bit
  // cannot be told from an interrogator code.
  const int last = is_long ? kLongBits : kShortBits - kInterrogatorBits;
  std::array<Suspect, kLongBits> storage;
  const auto suspects = least_reliable(frame, kFormatBits, last, is_long ? kLongCandidates : kShortCandidates, storage);
  const auto repair = explain(remainder, suspects, is_long ? kLongFlips : kShortFlips);
  if (!repair) return Proof::kNone;
  for (std::size_t k = 0; k < repair->count; ++k) {
    const auto bit = static_cast<std::size_t>(repair->bits[k]);
    frame.bytes[bit / 8] ^= static_cast<std::uint8_t>(0x80U >> (bit % 8));
  }
  verdict.corrected_bits = static_cast<std::uint8_t>(repair->count);
  const bool trusted = is_long && repair->count == 1 && frame.quality >= kTrustedQuality;
  return trusted ? Proof::kParity : Proof::kAddress;
}

std::uint32_t announced_address(const SlicedFrame& frame) {
  return static_cast<std::uint32_t>(frame.bytes[1]) << 16U | static_cast<std::uint32_t>(frame.bytes[2]) << 8U |
         frame.bytes[3];
}

Verdict judge_announced(SlicedFrame& frame, std::uint32_t remainder, bool carries_interrogator) {
  Verdict verdict;
  if (remainder == 0) {
    verdict.proof = Proof::kParity;
  } else if (carries_interrogator && is_interrogator_code(remainder)) {
    verdict.proof = Proof::kAddress;
  } else {
    verdict.proof = repair_frame(frame, remainder, verdict);
  }
  verdict.address = announced_address(frame);
  if (verdict.address == 0) verdict.proof = Proof::kNone;
  return verdict;
}

}  // namespace

Verdict judge(SlicedFrame& frame) {
  const std::uint32_t remainder = crc24(std::span(frame.bytes).first(frame.length));
  switch (frame.bytes[0] >> 3U) {
    case 11:
      return judge_announced(frame, remainder, true);
    case 17:
    case 18:
      return judge_announced(frame, remainder, false);
    case 0:
    case 4:
    case 5:
    case 16:
    case 20:
    case 21:
      return {Proof::kAddress, FrameReject::kUnknownAddress, remainder, 0};
    default:
      return {Proof::kNone, FrameReject::kUnknownFormat, 0, 0};
  }
}

}  // namespace airspool::modes
