// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <string_view>

#include <airspool/core/decimal.h>
#include <airspool/spool/record_codec.h>

#include "held_text.h"

namespace airspool::spool {
namespace {

constexpr int kSchema = 1;
constexpr std::string_view kReplacement = "\xEF\xBF\xBD";  // U+FFFD in UTF-8

// Length of the well-formed UTF-8 sequence that `text` starts with (RFC 3629), or 0.
std::size_t utf8_length(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const auto in = [](unsigned value, unsigned low, unsigned high) { return value >= low && value <= high; };
  const unsigned lead = byte(0);
  std::size_t length = 0;
  unsigned second_low = 0x80;
  unsigned second_high = 0xBF;
  if (lead < 0x80) return 1;
  if (in(lead, 0xC2, 0xDF)) {
    length = 2;
  } else if (in(lead, 0xE0, 0xEF)) {
    length = 3;
    if (lead == 0xE0) second_low = 0xA0;   // no overlong forms
    if (lead == 0xED) second_high = 0x9F;  // no surrogates
  } else if (in(lead, 0xF0, 0xF4)) {
    length = 4;
    if (lead == 0xF0) second_low = 0x90;
    if (lead == 0xF4) second_high = 0x8F;  // nothing past U+10FFFF
  } else {
    return 0;
  }
  if (text.size() < length || !in(byte(1), second_low, second_high)) return 0;
  for (std::size_t i = 2; i < length; ++i) {
    if (!in(byte(i), 0x80, 0xBF)) return 0;
  }
  return length;
}

void append_string(std::string& out, std::string_view text) {
  constexpr std::string_view kHex = "0123456789abcdef";
  out += '"';
  while (!text.empty()) {
    const auto first = static_cast<unsigned char>(text.front());
    const std::size_t length = utf8_length(text);
    if (length == 0) {
      out += kReplacement;
      text.remove_prefix(1);
      continue;
    }
    if (first == '"' || first == '\\') {
      out += '\\';
      out += text.front();
    } else if (first < 0x20) {
      out += "\\u00";
      out += kHex[first >> 4U];
      out += kHex[first & 0xFU];
    } else {
      out += text.substr(0, length);
    }
    text.remove_prefix(length);
  }
  out += '"';
}

void append_key(std::string& out, std::string_view key) {
  if (out.back() != '{') out += ',';
  out += '"';
  out += key;
  out += "\":";
}

void add(std::string& out, std::string_view key, std::string_view value) {
  append_key(out, key);
  append_string(out, value);
}

void add_if_known(std::string& out, std::string_view key, std::string_view value) {
  if (!value.empty()) add(out, key, value);
}

void add(std::string& out, std::string_view key, std::int64_t value) {
  append_key(out, key);
  out += std::to_string(value);
}

void add(std::string& out, std::string_view key, bool value) {
  append_key(out, key);
  out += value ? "true" : "false";
}

// At most `decimals` decimals. What is unknown or not finite is left out.
void add(std::string& out, std::string_view key, std::optional<double> value, int decimals) {
  if (!value || !std::isfinite(*value)) return;
  append_key(out, key);
  append_decimal(out, *value, decimals);
}

void add(std::string& out, std::string_view key, std::optional<int> value) {
  if (value) add(out, key, std::int64_t{*value});
}

std::int64_t milliseconds(WallTime time) {
  return std::chrono::floor<std::chrono::milliseconds>(time).time_since_epoch().count();
}

// Seconds with at most three decimals. In whole numbers throughout: a double would round the milliseconds of some
// times.
void append_seconds(std::string& out, WallTime time) {
  const std::int64_t ms = milliseconds(time);
  const std::int64_t magnitude = ms < 0 ? -ms : ms;
  if (ms < 0) out += '-';
  out += std::to_string(magnitude / 1000);
  if (const std::int64_t fraction = magnitude % 1000; fraction != 0) {
    std::string digits = std::to_string(1000 + fraction).substr(1);
    digits.erase(digits.find_last_not_of('0') + 1);
    out += '.';
    out += digits;
  }
}

void append_milliseconds(std::string& out, WallTime time) { out += std::to_string(milliseconds(time)); }

// How times are printed: placed on a calendar...
struct Placed {
  const Calendar& calendar;

