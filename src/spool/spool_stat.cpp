// SPDX-License-Identifier: Apache-2.0
#include <string_view>

#include <airspool/spool/spool.h>

#include "notice.h"

namespace airspool::spool {
namespace {

// Writes `{`, members and `}`, with commas between.
class JsonObject {
 public:
  explicit JsonObject(std::string& out) : out_(out) { out_ += '{'; }
  void add(std::string_view key, std::int64_t value) { raw(key) += std::to_string(value); }
  void add(std::string_view key, bool value) { raw(key) += value ? "true" : "false"; }
  void add(std::string_view key, const std::string& value) { append_json_string(raw(key), value); }
  void add(std::string_view key, std::optional<WallTime> time) {
    std::string& out = raw(key);
    if (!time) {
      out += "null";
      return;
    }
    out += std::to_string(std::chrono::floor<std::chrono::milliseconds>(*time).time_since_epoch().count());
  }
  void add(std::string_view key, std::optional<std::int64_t> value) {
    raw(key) += value ? std::to_string(*value) : "null";
  }
  // The key and its colon; the value follows.
  std::string& raw(std::string_view key) {
    if (out_.back() != '{') out_ += ',';
    append_json_string(out_, key);
    out_ += ':';
    return out_;
  }
  void close() { out_ += '}'; }

 private:
  std::string& out_;
};

void append_json(std::string& out, const SinkStat& sink) {
  JsonObject json(out);
  json.add("name", sink.name);
  json.add("batches", sink.batches);
  json.add("records", sink.records);
  json.add("bytes", sink.bytes);
  json.add("in_flight", sink.in_flight);
  json.add("held_batches", sink.held_batches);
  json.add("dead_batches", sink.dead_batches);
  json.add("max_bytes", sink.max_bytes);
  json.add("removed", sink.removed);
  json.close();
}

void append_json(std::string& out, const DropStat& drop) {
  JsonObject json(out);
  json.add("sink", drop.sink);
  json.add("reason", drop.reason);
  json.add("batches", drop.batches);
  json.add("records", drop.records);
  json.close();
}

void append_json(std::string& out, const ClockStat& clock) {
  JsonObject json(out);
  json.add("known", clock.known);
  if (clock.known) {
    json.add("state", std::string(to_string(clock.state)));
    json.add("state_for_s", clock.state_for_s);
    json.add("holding", clock.holding);
    if (clock.hold_left_s) json.add("hold_left_s", *clock.hold_left_s);
  }
  json.close();
}

template <typename Item>
void append_json(std::string& out, const std::vector<Item>& items) {
  out += '[';
  for (const Item& item : items) {
    if (out.back() != '[') out += ',';
    append_json(out, item);
  }
  out += ']';
}

}  // namespace

std::string to_json(const SpoolStat& stat) {
  std::string out;
  JsonObject json(out);
  json.add("path", stat.path);
  json.add("running", stat.running);
  json.add("spool_id", stat.spool_id);
  json.add("last_seq", stat.last_seq);
  json.add("batches", stat.batches);
  json.add("records", stat.records);
  json.add("bytes", stat.bytes);
  json.add("held_batches", stat.held_batches);
  json.add("held_records", stat.held_records);
  append_json(json.raw("clock"), stat.clock);
  json.add("oldest_sealed_ms", stat.oldest_sealed);
  json.add("newest_sealed_ms", stat.newest_sealed);
  json.add("open_records", stat.open_records);
  json.add("unstored_batches", stat.unstored_batches);
  json.add("memory_batches", stat.memory_batches);
  json.add("salvaging", stat.salvaging);
  json.add("quarantined_files", stat.quarantined_files);
  json.add("file_bytes", stat.file_bytes);
  json.add("max_bytes", stat.max_bytes);
  json.add("dead_batches", stat.dead_batches);
  json.add("dead_bytes", stat.dead_bytes);
  json.add("written_today", stat.written_today);
  json.add("written_a_year", stat.written_a_year);
  json.add("disk_written_today", stat.disk_written_today);
  json.add("disk_written_a_year", stat.disk_written_a_year);
  append_json(json.raw("sinks"), stat.sinks);
  append_json(json.raw("drops"), stat.drops);
  json.add("last_error", stat.last_error);
  json.close();
  return out;
}

}  // namespace airspool::spool
