// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include <airspool/modes/frame.h>

#include "slicer.h"

namespace airspool::modes {

enum class Proof : std::uint8_t {
  kNone,     // not a frame; `otherwise` says why
  kParity,   // the parity alone proves the frame and its address
  kAddress,  // a frame if its address is known, else rejected with `otherwise`
};

struct Verdict {
  Proof proof = Proof::kNone;
  FrameReject otherwise = FrameReject::kCrc;
  std::uint32_t address = 0;
  std::uint8_t corrected_bits = 0;
};

// Judges a frame by its format and parity (Annex 10 Vol IV 3.1.2.3.3). A squitter or all-call reply with a wrong parity
// is repaired in place where a few of its least reliable bits explain the remainder; such a frame counts only for an
// address that others have proved.
Verdict judge(SlicedFrame& frame);

}  // namespace airspool::modes
