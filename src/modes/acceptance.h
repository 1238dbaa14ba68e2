// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>

#include <airspool/modes/frame.h>

#include "codeword_search.h"
#include "known_addresses.h"
#include "soft_bits.h"

namespace airspool::modes {

enum class Proof : std::uint8_t {
  kNone,     // not a frame; `otherwise` says why
  kAddress,  // a frame if its address comes to be known, else rejected with `otherwise`
  kParity,   // a frame: by its parity alone, or because its address is known already
};

struct Verdict {
  Proof proof = Proof::kNone;
  FrameReject otherwise = FrameReject::kCrc;
  std::uint32_t address = 0;
  std::uint8_t corrected_bits = 0;
  bool teaches = false;  // the frame proves its address on its own, beyond doubt
  std::array<std::uint8_t, kLongFrameBytes> bytes{};
  std::uint8_t length = 0;
};

// Decides by one rule for all formats which frame was read, if any: the logarithm of how many times likelier it is that
// a transponder sent that codeword than that chance made these bits. Expected content decides nothing; a known address
// ranks and accepts.
class Acceptance {
 public:
  explicit Acceptance(const KnownAddresses& known) : known_(&known) {}

  // The frame as it was read, if its parity fits.
  [[nodiscard]] Verdict judge_as_read(const SoftBits& soft, std::int64_t tick) const;
  // The same, or one near to it that fits: with its least reliable bits changed.
  [[nodiscard]] Verdict judge(const SoftBits& soft, std::int64_t tick);

  // Nats that it takes to make the likeliest decoded format of what was read.
  [[nodiscard]] static float format_cost(const SoftBits& soft);

 private:
  struct Choice {
    float worth = 0.0F;   // log-odds, everything counted, as far as is known now
    float needed = 0.0F;  // for acceptance
    Verdict verdict;
  };
  void consider(unsigned format, const Codeword& word, float format_cost, float doubts, std::int64_t tick);
  [[nodiscard]] float address_cost() const;

  const KnownAddresses* known_;
  CodewordSearch search_;
  Choice best_, second_;
};

}  // namespace airspool::modes
