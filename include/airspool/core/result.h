// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>

#include <tl/expected.hpp>

namespace airspool {

// What kind of failure it was, which decides what a caller does and how the program exits (see exit_status).
enum class ErrorCode : std::uint8_t {
  kUsage,             // the command line asks for something that does not exist
  kConfig,            // the configuration is wrong
  kNotFound,          // a named file, folder or device is not there
  kPermissionDenied,  // it is there and we may not use it
  kInvalidData,       // input was read and is not what it should be
  kUnavailable,       // a service or device does not answer; trying again may help
  kIo,                // reading or writing failed half way (disk full, device gone)
  kInternal,          // a bug of ours
};

// A failure in words for the person at the keyboard: what happened, to which file or key, and the next step.
struct Error {
  ErrorCode code = ErrorCode::kInternal;
  std::string message;
  // Set when the other side said how long to wait.
  std::optional<std::chrono::milliseconds> retry_after = std::nullopt;
};

// The process exit status for an error: the value of sysexits.h (BSD) that says the same.
int exit_status(ErrorCode code);

template <typename T>
using Result = tl::expected<T, Error>;

inline tl::unexpected<Error> fail(ErrorCode code, std::string message) {
  return tl::unexpected<Error>(Error{code, std::move(message)});
}

}  // namespace airspool