  void seconds(std::string& out, const RecordTime& time) const { append_seconds(out, time.on(calendar)); }
  void milliseconds(std::string& out, const RecordTime& time) const { append_milliseconds(out, time.on(calendar)); }
  void quality(std::string& out) const { out += std::to_string(static_cast<int>(calendar.quality)); }
};

// ... or as a mark that says what is to be put there: 0x01, a letter, boot time in ns, 0x01.
constexpr char kMark = '\x01';
constexpr char kSecondsMark = 's';
constexpr char kMillisecondsMark = 'm';
constexpr char kQualityMark = 'q';

struct Marked {
  static void mark(std::string& out, char what, std::int64_t number) {
    out += kMark;
    out += what;
    out += std::to_string(number);
    out += kMark;
  }
  static std::int64_t boot_ns(const RecordTime& time) { return time.in_boot_time({}).time_since_epoch().count(); }

  void seconds(std::string& out, const RecordTime& time) const {
    if (time.is_given()) return append_seconds(out, time.on({}));
    mark(out, kSecondsMark, boot_ns(time));
  }
  void milliseconds(std::string& out, const RecordTime& time) const {
    if (time.is_given()) return append_milliseconds(out, time.on({}));
    mark(out, kMillisecondsMark, boot_ns(time));
  }
  void quality(std::string& out) const { mark(out, kQualityMark, 0); }
};

// An angle in [low, low + 360) that stays there when it is printed: 359.999 becomes 0 with two decimals, not 360.
double wrap_rounded(double angle, double low, double half_unit) {
  return angle >= low + 360.0 - half_unit ? low : angle;
}

void add_position(std::string& out, const Record& record) {
  if (!record.state.position) return;
  const auto [latitude, longitude] = *record.state.position;
  if (!std::isfinite(latitude) || !std::isfinite(longitude)) return;
  if (record.source == RecordSource::kOpenSky || record.from_opensky.contains(RecordField::kLatitude)) {
    append_key(out, "longitude");
    append_shortest(out, longitude);
    append_key(out, "latitude");
    append_shortest(out, latitude);
    return;
  }
  constexpr int kDecimals = 5;
  add(out, "longitude", wrap_rounded(longitude, -180.0, 0.5e-5), kDecimals);
  add(out, "latitude", latitude, kDecimals);
}

std::string_view name_of(RecordSource source) {
  constexpr std::array<std::string_view, 4> kNames = {"radio", "opensky", "fused", "sim"};
  return kNames.at(static_cast<std::size_t>(source));
}

void add_sensors(std::string& out, const std::vector<int>& sensors) {
  if (sensors.empty()) return;
  append_key(out, "sensors");
  out += '[';
  for (const int serial : sensors) {
    if (out.back() != '[') out += ',';
    out += std::to_string(serial);
  }
  out += ']';
}

// Which fields OpenSky gave to a record of both.
void add_field_sources(std::string& out, const Record& record) {
  if (record.source != RecordSource::kFused) return;
  append_key(out, "field_sources");
  out += '[';
  for (std::size_t field = 0; field < kRecordFieldKeys.size(); ++field) {
    if (!record.from_opensky.contains(static_cast<RecordField>(field))) continue;
    if (out.back() != '[') out += ',';
    append_string(out, kRecordFieldKeys[field]);
  }
  out += ']';
}

void add_extended(std::string& out, const ExtendedState& state) {
  const auto number = [&](std::string_view key, std::optional<float> value, int decimals) {
    if (value) add(out, key, std::optional<double>(*value), decimals);
  };
  number("selected_altitude", state.selected_altitude_m, 2);
  number("roll", state.roll_deg, 2);
  number("mach", state.mach, 3);
  number("indicated_airspeed", state.indicated_airspeed_mps, 2);
  number("true_airspeed", state.true_airspeed_mps, 2);
  number("wind_speed", state.wind_speed_mps, 1);
  if (state.wind_direction_deg) add(out, "wind_direction", wrap_rounded(*state.wind_direction_deg, 0.0, 0.05), 1);
  number("temperature", state.temperature_c, 1);
  if (state.emergency && *state.emergency < kEmergencyNames.size()) {
    add(out, "emergency", kEmergencyNames.at(*state.emergency));
  }
}

template <typename Times>
void append_record(std::string& out, const Record& record, const Times& times) {
  const StateVector& state = record.state;
  out += '{';
  add(out, "schema", std::int64_t{kSchema});
  if (!record.spool_id.empty()) add(out, "record_id", record.spool_id + '-' + std::to_string(record.seq));
  add(out, "station_id", record.station_id);
  if (!record.spool_id.empty()) add(out, "seq", record.seq);
  add(out, "icao24", state.icao24.hex());
  add(out, "addr_type", std::string_view(state.icao24.is_icao() ? "icao" : "other"));
  add_if_known(out, "callsign", state.callsign);
  add_if_known(out, "origin_country", state.origin_country);
  add_if_known(out, "country_code", state.country_code);
  if (record.time_position) {
    append_key(out, "time_position");
    times.seconds(out, *record.time_position);
  }
  append_key(out, "last_contact");
  times.seconds(out, record.last_contact);
  append_key(out, "event_time_ms");
  times.milliseconds(out, record.last_contact);
  add_position(out, record);
  add(out, "baro_altitude", state.baro_altitude_m, 2);
  add(out, "geo_altitude", state.geo_altitude_m, 2);
  add(out, "velocity", state.ground_speed_mps, 2);
  if (state.true_track_deg) add(out, "true_track", wrap_rounded(*state.true_track_deg, 0.0, 0.005), 2);
  add(out, "vertical_rate", state.vertical_rate_mps, 2);
  add(out, "on_ground", state.on_ground);
  add(out, "spi", state.spi);
  add_if_known(out, "squawk", state.squawk);
  add(out, "position_source", static_cast<std::int64_t>(state.position_source));
  add(out, "category", state.category);
  add_sensors(out, state.sensors);
  add(out, "source", name_of(record.source));
  add_field_sources(out, record);
  append_key(out, "received_ms");
  times.milliseconds(out, record.received);
  append_key(out, "time_quality");
  times.quality(out);
  add(out, "nic", state.nic);
  add(out, "rc", state.rc_m, 2);
  add(out, "nac_p", state.nac_p);
  add(out, "sil", state.sil);
  add(out, "adsb_version", state.adsb_version);
  add(out, "rssi", state.rssi_dbfs, 0);
  add_extended(out, state.extended);
  out += "}\n";
}

}  // namespace

void append_ndjson(std::string& out, const Record& record, const Calendar& calendar) {
  append_record(out, record, Placed{calendar});
}

void append_held(std::string& out, const Record& record) { append_record(out, record, Marked{}); }

Result<std::string> place_held(std::string_view held, const Calendar& calendar) {
  const auto broken = [] { return fail(ErrorCode::kInvalidData, "a held batch has marks that are none"); };
  std::string out;
  out.reserve(held.size());
  for (;;) {
    const std::size_t begin = held.find(kMark);
    out += held.substr(0, begin);
    if (begin == std::string_view::npos) return out;
    const std::size_t end = held.find(kMark, begin + 1);
    if (end == std::string_view::npos || end - begin < 3) return broken();
    std::int64_t since_boot_ns = 0;
    const char* const digits = held.data() + begin + 2;
    const auto [stopped, error] = std::from_chars(digits, held.data() + end, since_boot_ns);
    std::int64_t wall_ns = 0;
    if (error != std::errc() || stopped != held.data() + end ||
        __builtin_add_overflow(calendar.boot_zero.time_since_epoch().count(), since_boot_ns, &wall_ns)) {
      return broken();
    }
    const WallTime wall{Nanoseconds(wall_ns)};
    switch (held[begin + 1]) {
      case kSecondsMark:
        append_seconds(out, wall);
        break;
      case kMillisecondsMark:
        append_milliseconds(out, wall);
        break;
      case kQualityMark:
        Placed{calendar}.quality(out);
        break;
      default:
        return broken();
    }
    held.remove_prefix(end + 1);
  }
}

}  // namespace airspool::spool
