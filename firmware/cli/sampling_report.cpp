// SPDX-License-Identifier: Apache-2.0
#include "cli/sampling_report.h"

#include <array>
#include <cstdio>

#include <airspool/core/decimal.h>
#include <airspool/spool/record_codec.h>

namespace airspool::cli {
namespace {

sky::SamplingSettings with_policy(sky::SamplingSettings settings, sky::SamplingPolicy policy) {
  settings.policy = policy;
  return settings;
}

std::string decimal(double value, int decimals) {
  std::string text;
  append_decimal(text, value, decimals);
  return text;
}

double saved_percent(std::uint64_t part, std::uint64_t whole) {
  return whole == 0 ? 0.0 : 100.0 * (1.0 - static_cast<double>(part) / static_cast<double>(whole));
}

std::string line(const char* name, std::uint64_t records, std::uint64_t bytes) {
  std::array<char, 80> text{};
  std::snprintf(text.data(), text.size(), "  %-13s %10llu records %12llu bytes", name,
                static_cast<unsigned long long>(records), static_cast<unsigned long long>(bytes));
  return text.data();
}

std::string error_line(const char* name, const sky::ErrorHistogram& errors, double tolerance_m) {
  return std::string("  error left, ") + name + ": 95 % within " + decimal(errors.percentile(0.95), 1) + " m, max " +
         decimal(errors.max(), 1) + " m of " + std::to_string(errors.count()) + " points (tolerance " +
         decimal(tolerance_m, 2) + " m)\n";
}

}  // namespace

SamplingReport::SamplingReport(const sky::SamplingSettings& adaptive, const Calendar& calendar)
    : settings_(adaptive),
      calendar_(calendar),
      interval_(with_policy(adaptive, sky::SamplingPolicy::kInterval)),
      every_change_(with_policy(adaptive, sky::SamplingPolicy::kEveryChange)),
      audit_(calendar) {}

void SamplingReport::heard(const sky::Picture& picture, Icao24 address, BootTime now, std::span<const Record> records) {
  take(records);
  scratch_.clear();
  every_change_.consider(picture, address, now, scratch_);
  count(every_change_out_, scratch_);
  audit_.tracked(picture.look(picture.sides(address)));
}

void SamplingReport::tick(const sky::Picture& picture, BootTime now, std::span<const Record> records) {
  take(records);
  scratch_.clear();
  every_change_.sample(picture, now, scratch_);
  count(every_change_out_, scratch_);
  scratch_.clear();
  interval_.sample(picture, now, scratch_);
  count(interval_out_, scratch_);
}

void SamplingReport::finish(const sky::Picture& picture, BootTime now, std::span<const Record> records) {
  take(records);
  scratch_.clear();
  every_change_.flush(picture, now, scratch_);
  count(every_change_out_, scratch_);
  scratch_.clear();
  interval_.flush(picture, now, scratch_);
  count(interval_out_, scratch_);
}

void SamplingReport::take(std::span<const Record> records) {
  count(adaptive_out_, records);
  for (const Record& record : records) audit_.told(record);
}

void SamplingReport::count(Output& output, std::span<const Record> records) {
  output.records += records.size();
  text_.clear();
  for (const Record& record : records) spool::append_ndjson(text_, record, calendar_);
  output.bytes += text_.size();
}

std::string SamplingReport::text() const {
  const auto saved = [&](const Output& other) {
    return ", adaptive saves " + decimal(saved_percent(adaptive_out_.records, other.records), 1) +
           " % of the records, " + decimal(saved_percent(adaptive_out_.bytes, other.bytes), 1) + " % of the bytes\n";
  };
  std::string out = "airspool: sampling (bytes of NDJSON before records get their numbers)\n";
  out += line("adaptive", adaptive_out_.records, adaptive_out_.bytes) + '\n';
  const std::string interval = "every " + decimal(std::chrono::duration<double>(settings_.interval).count(), 3) + " s";
  out += line(interval.c_str(), interval_out_.records, interval_out_.bytes) + saved(interval_out_);
  out += line("every change", every_change_out_.records, every_change_out_.bytes) + saved(every_change_out_);
  out += error_line("position", audit_.position_error_m(), settings_.position_m);
  out += error_line("altitude", audit_.altitude_error_m(), settings_.altitude_m);
  return out;
}

}  // namespace airspool::cli
