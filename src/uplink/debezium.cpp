// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <charconv>
#include <cstddef>
#include <limits>

#include <airspool/uplink/debezium.h>

#include "line_scanner.h"

namespace airspool::uplink {
namespace {

using std::string_view;

// What a column is in Connect's types, and so how a value of ours becomes one of its.
enum class Column : std::uint8_t { kText, kAddress, kCallsign, kSeconds, kNumber, kFlag };

struct ColumnDef {
  string_view name;
  Column column;
  bool required = false;
};

// The table's columns in its order; the names are Record v1's.
constexpr std::array<ColumnDef, 14> kColumns{{{"icao24", Column::kAddress, true},
                                              {"callsign", Column::kCallsign},
                                              {"origin_country", Column::kText},
                                              {"time_position", Column::kSeconds},
                                              {"last_contact", Column::kSeconds},
                                              {"longitude", Column::kNumber, true},
                                              {"latitude", Column::kNumber, true},
                                              {"baro_altitude", Column::kNumber},
                                              {"on_ground", Column::kFlag},
                                              {"velocity", Column::kNumber},
                                              {"true_track", Column::kNumber},
                                              {"vertical_rate", Column::kNumber},
                                              {"geo_altitude", Column::kNumber},
                                              {"spi", Column::kFlag}}};
constexpr std::size_t kIcao24 = 0;
constexpr std::size_t kLongitude = 5;
constexpr std::size_t kLatitude = 6;

constexpr std::size_t kCallsignWidth = 8;

constexpr string_view connect_type(Column column) {
  switch (column) {
    case Column::kSeconds:
      return "int32";
    case Column::kNumber:
      return "float";
    case Column::kFlag:
      return "int16";
    default:
      return "string";
  }
}

void append_field(std::string& out, string_view type, bool optional, string_view name) {
  if (out.back() == '}') out += ',';
  out += R"({"type":")";
  out += type;
  out += optional ? R"(","optional":true,"field":")" : R"(","optional":false,"field":")";
  out += name;
  out += "\"}";
}

void append_row_schema(std::string& out, string_view field) {
  out += R"({"type":"struct","fields":[)";
  for (const ColumnDef& column : kColumns) {
    append_field(out, connect_type(column.column), !column.required, column.name);
  }
  out += R"(],"optional":true,"name":")";
  out += kDebeziumTopic;
  out += R"(.Value","field":")";
  out += field;
  out += "\"}";
}

// Debezium's own description of where a change was found (connector for MySQL, 1.8).
void append_source_schema(std::string& out) {
  out += R"({"type":"struct","fields":[)";
  append_field(out, "string", false, "version");
  append_field(out, "string", false, "connector");
  append_field(out, "string", false, "name");
  append_field(out, "int64", false, "ts_ms");
  out += R"(,{"type":"string","optional":true,"name":"io.debezium.data.Enum","version":1,"parameters":)"
         R"({"allowed":"true,last,false,incremental"},"default":"false","field":"snapshot"})";
  append_field(out, "string", false, "db");
  append_field(out, "string", true, "sequence");
  append_field(out, "string", true, "table");
  append_field(out, "int64", false, "server_id");
  append_field(out, "string", true, "gtid");
  append_field(out, "string", false, "file");
  append_field(out, "int64", false, "pos");
  append_field(out, "int32", false, "row");
  append_field(out, "int64", true, "thread");
  append_field(out, "string", true, "query");
  out += R"(],"optional":false,"name":"io.debezium.connector.mysql.Source","field":"source"})";
}

// Up to and with the payload's name.
std::string value_head() {
  std::string out = R"({"schema":{"type":"struct","fields":[)";
  append_row_schema(out, "before");
  out += ',';
  append_row_schema(out, "after");
  out += ',';
  append_source_schema(out);
  append_field(out, "string", false, "op");
  append_field(out, "int64", true, "ts_ms");
  out += R"(,{"type":"struct","fields":[)";
  append_field(out, "string", false, "id");
  append_field(out, "int64", false, "total_order");
  append_field(out, "int64", false, "data_collection_order");
  out += R"(],"optional":true,"field":"transaction"}],"optional":false,"name":")";
  out += kDebeziumTopic;
  out += R"(.Envelope"},"payload":)";
  return out;
}

