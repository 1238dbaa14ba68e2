// SPDX-License-Identifier: Apache-2.0
#include "known_addresses.h"

#include <algorithm>
#include <cstdlib>
#include <utility>

namespace airspool::modes {

KnownAddresses::KnownAddresses() : sets_(kSets) { live_.reserve(kMostLive); }

std::size_t KnownAddresses::set_of(std::uint32_t address) {
  // Addresses are given out in blocks, so that neighbours must be spread (multiplicative hashing, golden ratio).
  return (address * 0x9E3779B9U) >> 23U;
}

void KnownAddresses::make_live(Entry& entry) {
  if (entry.live != kNotLive || live_.size() == kMostLive) return;
  entry.live = static_cast<std::uint16_t>(live_.size());
  live_.push_back(entry.address);
}

// The last of live_ takes its place.
void KnownAddresses::end_life(Entry& entry) {
  if (entry.live == kNotLive) return;
  const std::uint32_t moved = live_.back();
  live_[entry.live] = moved;
  live_.pop_back();
  for (Entry& other : sets_[set_of(moved)]) {
    if (other.address == moved) other.live = entry.live;
  }
  entry.live = kNotLive;
}

void KnownAddresses::learn(std::uint32_t address, std::int64_t tick) {
  if (address == 0) return;
  Set& set = sets_[set_of(address)];
  auto place = std::find_if(set.begin(), set.end(), [&](const Entry& entry) { return entry.address == address; });
  if (place == set.end()) {
    const auto worth = [&](const Entry& entry) {
      return std::pair(entry.again && std::abs(tick - entry.tick) <= kTimeToLiveTicks, entry.tick);
    };
    place =
        std::min_element(set.begin(), set.end(), [&](const Entry& a, const Entry& b) { return worth(a) < worth(b); });
    end_life(*place);
    *place = {address, kNotLive, false, tick};
  } else {
    const std::int64_t apart = std::abs(tick - place->tick);
    if (apart >= kAgainTicks) place->again = apart <= kTimeToLiveTicks;
  }
  make_live(*place);
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
  for (Set& set : sets_) {
    for (Entry& entry : set) entry.live = kNotLive;
  }
  for (const bool again : {true, false}) {
    for (Set& set : sets_) {
      for (Entry& entry : set) {
        const bool alive = entry.address != 0 && std::abs(tick - entry.tick) <= kTimeToLiveTicks;
        if (alive && entry.again == again) make_live(entry);
      }
    }
  }
}

void KnownAddresses::clear() {
  std::fill(sets_.begin(), sets_.end(), Set{});
  live_.clear();
  next_expiry_ = kNever;
}

}  // namespace airspool::modes
