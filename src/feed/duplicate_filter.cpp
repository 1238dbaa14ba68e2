// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <vector>

#include <airspool/feed/duplicate_filter.h>

#include "source_lags.h"

namespace airspool::feed {
namespace {

constexpr std::size_t kWays = 8;
constexpr std::size_t kSets = 1024;

struct Entry {
  std::array<std::uint8_t, modes::kLongFrameBytes> bytes{};
  std::uint8_t length = 0;  // 0: free
  std::uint8_t first_source = 0;
  float best_dbfs = 0.0F;
  std::uint32_t sources = 0;  // a bit each
  BootTime time{};
};

// FNV-1a. The parity at the end of a frame mixes its bits, so that little is asked of it.
std::uint32_t hash_of(const modes::ModeSFrame& frame) {
  std::uint32_t hash = 2'166'136'261U;
  for (const std::uint8_t byte : frame.view()) hash = (hash ^ byte) * 16'777'619U;
  return hash ^ hash >> 16U;
}

// DF17/18 type codes 9-18 and 20-22: other bytes each time, at any speed that keeps an aircraft in the air.
bool is_airborne_position(const modes::ModeSFrame& frame) {
  const int typecode = frame.bytes[4] >> 3U;
  return (frame.df() == 17 || frame.df() == 18) && typecode >= 9 && typecode <= 22 && typecode != 19;
}

Nanoseconds between(BootTime a, BootTime b) { return a > b ? a - b : b - a; }

}  // namespace

class DuplicateFilter::Impl {
 public:
  Heard take(const modes::ModeSFrame& frame, unsigned source, BootTime told) {
    const BootTime time = lags_.put_right(source, told);
    auto& set = sets_[hash_of(frame) % kSets];
    const std::uint32_t bit = 1U << source % kMostSources;
    Entry* copy = nullptr;
    Entry* likely = nullptr;  // to learn lags from
    Entry* place = &set.front();
    for (Entry& entry : set) {
      if (entry.length == 0 || (place->length != 0 && entry.time < place->time)) place = &entry;
      if (entry.length != frame.length || (entry.sources & bit) != 0) continue;
      if (!std::equal(frame.view().begin(), frame.view().end(), entry.bytes.begin())) continue;
      const Nanoseconds apart = between(entry.time, time);
      if (apart <= kMostLag && (likely == nullptr || apart < between(likely->time, time))) likely = &entry;
      // Of two that were sent in a row, whose copies both are to come: the earlier.
      if (apart <= kWindow && (copy == nullptr || entry.time < copy->time)) copy = &entry;
    }
    if (likely != nullptr && is_airborne_position(frame)) {
      lags_.learn(likely->first_source, likely->time, source, time);
    }
    if (copy == nullptr) {
      *place = {frame.bytes, frame.length, static_cast<std::uint8_t>(source), frame.signal_dbfs, bit, time};
      return {true, time, std::nullopt};
    }
    Heard heard{false, time, std::nullopt};
    copy->sources |= bit;
    if (frame.signal_dbfs > copy->best_dbfs || std::isnan(copy->best_dbfs)) {
      if (!std::isnan(frame.signal_dbfs)) heard.weaker_dbfs = copy->best_dbfs;
      copy->best_dbfs = frame.signal_dbfs;
    }
    return heard;
  }

 private:
  std::vector<std::array<Entry, kWays>> sets_{kSets};
  SourceLags lags_;
};

DuplicateFilter::DuplicateFilter() : impl_(std::make_unique<Impl>()) {}
DuplicateFilter::DuplicateFilter(DuplicateFilter&&) noexcept = default;
DuplicateFilter& DuplicateFilter::operator=(DuplicateFilter&&) noexcept = default;
DuplicateFilter::~DuplicateFilter() = default;

DuplicateFilter::Heard DuplicateFilter::take(const modes::ModeSFrame& frame, unsigned source, BootTime time) {
  return impl_->take(frame, source, time);
}

}  // namespace airspool::feed
