// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

#include <airspool/core/result.h>

namespace airspool::uplink {

enum class Readers : std::uint8_t {
  kOwnerOnly,  // a secret that people write: nobody else may read it
  kAnybody,    // made by a machine that knows what it does (a token that Kubernetes mounts), or no secret
};

// The whole of a small regular file (64 kB at most). `key` is how messages name what led to it: a key of the
// configuration, a variable. kNotFound; kPermissionDenied, also when others may read what is the owner's (in the
// credentials folder of a systemd unit, whose access lists show as the group's, only when all others may); kConfig when
// it is no regular file or too large.
Result<std::string> read_small_file(const std::string& key, const std::string& path, Readers readers);

// The password in the first line of a sink's `password_file`, which only its owner may read. Errors as above, and
// kConfig when the line is empty or longer than a password.
Result<std::string> read_password_file(const std::string& path);

}  // namespace airspool::uplink
