// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace airspool::cli {

// The spool_id of a replay: instead of random bits a fingerprint of the recording and of all settings that decide which
// records come out of it, so that a second replay gives the same record_ids, and a lake that has seen them drops them.
//
// 80 bits: two 64-bit FNV-1a hashes with different starting points, mixed at the end. Good against accident, not
// against intent. Of the samples the first 64 KiB count.
class ReplayIdentity {
 public:
  static constexpr std::size_t kSampleBytes = 65'536;

  // One setting; its length counts too, so that neighbours cannot run into each other.
  void add_setting(std::string_view text);
  // Samples in their order, in pieces of any size.
  void add_samples(std::span<const std::byte> bytes);
  // Whether more samples would make no difference.
  [[nodiscard]] bool complete() const { return samples_left_ == 0; }
  // 16 characters of base32 (RFC 4648) in lower case.
  [[nodiscard]] std::string spool_id() const;

 private:
  void mix(std::uint8_t byte);

  std::uint64_t low_ = 0xCBF29CE484222325;   // FNV-1a offset basis
  std::uint64_t high_ = 0x9E3779B97F4A7C15;  // another one: 2^64 over the golden ratio
  std::size_t samples_left_ = kSampleBytes;
};

}  // namespace airspool::cli
