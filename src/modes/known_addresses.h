// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace airspool::modes {

// The addresses that frames with a parity of their own have proved to be in the air. Address-parity replies carry no
// other proof than that their remainder is one of these. Fixed size: where it is full, the stalest of eight neighbours
// makes room, those first that were proved once only. So a flood of addresses that come once each does not displace
// aircraft that go on squittering.
class KnownAddresses {
 public:
  // An aircraft in view squitters at least once in 1.2 s; two minutes without one and its replies prove nothing any
  // more.
  static constexpr std::int64_t kTimeToLiveTicks = 120LL * 12'000'000;
  // A reply is matched against so many at most; in a flood of addresses the rest is known, but repairs nothing.
  static constexpr std::size_t kMostLive = 2048;

  KnownAddresses();

  void learn(std::uint32_t address, std::int64_t tick);
  // Whether it was proved within the time to live around `tick`.
  [[nodiscard]] bool contains(std::uint32_t address, std::int64_t tick) const;
  // Those that live, as of the last call of expire() and what was learned since; each once, and in a flood those first
  // that were proved again. contains() is true for all of them at the time of that call.
  [[nodiscard]] std::span<const std::uint32_t> live() const { return live_; }
  // Takes from live() what has not been heard for the time to live. To be called as time passes.
  void expire(std::int64_t tick);
  void clear();

 private:
  static constexpr std::size_t kWays = 8;
  static constexpr std::size_t kSets = 512;
  static constexpr std::int64_t kNever = INT64_MIN / 2;
  static constexpr std::int64_t kExpiryTicks = 2 * 12'000'000;
  // Nearer to each other, two proofs may be one frame and its reflection.
  static constexpr std::int64_t kAgainTicks = 12'000;
  static constexpr std::uint16_t kNotLive = 0xFFFF;
  struct Entry {
    std::uint32_t address = 0;      // 0 is nobody's address and marks a free place
    std::uint16_t live = kNotLive;  // its place in live_
    bool again = false;             // proved more than once
    std::int64_t tick = kNever;
  };
  using Set = std::array<Entry, kWays>;
  [[nodiscard]] static std::size_t set_of(std::uint32_t address);
  void make_live(Entry& entry);
  void end_life(Entry& entry);

  std::vector<Set> sets_;
  std::vector<std::uint32_t> live_;
  std::int64_t next_expiry_ = kNever;
};

}  // namespace airspool::modes
