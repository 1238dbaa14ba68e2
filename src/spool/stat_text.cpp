// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <chrono>
#include <cstdio>

#include <nlohmann/json.hpp>

#include <airspool/spool/stat_text.h>

namespace airspool::spool {
namespace {

using nlohmann::json;

template <typename T>
void read(const json& object, const char* key, T& into) {
  const auto found = object.find(key);
  if (found == object.end()) return;
  if constexpr (std::is_same_v<T, std::string>) {
    if (found->is_string()) into = found->get<std::string>();
  } else if constexpr (std::is_same_v<T, bool>) {
    if (found->is_boolean()) into = found->get<bool>();
  } else {
    if (found->is_number_integer()) into = found->get<T>();
  }
}

void read(const json& object, const char* key, std::optional<WallTime>& into) {
  std::int64_t ms = 0;
  const auto found = object.find(key);
  if (found == object.end() || !found->is_number_integer()) return;
  read(object, key, ms);
  into = WallTime(std::chrono::milliseconds(ms));
}

void read(const json& object, const char* key, std::optional<std::int64_t>& into) {
  const auto found = object.find(key);
  if (found != object.end() && found->is_number_integer()) into = found->get<std::int64_t>();
}

template <typename Item, typename Read>
void read_list(const json& object, const char* key, std::vector<Item>& into, Read read_item) {
  const auto found = object.find(key);
  if (found == object.end() || !found->is_array()) return;
  for (const json& element : *found) {
    if (element.is_object()) read_item(element, into.emplace_back());
  }
}

void read_sink(const json& object, SinkStat& sink) {
  read(object, "name", sink.name);
  read(object, "batches", sink.batches);
  read(object, "records", sink.records);
  read(object, "bytes", sink.bytes);
  read(object, "in_flight", sink.in_flight);
  read(object, "held_batches", sink.held_batches);
  read(object, "dead_batches", sink.dead_batches);
  read(object, "max_bytes", sink.max_bytes);
  read(object, "removed", sink.removed);
}

void read_drop(const json& object, DropStat& drop) {
  read(object, "sink", drop.sink);
  read(object, "reason", drop.reason);
  read(object, "batches", drop.batches);
  read(object, "records", drop.records);
}

void read_clock(const json& object, ClockStat& clock) {
  read(object, "known", clock.known);
  std::string state;
  read(object, "state", state);
  for (const ClockState known : {ClockState::kSynchronised, ClockState::kUnsynchronised, ClockState::kFreeRunning}) {
    if (state == to_string(known)) clock.state = known;
  }
  read(object, "state_for_s", clock.state_for_s);
  read(object, "holding", clock.holding);
  std::int64_t left = -1;
  read(object, "hold_left_s", left);
  if (left >= 0) clock.hold_left_s = left;
}

std::string bytes_text(std::int64_t bytes) {
  constexpr std::array<const char*, 4> kUnits = {"B", "KiB", "MiB", "GiB"};
  auto value = static_cast<double>(bytes);
  std::size_t unit = 0;
  while (value >= 1024.0 && unit + 1 < kUnits.size()) {
    value /= 1024.0;
    ++unit;
  }
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), unit == 0 ? "%.0f %s" : "%.1f %s", value, kUnits.at(unit));
  return text.data();
}

