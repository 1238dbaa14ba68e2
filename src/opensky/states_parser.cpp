// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <iterator>
#include <optional>
#include <string>
#include <utility>

#include <nlohmann/json.hpp>

#include <airspool/opensky/states_parser.h>

#include "json_input.h"

namespace airspool::opensky {
namespace {

constexpr int kMaxDepth = 16;
constexpr std::size_t kRowElements = 17;
constexpr std::size_t kMaxCallsign = 8;
constexpr std::size_t kMaxCountry = 64;
constexpr double kFirstTime = 946'684'800;   // 2000-01-01
constexpr double kLastTime = 4'102'444'800;  // 2100-01-01
constexpr int kLastCategory = 20;
constexpr std::size_t kSensorsColumn = 12;
constexpr std::size_t kMaxSensors = 64;  // of one row; more are left out
constexpr double kLastSerial = 2'147'483'647;

bool is_squawk(std::string_view text) {
  return text.size() == 4 && std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '7'; });
}

std::string_view trimmed(std::string_view text) {
  const auto first = text.find_first_not_of(' ');
  if (first == text.npos) return {};
  return text.substr(first, text.find_last_not_of(' ') - first + 1);
}

// A scalar of the JSON text. What nlohmann tells apart and we do not, is one.
struct Scalar {
  enum class Kind : std::uint8_t { kNull, kBool, kNumber, kText };
  Kind kind = Kind::kNull;
  bool yes = false;
  double number = 0.0;
  std::string_view text;
};

// The row being read. The first reason against it stands.
class Row {
 public:
  void element(const Scalar& value) {
    if (!reject_) take(index_, value);
    ++index_;
  }
  // An array or object in the place of a scalar: OpenSky's list of sensors, or an element of a later API.
  void nested(bool array) {
    in_sensors_ = array && index_ == kSensorsColumn;
    if (index_ < kRowElements && !in_sensors_) reject(RowReject::kNotARow);
    ++index_;
  }
  // An element of that array.
  void inner_element(const Scalar& value) {
    if (!in_sensors_ || reject_) return;
    const bool is_serial = value.kind == Scalar::Kind::kNumber && std::abs(value.number) <= kLastSerial &&
                           value.number == std::trunc(value.number);
    if (!is_serial) return reject(RowReject::kType);
    std::vector<int>& sensors = out_.state.sensors;
    if (sensors.size() < kMaxSensors) sensors.push_back(static_cast<int>(value.number));
  }

  // The row is complete.
  std::optional<RowReject> finish() {
    if (index_ < kRowElements) reject(RowReject::kTooShort);
    if (longitude_ && latitude_) {
      const bool on_globe = std::abs(*latitude_) <= 90.0 && std::abs(*longitude_) <= 180.0;
      if (!on_globe) reject(RowReject::kPosition);
      out_.state.position = GeoPosition{*latitude_, *longitude_};
    }
    return reject_;
  }
  OpenSkyState& state() { return out_; }

 private:
  void reject(RowReject reason) {
    if (!reject_) reject_ = reason;
  }

  // Column numbers: REST API, "All State Vectors", response.
  void take(std::size_t column, const Scalar& value) {
    StateVector& state = out_.state;
    switch (column) {
      case 0:
        return take_address(value);
      case 1:
        return take_text(value, kMaxCallsign, state.callsign);
      case 2:
        return take_text(value, kMaxCountry, state.origin_country);
      case 3:
        take_number(value, out_.time_position_s);
        if (out_.time_position_s) check_time(*out_.time_position_s);
        return;
      case 4:
        if (value.kind != Scalar::Kind::kNumber) return reject(RowReject::kType);
        out_.last_contact_s = value.number;
        return check_time(value.number);
      case 5:
        return take_number(value, longitude_);
      case 6:
        return take_number(value, latitude_);
      case 7:
        return take_number(value, state.baro_altitude_m);
      case 8:
        return take_bool(value, state.on_ground);
      case 9:
        return take_number(value, state.ground_speed_mps);
      case 10:
        return take_number(value, state.true_track_deg);
      case 11:
        return take_number(value, state.vertical_rate_mps);
      case kSensorsColumn:
        if (value.kind != Scalar::Kind::kNull) reject(RowReject::kType);
        return;
      case 13:
        return take_number(value, state.geo_altitude_m);
      case 14:
        take_text(value, kMaxCallsign, state.squawk);
        if (!is_squawk(state.squawk)) state.squawk.clear();
        return;
      case 15:
        return take_bool(value, state.spi);
      case 16:
        return take_position_source(value);
      case 17:
        // Without `extended` there is no category; one that is new to us is none.
        if (value.kind == Scalar::Kind::kNumber && value.number >= 0 && value.number <= kLastCategory) {
          state.category = static_cast<int>(value.number);
        }
        return;
      default:
        return;
    }
  }

