// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <optional>

#include <airspool/modes/frame.h>

namespace airspool::modes {

// Judges frames that another decoder has accepted, without their samples and without belief: DF17/18 and DF11 without
// an interrogator's code by their parity, which must fit as it is; DF11 with a code and DF0/4/5/16/20/21 for an address
// that one of those has proved in the last two minutes. Fixed memory (about 100 kB). One thread only.
class FrameCheck {
 public:
  FrameCheck();
  FrameCheck(FrameCheck&&) noexcept;
  FrameCheck& operator=(FrameCheck&&) noexcept;
  ~FrameCheck();

  // Why it is none; nothing when it is accepted, and then modes::decode takes it. `tick_12mhz`: when it came, on a
  // clock that does not step back.
  std::optional<FrameReject> judge(const ModeSFrame& frame, std::int64_t tick_12mhz);

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace airspool::modes
