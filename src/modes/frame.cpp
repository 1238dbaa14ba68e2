// SPDX-License-Identifier: Apache-2.0
#include <airspool/modes/frame.h>

namespace airspool::modes {

std::string_view to_string(FrameReject reason) {
  switch (reason) {
    case FrameReject::kUnknownFormat:
      return "unknown_format";
    case FrameReject::kWrongLength:
      return "wrong_length";
    case FrameReject::kCrc:
      return "crc";
    case FrameReject::kUnknownAddress:
      return "unknown_address";
    case FrameReject::kTruncated:
      return "truncated";
    case FrameReject::kDuplicate:
      return "duplicate";
  }
  return "unknown";
}

}  // namespace airspool::modes
