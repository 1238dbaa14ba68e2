// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include <airspool/core/clock.h>
#include <airspool/core/record.h>
#include <airspool/sky/picture.h>
#include <airspool/sky/sampler.h>
#include <airspool/sky/sampling_audit.h>

namespace airspool::cli {

// What adaptive sampling saves and what it leaves of the truth: the same picture sampled by the other policies beside
// it, and the error of dead reckoning against the full track. One thread.
class SamplingReport {
 public:
  // `adaptive` are the settings under test; the others take the interval and the station's name from them.
  SamplingReport(const sky::SamplingSettings& adaptive, const Calendar& calendar);

  // After each message: its aircraft, and the records that adaptive sampling made of it.
  void heard(const sky::Picture& picture, Icao24 address, BootTime now, std::span<const Record> records);
  // With each tick, before the picture forgets, and at the end.
  void tick(const sky::Picture& picture, BootTime now, std::span<const Record> records);
  void finish(const sky::Picture& picture, BootTime now, std::span<const Record> records);

  // Some lines for people.
  [[nodiscard]] std::string text() const;

 private:
  struct Output {
    std::uint64_t records = 0;
    std::uint64_t bytes = 0;
  };

  void count(Output& output, std::span<const Record> records);
  void take(std::span<const Record> records);

  sky::SamplingSettings settings_;
  Calendar calendar_;
  sky::Sampler interval_;
  sky::Sampler every_change_;
  sky::SamplingAudit audit_;
  Output adaptive_out_;
  Output interval_out_;
  Output every_change_out_;
  std::vector<Record> scratch_;
  std::string text_;
};

}  // namespace airspool::cli