std::string key_head() {
  std::string out = R"({"schema":{"type":"struct","fields":[)";
  append_field(out, "string", false, kColumns[kIcao24].name);
  out += R"(],"optional":false,"name":")";
  out += kDebeziumTopic;
  out += R"(.Key"},"payload":)";
  return out;
}

// What the envelope needs of a line: the raw text of each value, empty where there is none.
struct Row {
  std::array<string_view, kColumns.size()> columns{};
  string_view addr_type;
  string_view record_id;
  string_view received_ms;
  bool notice = false;
};

bool scan(string_view line, Row& row) {
  while (!line.empty() && (line.back() == '\n' || line.back() == '\r')) line.remove_suffix(1);
  LineScanner scanner(line);
  string_view key;
  string_view value;
  // Records print the columns in this order or in another; looking on from the last one found is right nearly always.
  std::size_t expected = 0;
  for (;;) {
    switch (scanner.next(key, value)) {
      case LineScanner::Step::kEnd:
        return true;
      case LineScanner::Step::kBroken:
        return false;
      case LineScanner::Step::kMember:
        break;
    }
    if (value == "null") continue;
    std::size_t tried = 0;
    while (tried < kColumns.size() && kColumns[(expected + tried) % kColumns.size()].name != key) ++tried;
    if (tried < kColumns.size()) {
      const std::size_t found = (expected + tried) % kColumns.size();
      row.columns[found] = value;
      expected = found + 1;
    } else if (key == "addr_type") {
      row.addr_type = value;
    } else if (key == "record_id") {
      row.record_id = value;
    } else if (key == "received_ms") {
      row.received_ms = value;
    } else if (key == "kind") {
      row.notice = true;
    }
  }
}

bool is_text(string_view value) { return value.size() >= 2 && value.front() == '"'; }
bool is_number(string_view value) {
  return !value.empty() && (value.front() == '-' || (value.front() >= '0' && value.front() <= '9'));
}

void append_number(std::string& out, std::int64_t number) {
  std::array<char, 24> digits;
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number);
  out.append(digits.data(), end.ptr);
}

// Characters of a JSON string between its quotes: an escape of a control character has six bytes, another one two, and
// the bytes of one character of UTF-8 after the first are 10xxxxxx.
std::size_t length_of(string_view inner) {
  std::size_t length = 0;
  for (std::size_t at = 0; at < inner.size(); ++at) {
    if ((static_cast<unsigned char>(inner[at]) & 0xC0U) == 0x80U) continue;
    ++length;
    if (inner[at] == '\\') at += at + 1 < inner.size() && inner[at + 1] == 'u' ? 5 : 1;
  }
  return length;
}

void append_callsign(std::string& out, string_view text) {
  out += text.substr(0, text.size() - 1);
  const std::size_t length = length_of(text.substr(1, text.size() - 2));
  if (length < kCallsignWidth) out.append(kCallsignWidth - length, ' ');
  out += '"';
}

// False: no number of seconds that the column's int32 can hold.
bool append_seconds(std::string& out, string_view number) {
  std::int32_t seconds = 0;
  const auto [end, error] = std::from_chars(number.data(), number.data() + number.size(), seconds);
  const bool whole = end == number.data() + number.size();
  if (error != std::errc() || !(whole || *end == '.')) return false;
  // Cut to the second that had begun, before 1970 too.
  if (!whole && number.front() == '-') {
    if (seconds == std::numeric_limits<std::int32_t>::min()) return false;
    --seconds;
  }
  append_number(out, seconds);
  return true;
}