  void take_address(const Scalar& value) {
    if (value.kind != Scalar::Kind::kText) return reject(RowReject::kType);
    const auto address = Icao24::parse(value.text);
    if (!address || !address->is_icao()) return reject(RowReject::kAddress);
    out_.state.icao24 = *address;
  }

  void take_text(const Scalar& value, std::size_t longest, std::string& out) {
    if (value.kind == Scalar::Kind::kNull) return;
    if (value.kind != Scalar::Kind::kText) return reject(RowReject::kType);
    const std::string_view text = trimmed(value.text);
    if (text.size() > longest) return reject(RowReject::kText);
    out = text;
  }

  void take_number(const Scalar& value, std::optional<double>& out) {
    if (value.kind == Scalar::Kind::kNull) return;
    if (value.kind != Scalar::Kind::kNumber) return reject(RowReject::kType);
    out = value.number;
  }

  void take_bool(const Scalar& value, bool& out) {
    if (value.kind == Scalar::Kind::kNull) return;
    if (value.kind != Scalar::Kind::kBool) return reject(RowReject::kType);
    out = value.yes;
  }

  void take_position_source(const Scalar& value) {
    const bool known = value.kind == Scalar::Kind::kNumber && value.number >= 0 && value.number <= 3;
    if (!known) return reject(RowReject::kType);
    out_.state.position_source = static_cast<PositionSource>(static_cast<int>(value.number));
  }

  void check_time(double seconds) {
    if (!(seconds >= kFirstTime && seconds <= kLastTime)) reject(RowReject::kTime);
  }

  OpenSkyState out_;
  std::optional<double> longitude_;
  std::optional<double> latitude_;
  std::size_t index_ = 0;
  bool in_sensors_ = false;
  std::optional<RowReject> reject_;
};

// nlohmann's events. False from any of them ends the reading.
class States {
 public:
  States(OpenSkyAnswer& answer, ParseReport& report) : answer_(answer), report_(report) {}

  bool null() { return scalar({}); }
  bool boolean(bool yes) { return scalar({Scalar::Kind::kBool, yes, 0.0, {}}); }
  bool number_integer(std::int64_t value) { return number(static_cast<double>(value)); }
  bool number_unsigned(std::uint64_t value) { return number(static_cast<double>(value)); }
  bool number_float(double value, const std::string& /*as_given*/) { return number(value); }
  bool string(const std::string& text) { return scalar({Scalar::Kind::kText, false, 0.0, text}); }
  bool binary(nlohmann::json::binary_t& /*no JSON text holds any*/) { return false; }

  bool start_object(std::size_t /*unknown*/) { return open(false); }
  bool end_object() { return close(); }
  bool start_array(std::size_t /*unknown*/) { return open(true); }
  bool end_array() { return close(); }

  bool key(const std::string& text) {
    if (depth_ == 1) {
      member_ = text == "time" ? Member::kTime : text == "states" ? Member::kStates : Member::kOther;
    }
    return true;
  }

  bool parse_error(std::size_t /*position*/, const std::string& /*token*/, const nlohmann::json::exception& /*why*/) {
    return false;
  }

  [[nodiscard]] bool complete() const { return has_time_ && has_states_; }
  [[nodiscard]] bool too_many() const { return too_many_; }

 private:
  enum class Member : std::uint8_t { kOther, kTime, kStates };

  [[nodiscard]] bool in_states() const { return member_ == Member::kStates; }