std::string duration_text(std::int64_t seconds) {
  if (seconds < 120) return std::to_string(seconds) + " s";
  if (seconds < 7200) return std::to_string(seconds / 60) + " min";
  if (seconds < 172'800) return std::to_string(seconds / 3600) + " h";
  return std::to_string(seconds / 86'400) + " days";
}

std::string age_text(std::optional<WallTime> time, WallTime now) {
  if (!time) return "-";
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(now - *time).count();
  return seconds < 0 ? "in the future" : duration_text(seconds) + " ago";
}

// Nothing where there is nothing to say.
std::string clock_text(const SpoolStat& stat) {
  const ClockStat& clock = stat.clock;
  const bool one = stat.held_batches == 1;
  const std::string held = std::to_string(stat.held_batches) + (one ? " batch waits" : " batches wait");
  if (!clock.known) {
    return stat.held_batches == 0 ? "" : "HELD      " + held + " for a collector whose clock is right\n";
  }
  std::string out = "clock     " + std::string(to_string(clock.state)) + " for " + duration_text(clock.state_for_s);
  if (clock.holding) {
    out += "; new batches are held until it is synchronised";
    if (clock.hold_left_s) out += ", at most for another " + duration_text(*clock.hold_left_s);
  } else if (clock.state != ClockState::kSynchronised) {
    out += "; believed all the same (time_quality 3)";
  }
  out += '\n';
  if (stat.held_batches > 0) {
    out +=
        "HELD      " + held + (clock.holding ? " for the clock, no sink gets any of it yet\n" : " for final times\n");
  }
  return out;
}

std::string a_year(std::optional<std::int64_t> bytes) {
  return bytes ? " (" + bytes_text(*bytes) + " a year at this pace)" : "";
}

std::string amount(std::int64_t batches, std::int64_t records) {
  return std::to_string(batches) + (batches == 1 ? " batch, " : " batches, ") + std::to_string(records) +
         (records == 1 ? " record" : " records");
}

}  // namespace

Result<SpoolStat> stat_from_json(std::string_view text) {
  const json object = json::parse(text, nullptr, false);
  if (!object.is_object()) return fail(ErrorCode::kInvalidData, "the spool's state is not a JSON object");
  SpoolStat stat;
  read(object, "path", stat.path);
  read(object, "running", stat.running);
  read(object, "spool_id", stat.spool_id);
  read(object, "last_seq", stat.last_seq);
  read(object, "batches", stat.batches);
  read(object, "records", stat.records);
  read(object, "bytes", stat.bytes);
  read(object, "held_batches", stat.held_batches);
  read(object, "held_records", stat.held_records);
  if (const auto clock = object.find("clock"); clock != object.end() && clock->is_object()) {
    read_clock(*clock, stat.clock);
  }
  read(object, "oldest_sealed_ms", stat.oldest_sealed);
  read(object, "newest_sealed_ms", stat.newest_sealed);
  read(object, "open_records", stat.open_records);
  read(object, "unstored_batches", stat.unstored_batches);
  read(object, "memory_batches", stat.memory_batches);
  read(object, "salvaging", stat.salvaging);
  read(object, "quarantined_files", stat.quarantined_files);
  read(object, "file_bytes", stat.file_bytes);
  read(object, "max_bytes", stat.max_bytes);
  read(object, "dead_batches", stat.dead_batches);
  read(object, "dead_bytes", stat.dead_bytes);
  read(object, "written_today", stat.written_today);
  read(object, "written_a_year", stat.written_a_year);
  read(object, "disk_written_today", stat.disk_written_today);
  read(object, "disk_written_a_year", stat.disk_written_a_year);
  read(object, "last_error", stat.last_error);
  read_list(object, "sinks", stat.sinks, read_sink);
  read_list(object, "drops", stat.drops, read_drop);
  return stat;
}

std::string to_text(const SpoolStat& stat, WallTime now) {
  std::string out = "spool     " + stat.path + (stat.running ? ", a collector is running\n" : ", nobody is running\n");
  out += "identity  " + (stat.spool_id.empty() ? std::string("none yet") : stat.spool_id) + ", last seq " +
         std::to_string(stat.last_seq) + '\n';
  out += "stored    " + amount(stat.batches, stat.records) + ", " + bytes_text(stat.bytes);
  if (stat.batches > 0) {
    out += "; oldest " + age_text(stat.oldest_sealed, now) + ", newest " + age_text(stat.newest_sealed, now);
  }
  out += "\ndisk      " + bytes_text(stat.file_bytes);
  if (stat.max_bytes > 0) out += " of " + bytes_text(stat.max_bytes);
  out += '\n';
  if (stat.running) out += "open      " + std::to_string(stat.open_records) + " records in memory, not sealed yet\n";
  if (stat.quarantined_files > 0) {
    out += "DAMAGED   " + std::to_string(stat.quarantined_files) + " damaged files lie beside the spool" +
           (stat.salvaging ? "; what can be read is being brought over\n" : "\n");
  }
  if (stat.memory_batches > 0) {
    out += "memory    " + std::to_string(stat.memory_batches) + " batches not on disk yet (spool.durability = spill)\n";
  }
  out += clock_text(stat);
  if (stat.unstored_batches > 0) {
    out += "UNSTORED  " + std::to_string(stat.unstored_batches) + " batches wait in memory: " + stat.last_error + '\n';
  }
  if (stat.written_today) {
    out += "written   " + bytes_text(*stat.written_today) + " today by airspool" + a_year(stat.written_a_year);
    if (stat.disk_written_today) {
      out += "; " + bytes_text(*stat.disk_written_today) + " by all on this disk" + a_year(stat.disk_written_a_year);
    }
    out += '\n';
  }
  for (const SinkStat& sink : stat.sinks) {
    out += "sink      " + sink.name + ": " +
           (sink.batches == 0 ? std::string("has everything")
                              : "still to take " + amount(sink.batches, sink.records) + ", " + bytes_text(sink.bytes)) +
           (sink.in_flight > 0 ? ", " + std::to_string(sink.in_flight) + " under way" : "") +
           (sink.removed ? "; no longer configured: this will be released" : "") +
           (sink.dead_batches > 0 ? ", " + std::to_string(sink.dead_batches) + " dead letters" : "") + '\n';
  }
  for (const DropStat& drop : stat.drops) {
    const bool known = drop.batches > 0 || drop.records > 0;
    out += "LOST      " + (known ? amount(drop.batches, drop.records) : "nobody knows how much") + " (" + drop.reason +
           ")" + (drop.sink.empty() ? "" : " for sink " + drop.sink) + '\n';
  }
  return out;
}

}  // namespace airspool::spool