void append_address(std::string& out, const Row& row) {
  const string_view text = row.columns[kIcao24];
  out += row.addr_type == "\"other\"" ? "\"~" : "\"";
  out += text.substr(1);
}

void append_column(std::string& out, const Row& row, std::size_t index) {
  const ColumnDef& column = kColumns[index];
  const string_view value = row.columns[index];
  out += '"';
  out += column.name;
  out += "\":";
  switch (column.column) {
    case Column::kAddress:
      return append_address(out, row);
    case Column::kText:
      if (!is_text(value)) break;
      out += value;
      return;
    case Column::kCallsign:
      if (!is_text(value)) break;
      return append_callsign(out, value);
    case Column::kSeconds:
      if (!is_number(value) || !append_seconds(out, value)) break;
      return;
    case Column::kNumber:
      if (!is_number(value)) break;
      out += value;
      // As a float is printed by the converter: a reader that goes by looks must not take one for an integer.
      if (value.find('.') == value.npos) out += ".0";
      return;
    case Column::kFlag:
      if (value != "true" && value != "false") break;
      out += value == "true" ? '1' : '0';
      return;
  }
  out += "null";
}

// "<spool_id>-<seq>", with its quotes.
bool split_record_id(string_view record_id, string_view& spool_id, string_view& seq) {
  if (!is_text(record_id)) return false;
  record_id = record_id.substr(1, record_id.size() - 2);
  const auto dash = record_id.rfind('-');
  if (dash == record_id.npos) return false;
  spool_id = record_id.substr(0, dash);
  seq = record_id.substr(dash + 1);
  return !spool_id.empty() && !seq.empty() &&
         std::all_of(seq.begin(), seq.end(), [](char c) { return c >= '0' && c <= '9'; });
}

}  // namespace

DebeziumRow encode_debezium(string_view line, const DebeziumSettings& settings, std::int64_t processed_ms,
                            std::string& key, std::string& value) {
  static const std::string kValueHead = value_head();
  static const std::string kKeyHead = key_head();
  Row row;
  if (!scan(line, row)) return DebeziumRow::kBroken;
  if (row.notice) return DebeziumRow::kNotice;
  string_view spool_id;
  string_view seq;
  if (!is_text(row.columns[kIcao24]) || !is_number(row.received_ms) || !split_record_id(row.record_id, spool_id, seq)) {
    return DebeziumRow::kBroken;
  }
  if (!is_number(row.columns[kLongitude]) || !is_number(row.columns[kLatitude])) return DebeziumRow::kNoPosition;

  key.clear();
  if (settings.schema_block) key += kKeyHead;
  key += R"({"icao24":)";
  append_address(key, row);
  key += settings.schema_block ? "}}" : "}";

  value.clear();
  if (settings.schema_block) value += kValueHead;
  value += R"({"before":null,"after":{)";
  for (std::size_t index = 0; index < kColumns.size(); ++index) {
    if (index > 0) value += ',';
    append_column(value, row, index);
  }
  value += R"(},"source":{"version":"1.8.0.Final","connector":"mysql","name":"dbserver1","ts_ms":)";
  value += row.received_ms;
  value += R"(,"snapshot":"false","db":"final","sequence":null,"table":"flights","server_id":0,"gtid":null,"file":")";
  value += spool_id;
  value += R"(","pos":)";
  value += seq;
  value += R"(,"row":0,"thread":null,"query":null},"op":"c","ts_ms":)";
  append_number(value, processed_ms);
  value += R"(,"transaction":null})";
  if (settings.schema_block) value += '}';
  return DebeziumRow::kWritten;
}

std::optional<std::string> debezium_value(string_view line, const DebeziumSettings& settings,
                                          std::int64_t processed_ms) {
  std::string key;
  std::string value;
  if (encode_debezium(line, settings, processed_ms, key, value) != DebeziumRow::kWritten) return std::nullopt;
  return value;
}

}  // namespace airspool::uplink
