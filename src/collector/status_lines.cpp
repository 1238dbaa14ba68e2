// SPDX-License-Identifier: Apache-2.0
#include "status_lines.h"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <utility>

namespace airspool::collector {
namespace {

using std::chrono::seconds;

// After a start nothing is red for being silent.
constexpr seconds kGrace{30};
// A picture comes every second.
constexpr seconds kStalePicture{10};
// A stretch long enough for a rate.
constexpr seconds kForRate{5};
// OpenSky is late when this many of its intervals, and half a minute, are over.
constexpr double kLateIntervals = 3.0;
constexpr double kLateS = 30.0;
constexpr std::int64_t kAlmostFull = 90;  // percent of the quota

double in_seconds(Nanoseconds time) { return std::chrono::duration<double>(time).count(); }

template <typename... Values>
std::string print(const char* format, Values... values) {
  char text[160];
  std::snprintf(text, sizeof text, format, values...);
  return text;
}

std::string age_text(double age_s) {
  if (age_s < 120.0) return print("%.0f s", std::max(age_s, 0.0));
  if (age_s < 7200.0) return print("%.0f min", age_s / 60.0);
  if (age_s < 172'800.0) return print("%.0f h", age_s / 3600.0);
  return print("%.0f days", age_s / 86'400.0);
}

std::string size_text(std::int64_t bytes) {
  const double mib = static_cast<double>(bytes) / (1024.0 * 1024.0);
  return mib < 1024.0 ? print("%.1f MiB", mib) : print("%.1f GiB", mib / 1024.0);
}

// What was counted lately: the minute that runs, when it is long enough, else the one before.
const Statistics& lately(const StatisticsReport& report) {
  const bool young = report.latest.end - report.latest.begin < kForRate;
  return young && report.last_minute.end > report.last_minute.begin ? report.last_minute : report.latest;
}

double a_second(std::uint64_t count, const Statistics& over) {
  const double span = in_seconds(over.end - over.begin);
  return span > 0.0 ? static_cast<double>(count) / span : 0.0;
}

}  // namespace

StatusLines::StatusLines(Chain chain, Sources sources, const Clock& clock)
    : chain_(std::move(chain)), sources_(sources), clock_(clock), started_(clock.boot_now()) {}

ChainStatus StatusLines::now() const {
  ChainStatus status;
  status.station = chain_.station;
  status.version = AIRSPOOL_VERSION;
  status.uptime_s = std::chrono::duration_cast<seconds>(clock_.boot_now() - started_).count();
  if (const auto sky = sources_.sky.latest()) {
    status.lines.push_back(radio(*sky));
    for (const SkySnapshot::Input& one : sky->inputs) status.lines.push_back(input(one));
    status.lines.push_back(aircraft(*sky));
  } else {
    const bool late = clock_.boot_now() - started_ > kGrace;
    status.lines.push_back({"aircraft",
                            late ? Light::kRed : Light::kGrey,
                            "no picture yet",
                            late ? "see the log: journalctl -u airspool" : "",
                            {}});
  }
  status.lines.push_back(opensky());
  const auto stat = sources_.spool.latest();
  if (stat) {
    status.lines.push_back(clock(*stat));
    status.lines.push_back(spool(*stat));
  }
  const auto sinks = sources_.sinks.latest();
  if (!sinks || sinks->empty()) {
    status.lines.push_back({"sinks", Light::kGrey, "none: nothing leaves this machine", "", {}});
    return status;
  }
  for (const uplink::SinkStatus& one : *sinks) status.lines.push_back(sink(one, stat.get()));
  return status;
}

StatusLine StatusLines::radio(const SkySnapshot& sky) const {
  StatusLine line{"radio", Light::kGreen, "", "", {}};
  if (!chain_.radio) {
    line.light = Light::kGrey;
    line.text = "none";
    return line;
  }
  const Statistics& last = lately(sky.statistics);
  const double samples = a_second(last.radio.samples, last);
  const double messages = a_second(last.messages, last);
  const std::uint64_t missing = sky.statistics.total.radio.samples_missing;
  line.text = print("%.2f MS/s, %.0f messages/s", samples / 1e6, messages);
  const auto noise = noise_dbfs(last.radio);
  if (noise) line.text += print(", noise %.1f dBFS", *noise);
  if (missing > 0) line.text += print(", %.1f s missing", static_cast<double>(missing) / std::max(samples, 2e6));
  line.numbers = {
      {"samples_per_s", samples}, {"messages_per_s", messages}, {"samples_missing", static_cast<double>(missing)}};
  if (noise) line.numbers.emplace_back("noise_dbfs", *noise);
  const auto report = sources_.radio.latest();
  if (report && report->gain_db) {
    line.text += print(", gain %.1f dB", *report->gain_db);
    if (report->gain == "auto") line.text += " (auto)";
    line.numbers.emplace_back("gain_db", *report->gain_db);
  }
  if (report && !report->streaming && !report->trouble.empty()) {
    line.light = Light::kRed;
    line.text = report->trouble;
    line.next = "airspool check radio goes step by step";
    return line;
  }
  if (samples <= 0.0 && clock_.boot_now() - started_ > kGrace) {
    line.light = Light::kRed;
    line.text = "no samples come";
    line.next = "airspool check says what the radio lacks";
  } else if (last.radio.samples_missing > 0) {
    line.light = Light::kAmber;
    line.next = "this machine does not keep up: what else runs here? radio.effort = \"eco\" asks less of it";
  }
  return line;
}

StatusLine StatusLines::input(const SkySnapshot::Input& input) const {
  StatusLine line{"input", Light::kGreen, "", "", {}};
  line.text = input.name + print(": %zu connected, %llu messages, %llu rejected, %llu heard elsewhere too",
                                 input.connected, static_cast<unsigned long long>(input.messages),
                                 static_cast<unsigned long long>(input.rejected),
                                 static_cast<unsigned long long>(input.duplicates));
  line.numbers = {{"connected", static_cast<double>(input.connected)},
                  {"messages", static_cast<double>(input.messages)},
                  {"rejected", static_cast<double>(input.rejected)},
                  {"duplicates", static_cast<double>(input.duplicates)}};
  if (input.connected == 0 && clock_.boot_now() - started_ > kGrace) {
    line.light = Light::kAmber;
    line.next = "is the program that sends them running? airspool check tries the connection";
  }
  return line;
}

StatusLine StatusLines::aircraft(const SkySnapshot& sky) const {
  StatusLine line{"aircraft", Light::kGreen, "", "", {}};
  std::size_t with_position = 0;
  std::size_t cloud = 0;
  std::size_t both = 0;
  for (const SkySnapshot::Aircraft& one : sky.aircraft) {
    with_position += one.position_time ? 1 : 0;
    cloud += one.source == RecordSource::kOpenSky ? 1 : 0;
    both += one.source == RecordSource::kFused ? 1 : 0;
  }
  line.text = print("%zu, %zu with position", sky.aircraft.size(), with_position);
  if (chain_.opensky && chain_.radio) {
    line.text += print("; %zu by radio, %zu by OpenSky, %zu by both", sky.aircraft.size() - cloud - both, cloud, both);
  }
  const Nanoseconds age = clock_.boot_now() - sky.taken;
  line.numbers = {{"aircraft", static_cast<double>(sky.aircraft.size())},
                  {"with_position", static_cast<double>(with_position)},
                  {"picture_age_s", in_seconds(age)}};
  if (age > kStalePicture) {
    line.light = Light::kRed;
    line.text = "the picture is " + age_text(in_seconds(age)) + " old";
    line.next = "see the log: journalctl -u airspool";
  }
  return line;
}

StatusLine StatusLines::opensky() const {
  StatusLine line{"opensky", Light::kGrey, "not asked", "", {}};
  if (!chain_.opensky) return line;
  const auto metric = [this](const char* name) { return sources_.metrics.value(name).value_or(0.0); };
  const double credits = metric("airspool_opensky_credits_left");
  const double interval = metric("airspool_opensky_interval_seconds");
  const double age = metric("airspool_opensky_answer_age_seconds");
  const double aircraft = metric("airspool_opensky_answer_aircraft");
  line.light = Light::kGreen;
  line.text = print("%.0f aircraft in the last answer, %s ago; one each %s, %.0f credits left", aircraft,
                    age_text(age).c_str(), age_text(interval).c_str(), credits);
  line.numbers = {
      {"credits_left", credits}, {"interval_s", interval}, {"answer_age_s", age}, {"answer_aircraft", aircraft}};
  if (age > kLateIntervals * interval + kLateS) {
    line.light = Light::kAmber;
    line.text = "no new answer for " + age_text(age) + print(", %.0f credits left", credits);
    line.next = "airspool check asks once and says why";
  }
  return line;
}

StatusLine StatusLines::clock(const spool::SpoolStat& stat) const {
  StatusLine line{"clock", Light::kGreen, to_string(stat.clock.state), "", {}};
  line.numbers = {{"held_batches", static_cast<double>(stat.held_batches)}};
  if (stat.clock.holding) {
    line.light = Light::kAmber;
    line.text += print("; %lld batches wait until it is right", static_cast<long long>(stat.held_batches));
    line.next = "timedatectl shows whether a time service runs and reaches the network";
  }
  return line;
}

StatusLine StatusLines::spool(const spool::SpoolStat& stat) const {
  StatusLine line{"spool", Light::kGreen, "", "", {}};
  const std::int64_t batches = stat.batches + stat.memory_batches + stat.unstored_batches;
  const double oldest_s = stat.oldest_sealed ? in_seconds(clock_.wall_now() - *stat.oldest_sealed) : 0.0;
  std::int64_t lost = 0;
  for (const spool::DropStat& drop : stat.drops) lost += drop.records;
  line.text =
      print("%lld batches, %lld records, ", static_cast<long long>(batches), static_cast<long long>(stat.records)) +
      size_text(stat.file_bytes) + " of " + size_text(stat.max_bytes);
  if (stat.oldest_sealed) line.text += ", oldest " + age_text(oldest_s);
  if (lost > 0) line.text += print(", %lld records lost so far", static_cast<long long>(lost));
  line.numbers = {{"batches", static_cast<double>(batches)},
                  {"records", static_cast<double>(stat.records)},
                  {"file_bytes", static_cast<double>(stat.file_bytes)},
                  {"oldest_s", oldest_s},
                  {"unstored_batches", static_cast<double>(stat.unstored_batches)},
                  {"records_lost", static_cast<double>(lost)}};
  if (!stat.last_error.empty()) {
    line.light = Light::kRed;
    line.text =
        print("the disk takes nothing, %lld batches wait in memory: ", static_cast<long long>(stat.unstored_batches)) +
        stat.last_error;
    line.next = "free space (df -h), or mend the folder";
  } else if (stat.max_bytes > 0 && stat.file_bytes * 100 > stat.max_bytes * kAlmostFull) {
    line.light = Light::kAmber;
    line.next = "the oldest is given up at the quota: mend the sink that is behind, or raise spool.max_bytes";
  }
  return line;
}

StatusLine StatusLines::sink(const uplink::SinkStatus& status, const spool::SpoolStat* stat) const {
  StatusLine line{"sink " + status.name, Light::kGreen, status.type, "", {}};
  std::int64_t left = 0;
  std::int64_t dead = 0;
  if (stat != nullptr) {
    for (const spool::SinkStat& one : stat->sinks) {
      if (one.name != status.name) continue;
      left = one.batches;
      dead = one.dead_batches;
    }
  }
  if (status.last_ack) {
    line.text += ", last acknowledged " + age_text(in_seconds(clock_.wall_now() - *status.last_ack)) + " ago";
  }
  line.text += print(", %lld batches to go", static_cast<long long>(left));
  if (status.retried > 0) line.text += print(", %llu tried again", static_cast<unsigned long long>(status.retried));
  if (dead > 0) line.text += print(", %lld rejected", static_cast<long long>(dead));
  line.numbers = {{"connected", status.connected ? 1.0 : 0.0},        {"batches", static_cast<double>(left)},
                  {"accepted", static_cast<double>(status.accepted)}, {"retried", static_cast<double>(status.retried)},
                  {"rejected", static_cast<double>(status.rejected)}, {"lag_s", status.lag_s}};
  if (status.attention || (!status.connected && clock_.boot_now() - started_ > kGrace)) {
    line.light = status.attention ? Light::kRed : Light::kAmber;
    if (!status.detail.empty()) line.text += ": " + status.detail;
    line.next = "airspool check uplink --sink " + status.name;
  } else if (!status.connected) {
    line.light = Light::kAmber;
    line.text += ", connecting";
  } else if (dead > 0) {
    line.light = Light::kAmber;
    line.next = "airspool spool list --dead says why";
  }
  return line;
}

}  // namespace airspool::collector
