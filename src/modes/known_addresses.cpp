// SPDX-License-Identifier: Apache-2.0
#include "known_addresses.h"

#include <algorithm>
#include <cstdlib>

namespace airspool::modes {

KnownAddresses::KnownAddresses() : sets_(kSets) { live_.reserve(kMostLive); }

std::size_t KnownAddresses::set_of(std::uint32_t address) {
  // Addresses are given out in blocks, so that neighbours must be spread (multiplicative hashing, golden ratio).
  return (address * 0x9E3779B9U) >> 22U;
}

void KnownAddresses::learn(std::uint32_t address, std::int64_t tick) {
  if (address == 0) return;
  Set& set = sets_[set_of(address)];
  auto place = std::find_if(set.begin(), set.end(), [&](const Entry& entry) { return entry.address == address; });
  if (place == set.end()) {
    place = std::min_element(set.begin(), set.end(), [](const Entry& a, const Entry& b) { return a.tick < b.tick; });
    *place = {address, tick};
    if (live_.size() < kMostLive) live_.push_back(address);
  } else if (std::abs(tick - place->tick) > kTimeToLiveTicks && live_.size() < kMostLive &&
             std::find(live_.begin(), live_.end(), address) == live_.end()) {
    live_.push_back(address);
  }
  place->tick = std::max(place->tick, tick);
}

bool KnownAddresses::contains(std::uint32_t address, std::int64_t tick) const {
  if (address == 0) return false;
  const Set& set = sets_[set_of(address)];
  return std::any_of(set.begin(), set.end(), [&](const Entry& entry) {
    return entry.address == address && std::abs(tick - entry.tick) <= kTimeToLiveTicks;
  });
}

void KnownAddresses::expire(std::int64_t tick) {
  if (tick < next_expiry_) return;
  next_expiry_ = tick + kExpiryTicks;
  live_.clear();
  for (const Set& set : sets_) {
    for (const Entry& entry : set) {
      const bool alive = entry.address != 0 && std::abs(tick - entry.tick) <= kTimeToLiveTicks;
      if (alive && live_.size() < kMostLive) live_.push_back(entry.address);
    }
  }
}

void KnownAddresses::clear() {
  std::fill(sets_.begin(), sets_.end(), Set{});
  live_.clear();
  next_expiry_ = kNever;
}

}  // namespace airspool::modes
