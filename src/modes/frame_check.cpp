// SPDX-License-Identifier: Apache-2.0
#include <variant>

#include <airspool/modes/decode.h>
#include <airspool/modes/frame_check.h>

#include "known_addresses.h"

namespace airspool::modes {

class FrameCheck::Impl {
 public:
  KnownAddresses known;
};

FrameCheck::FrameCheck() : impl_(std::make_unique<Impl>()) {}
FrameCheck::FrameCheck(FrameCheck&&) noexcept = default;
FrameCheck& FrameCheck::operator=(FrameCheck&&) noexcept = default;
FrameCheck::~FrameCheck() = default;

std::optional<FrameReject> FrameCheck::judge(const ModeSFrame& frame, std::int64_t tick_12mhz) {
  const auto message = decode(frame);
  if (!message) return message.error();
  // Comm-D and military squitters are nobody's habit, and a random one would need little more than a known address.
  if (message->df == 24 || message->df == 19) return FrameReject::kUnknownFormat;
  const std::uint32_t address = message->address.value();
  const auto* all_call = std::get_if<AllCallReply>(&message->body);
  const bool squitter = message->df == 17 || message->df == 18;
  if (squitter || (all_call != nullptr && all_call->interrogator_code == 0)) {
    if (address == 0) return FrameReject::kCrc;  // seven zero bytes have a parity that fits
    const bool aircraft =
        message->origin != SquitterOrigin::kManagement && message->origin != SquitterOrigin::kReserved;
    if (aircraft && message->address.is_icao()) impl_->known.learn(address, tick_12mhz);
    return std::nullopt;
  }
  if (impl_->known.contains(address, tick_12mhz)) return std::nullopt;
  return all_call != nullptr ? FrameReject::kCrc : FrameReject::kUnknownAddress;
}

}  // namespace airspool::modes
