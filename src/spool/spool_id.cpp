// SPDX-License-Identifier: Apache-2.0
#include "spool_id.h"

#include <array>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <string_view>

#include <sys/random.h>

namespace airspool::spool {

Result<std::string> random_spool_id() {
  constexpr std::string_view kAlphabet = "abcdefghijklmnopqrstuvwxyz234567";
  constexpr unsigned kBitsPerCharacter = 5;
  std::array<std::uint8_t, 10> random{};
  while (getrandom(random.data(), random.size(), 0) != static_cast<ssize_t>(random.size())) {
    if (errno != EINTR) {
      return fail(ErrorCode::kInternal, std::string("the kernel gives no random bits: ") + std::strerror(errno));
    }
  }
  std::string id;
  unsigned bits = 0;
  unsigned held = 0;
  for (const std::uint8_t byte : random) {
    held = held << 8U | byte;
    bits += 8;
    while (bits >= kBitsPerCharacter) {
      bits -= kBitsPerCharacter;
      id += kAlphabet[held >> bits & 0x1FU];
    }
    held &= (1U << bits) - 1;
  }
  return id;
}

}  // namespace airspool::spool
