// SPDX-License-Identifier: Apache-2.0
#include "cli/replay_identity.h"

#include <algorithm>

namespace airspool::cli {
namespace {

constexpr std::uint64_t kFnvPrime = 0x100000001B3;

// Spreads each bit over all others, which FNV does not do for the last bytes (the finaliser of MurmurHash3).
constexpr std::uint64_t spread(std::uint64_t value) {
  value ^= value >> 33U;
  value *= 0xFF51AFD7ED558CCD;
  value ^= value >> 33U;
  value *= 0xC4CEB9FE1A85EC53;
  return value ^ (value >> 33U);
}

}  // namespace

void ReplayIdentity::mix(std::uint8_t byte) {
  low_ = (low_ ^ byte) * kFnvPrime;
  high_ = (high_ ^ byte) * kFnvPrime;
}

void ReplayIdentity::add_setting(std::string_view text) {
  for (std::size_t length = text.size(), i = 0; i < sizeof(std::uint32_t); ++i, length >>= 8U) {
    mix(static_cast<std::uint8_t>(length));
  }
  for (const char c : text) mix(static_cast<std::uint8_t>(c));
}

void ReplayIdentity::add_samples(std::span<const std::byte> bytes) {
  const std::span<const std::byte> counted = bytes.first(std::min(bytes.size(), samples_left_));
  for (const std::byte byte : counted) mix(static_cast<std::uint8_t>(byte));
  samples_left_ -= counted.size();
}

std::string ReplayIdentity::spool_id() const {
  constexpr std::string_view kAlphabet = "abcdefghijklmnopqrstuvwxyz234567";
  const std::uint64_t first = spread(low_);
  const std::uint64_t second = spread(high_ ^ first);
  std::string text;
  for (unsigned bit = 0; bit < 60; bit += 5) text += kAlphabet[(first >> bit) & 31U];
  for (unsigned bit = 0; bit < 20; bit += 5) text += kAlphabet[(second >> bit) & 31U];
  return text;
}

}  // namespace airspool::cli