  // Depth 1 is inside of the answer, 2 inside of the list of rows, 3 inside of a row.
  bool open(bool array) {
    if (depth_ == 0 && array) return false;
    if (depth_ == 1 && member_ == Member::kTime) return false;
    if (depth_ == 1 && in_states()) {
      if (!array) return false;
      has_states_ = true;
    }
    if (depth_ == 2 && in_states()) {
      if (!room()) return false;
      in_row_ = array;
      row_ = Row{};
      if (!array) count(RowReject::kNotARow);
    }
    if (depth_ == 3 && in_row_) row_.nested(array);
    ++depth_;
    return depth_ <= kMaxDepth;
  }

  bool close() {
    --depth_;
    if (depth_ == 2 && in_row_) {
      in_row_ = false;
      if (const auto reason = row_.finish()) {
        count(*reason);
      } else {
        answer_.states.push_back(std::move(row_.state()));
      }
    }
    return true;
  }

  bool number(double value) { return scalar({Scalar::Kind::kNumber, false, value, {}}); }

  bool scalar(const Scalar& value) {
    if (depth_ == 0) return false;
    if (depth_ == 1 && member_ == Member::kTime) {
      answer_.time_s = value.number;
      has_time_ = value.kind == Scalar::Kind::kNumber && value.number >= kFirstTime && value.number <= kLastTime;
      return has_time_;
    }
    if (depth_ == 1 && in_states()) {
      has_states_ = value.kind == Scalar::Kind::kNull;
      return has_states_;
    }
    if (depth_ == 2 && in_states()) {
      count(RowReject::kNotARow);
      return room();
    }
    if (depth_ == 3 && in_row_) row_.element(value);
    if (depth_ == 4 && in_row_) row_.inner_element(value);
    return true;
  }

  bool room() {
    too_many_ = ++rows_ > kMaxRows;
    return !too_many_;
  }
  void count(RowReject reason) { ++report_.rejected[static_cast<std::size_t>(reason)]; }

  OpenSkyAnswer& answer_;
  ParseReport& report_;
  int depth_ = 0;
  Member member_ = Member::kOther;
  bool in_row_ = false;
  bool has_time_ = false;
  bool has_states_ = false;
  bool too_many_ = false;
  std::size_t rows_ = 0;
  Row row_;
};

Error refusal(const Input& input, const States& states, bool parsed, AnswerFault& fault) {
  if (input.error()) {
    fault = AnswerFault::kRead;
    return *input.error();
  }
  if (states.too_many()) {
    fault = AnswerFault::kTooManyRows;
    return {ErrorCode::kInvalidData, "the answer has more than " + std::to_string(kMaxRows) + " rows"};
  }
  if (input.first() != 0 && input.first() != '{') {
    fault = AnswerFault::kNotJson;
    return {ErrorCode::kInvalidData, input.first() == '<'
                                         ? "the answer is a web page, not data: a login page of the network, or the "
                                           "wrong base_url"
                                         : "the answer is not JSON: check base_url"};
  }
  if (!parsed && input.ended_early()) {
    fault = AnswerFault::kCut;
    return {ErrorCode::kInvalidData, "the answer ends too early"};
  }
  fault = AnswerFault::kMalformed;
  return {ErrorCode::kInvalidData, "the answer is broken JSON, or not one of /states: check base_url"};
}

}  // namespace

BootTime OpenSkyAnswer::boot_time_of(double value_time_s) const {
  const double age_s = std::clamp(time_s - value_time_s, 0.0, kLastTime);
  return received - std::chrono::duration_cast<Nanoseconds>(std::chrono::duration<double>(age_s));
}

std::string_view name(RowReject reason) {
  switch (reason) {
    case RowReject::kNotARow:
      return "not_a_row";
    case RowReject::kTooShort:
      return "too_short";
    case RowReject::kType:
      return "type";
    case RowReject::kAddress:
      return "address";
    case RowReject::kTime:
      return "time";
    case RowReject::kPosition:
      return "position";
    case RowReject::kText:
      return "text";
  }
  return "unknown";
}

Result<OpenSkyAnswer> parse_states(const ByteSource& read, ParseReport* report) {
  *report = {};
  Input input(read);
  OpenSkyAnswer answer;
  States states(answer, *report);
  const bool parsed = nlohmann::json::sax_parse(InputIterator(input), InputIterator(), &states);
  if (parsed && states.complete() && !input.error()) return answer;
  Error error = refusal(input, states, parsed, report->fault);
  report->rejected = {};  // of an answer that counts for nothing
  return tl::unexpected(std::move(error));
}

}  // namespace airspool::opensky
