// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>

#include <airspool/feed/duplicate_filter.h>

namespace airspool::feed {
namespace {

// FNV-1a. The parity at the end of a frame mixes its bits, so that little is asked of it.
std::uint32_t hash_of(const modes::ModeSFrame& frame) {
  std::uint32_t hash = 2'166'136'261U;
  for (const std::uint8_t byte : frame.view()) hash = (hash ^ byte) * 16'777'619U;
  return hash ^ hash >> 16U;
}

}  // namespace

DuplicateFilter::DuplicateFilter() : sets_(kSets) {}

DuplicateFilter::Heard DuplicateFilter::take(const modes::ModeSFrame& frame, unsigned source, BootTime time) {
  auto& set = sets_[hash_of(frame) % kSets];
  const std::uint32_t bit = 1U << source % kMostSources;
  Entry* copy = nullptr;
  Entry* place = &set.front();
  for (Entry& entry : set) {
    if (entry.length == 0 || (place->length != 0 && entry.time < place->time)) place = &entry;
    const bool near = entry.time - time <= kWindow && time - entry.time <= kWindow;
    if (entry.length != frame.length || !near || (entry.sources & bit) != 0) continue;
    if (!std::equal(frame.view().begin(), frame.view().end(), entry.bytes.begin())) continue;
    // Of two that were sent in a row, whose copies both are to come: the earlier.
    if (copy == nullptr || entry.time < copy->time) copy = &entry;
  }
  if (copy == nullptr) {
    *place = {frame.bytes, frame.length, frame.signal_dbfs, bit, time};
    return {};
  }
  Heard heard{false, std::nullopt};
  copy->sources |= bit;
  if (frame.signal_dbfs > copy->best_dbfs || std::isnan(copy->best_dbfs)) {
    if (!std::isnan(frame.signal_dbfs)) heard.weaker_dbfs = copy->best_dbfs;
    copy->best_dbfs = frame.signal_dbfs;
  }
  return heard;
}

}  // namespace airspool::feed
