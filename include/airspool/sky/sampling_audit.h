// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <unordered_map>
#include <vector>

#include <airspool/core/clock.h>
#include <airspool/core/icao24.h>
#include <airspool/core/record.h>
#include <airspool/sky/dead_reckoning.h>
#include <airspool/sky/fusion.h>

namespace airspool::sky {

// How large errors were: count, largest, and percentiles to the width of a bin. 0.8 MB, whatever is added.
class ErrorHistogram {
 public:
  explicit ErrorHistogram(double bin_width) : bin_width_(bin_width), bins_(kBins) {}

  void add(double error);  // not negative; what is beyond the last bin counts there
  [[nodiscard]] std::uint64_t count() const { return count_; }
  [[nodiscard]] double max() const { return max_; }
  // The upper edge of the bin below which this share (0..1) of all errors lies, but not more than max(); 0 without any.
  [[nodiscard]] double percentile(double share) const;

 private:
  static constexpr std::size_t kBins = 100'000;
  double bin_width_;
  std::vector<std::uint64_t> bins_;
  std::uint64_t count_ = 0;
  double max_ = 0.0;
};

// What a consumer who has only the records misses: each position and altitude of the full track against dead reckoning
// from the newest record up to then, with the values as they are printed. Knows the records alone, so that it can tell
// when the sampler is wrong. A tool of replay and of tests; one thread.
class SamplingAudit {
 public:
  explicit SamplingAudit(const Calendar& calendar) : calendar_(calendar) {}

  // A record that was made. Its time is not after what comes next in tracked().
  void told(const Record& record);
  // The picture of one aircraft after each message of it, and after what told() got of it.
  void tracked(const FusedAircraft& aircraft);

  [[nodiscard]] const ErrorHistogram& position_error_m() const { return position_error_; }
  [[nodiscard]] const ErrorHistogram& altitude_error_m() const { return altitude_error_; }

 private:
  struct Known {
    Motion motion;
    WallTime position_at;
    WallTime contact_at;
    BootTime position_seen{};  // the newest points of the track that were compared
    BootTime altitude_seen{};
  };

  Calendar calendar_;
  std::unordered_map<Icao24, Known> known_;
  ErrorHistogram position_error_{0.1};   // up to 10 km
  ErrorHistogram altitude_error_{0.01};  // up to 1 km
};

}  // namespace airspool::sky
