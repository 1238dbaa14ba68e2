// SPDX-License-Identifier: Apache-2.0
#include <array>

#include <nlohmann/json.hpp>

#include <airspool/core/decimal.h>
#include <airspool/spool/record_table.h>

namespace airspool::spool {
namespace {

using nlohmann::json;

// In the order of append_ndjson (record_codec.cpp); a test holds the two together.
constexpr std::array kColumns = {"schema",
                                 "record_id",
                                 "station_id",
                                 "seq",
                                 "icao24",
                                 "addr_type",
                                 "callsign",
                                 "origin_country",
                                 "country_code",
                                 "time_position",
                                 "last_contact",
                                 "event_time_ms",
                                 "longitude",
                                 "latitude",
                                 "baro_altitude",
                                 "geo_altitude",
                                 "velocity",
                                 "true_track",
                                 "vertical_rate",
                                 "on_ground",
                                 "spi",
                                 "squawk",
                                 "position_source",
                                 "category",
                                 "sensors",
                                 "source",
                                 "field_sources",
                                 "received_ms",
                                 "time_quality",
                                 "nic",
                                 "rc",
                                 "nac_p",
                                 "sil",
                                 "adsb_version",
                                 "rssi",
                                 "selected_altitude",
                                 "roll",
                                 "mach",
                                 "indicated_airspeed",
                                 "true_airspeed",
                                 "wind_speed",
                                 "wind_direction",
                                 "temperature",
                                 "emergency"};

constexpr std::string_view kEnd = "\r\n";

void append_cell(std::string& out, const std::string& text) {
  if (text.find_first_of(",\"\r\n") == std::string::npos) {
    out += text;
    return;
  }
  out += '"';
  for (const char c : text) {
    if (c == '"') out += '"';
    out += c;
  }
  out += '"';
}

}  // namespace

struct LineReader::Parsed {
  json line;
};

LineReader::LineReader() : parsed_(std::make_unique<Parsed>()) {}
LineReader::~LineReader() = default;

std::string csv_header() {
  std::string out;
  for (const char* column : kColumns) {
    if (!out.empty()) out += ',';
    out += column;
  }
  out += kEnd;
  return out;
}

Result<Line> LineReader::read(std::string_view line) {
  json& object = parsed_->line;
  object = json::parse(line, nullptr, false);
  if (!object.is_object()) return fail(ErrorCode::kInvalidData, "a line is no JSON object");
  Line read;
  if (object.contains("kind")) return read;
  const auto seq = object.find("seq");
  const auto id = object.find("record_id");
  const auto time = object.find("event_time_ms");
  const bool whole = seq != object.end() && seq->is_number_integer() && id != object.end() && id->is_string() &&
                     time != object.end() && time->is_number_integer();
  if (!whole) return fail(ErrorCode::kInvalidData, "a record without seq, record_id or event_time_ms");
  read.is_record = true;
  read.seq = seq->get<std::int64_t>();
  read.record_id = id->get<std::string>();
  read.event_ms = time->get<std::int64_t>();
  return read;
}

void LineReader::append_csv(std::string& out) const {
  bool first = true;
  for (const char* column : kColumns) {
    if (!first) out += ',';
    first = false;
    const auto value = parsed_->line.find(column);
    if (value == parsed_->line.end() || value->is_null()) continue;
    if (value->is_number_float()) {
      append_shortest(out, value->get<double>());
    } else {
      append_cell(out, value->is_string() ? value->get<std::string>()
                                          : value->dump(-1, ' ', false, json::error_handler_t::replace));
    }
  }
  out += kEnd;
}

}  // namespace airspool::spool
