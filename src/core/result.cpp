// SPDX-License-Identifier: Apache-2.0
#include <sysexits.h>

#include <airspool/core/result.h>

namespace airspool {

int exit_status(ErrorCode code) {
  switch (code) {
    case ErrorCode::kUsage:
      return EX_USAGE;
    case ErrorCode::kConfig:
      return EX_CONFIG;
    case ErrorCode::kNotFound:
      return EX_NOINPUT;
    case ErrorCode::kPermissionDenied:
      return EX_NOPERM;
    case ErrorCode::kInvalidData:
      return EX_DATAERR;
    case ErrorCode::kUnavailable:
      return EX_UNAVAILABLE;
    case ErrorCode::kIo:
      return EX_IOERR;
    case ErrorCode::kInternal:
      break;
  }
  return EX_SOFTWARE;
}

}  // namespace airspool
