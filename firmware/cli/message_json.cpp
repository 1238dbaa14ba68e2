// SPDX-License-Identifier: Apache-2.0
#include "cli/message_json.h"

#include <concepts>
#include <optional>
#include <variant>

#include <airspool/core/decimal.h>

namespace airspool::cli {
namespace {

constexpr char kHexDigits[] = "0123456789abcdef";
constexpr int kDecimals = 4;

// Writes `"key":value` pairs; a missing value writes nothing.
class Fields {
 public:
  explicit Fields(std::string& out) : out_(out) {}

  void number(std::string_view key, std::optional<double> value, int decimals = kDecimals) {
    if (!value) return;
    name(key);
    append_decimal(out_, *value, decimals);
  }
  template <std::integral Integer>
  void number(std::string_view key, Integer value) {
    name(key);
    out_ += std::to_string(value);
  }
  void text(std::string_view key, std::string_view value) {
    name(key);
    append_json_string(out_, value);
  }
  void flag(std::string_view key, bool value) {
    name(key);
    out_ += value ? "true" : "false";
  }
  void cpr(const modes::CprPosition& position) {
    name("cpr");
    out_ += "{\"lat\":" + std::to_string(position.latitude) + ",\"lon\":" + std::to_string(position.longitude) +
            ",\"odd\":" + (position.odd ? "true" : "false") + '}';
  }

 private:
  void name(std::string_view key) {
    out_ += first_ ? '{' : ',';
    first_ = false;
    append_json_string(out_, key);
    out_ += ':';
  }

  std::string& out_;
  bool first_ = true;
};

// Register 0x05 is written "0,5".
std::string register_name(std::uint16_t bds) { return {kHexDigits[bds >> 4U & 0xFU], ',', kHexDigits[bds & 0xFU]}; }

std::string interrogator_name(std::uint8_t code) {
  return code < 16 ? "II" + std::to_string(code) : "SI" + std::to_string(code - 15);
}

std::string_view origin_name(modes::SquitterOrigin origin) {
  switch (origin) {
    case modes::SquitterOrigin::kTransponder:
      return "transponder";
    case modes::SquitterOrigin::kNonTransponder:
      return "non-transponder";
    case modes::SquitterOrigin::kTisb:
      return "tis-b";
    case modes::SquitterOrigin::kAdsr:
      break;
  }
  return "ads-r";
}

// One overload a kind of body: std::visit makes the compiler ask for one when a kind is added.
struct BodyPrinter {
  Fields& fields;
  bool has_flight_status;  // DF0 and DF16 have an altitude, but neither alert nor SPI

  void operator()(const modes::OtherSquitter& /*unused*/) const {}
  void operator()(const modes::CommD& /*unused*/) const {}

  void operator()(const modes::Identification& body) const {
    if (body.callsign.length != 0) fields.text("callsign", body.callsign.view());
    const char category[] = {static_cast<char>('A' + (body.category_set - 0xA)),
                             static_cast<char>('0' + body.category_code)};
    fields.text("category", std::string_view(category, sizeof category));
  }
  void operator()(const modes::AirbornePosition& body) const {
    fields.number("baro_altitude_m", body.baro_altitude_m);
    fields.number("geo_altitude_m", body.geo_altitude_m);
    if (body.cpr) fields.cpr(*body.cpr);
    status(body.alert, body.spi);
  }
  void operator()(const modes::SurfacePosition& body) const {
    fields.number("ground_speed_mps", body.ground_speed_mps);
    fields.number("true_track_deg", body.true_track_deg);
    fields.cpr(body.cpr);
  }
  void operator()(const modes::Velocity& body) const {
    fields.number("ground_speed_mps", body.ground_speed_mps);
    fields.number("true_track_deg", body.true_track_deg);
    fields.number("heading_deg", body.heading_deg);
    fields.number(body.airspeed_is_true ? "true_airspeed_mps" : "indicated_airspeed_mps", body.airspeed_mps);
    fields.number("vertical_rate_mps", body.vertical_rate_mps);
    fields.number("geo_minus_baro_m", body.geo_minus_baro_m);
  }
  void operator()(const modes::AllCallReply& body) const {
    fields.number("capability", body.capability);
    fields.text("interrogator_code", interrogator_name(body.interrogator_code));
  }
  void operator()(const modes::AltitudeReply& body) const {
    fields.number("baro_altitude_m", body.baro_altitude_m);
    if (has_flight_status) status(body.alert, body.spi);
  }
  void operator()(const modes::IdentityReply& body) const {
    fields.text("squawk", std::string_view(body.squawk.data(), body.squawk.size()));
    status(body.alert, body.spi);
  }

  void status(bool alert, bool spi) const {
    fields.flag("alert", alert);
    fields.flag("spi", spi);
  }
};

}  // namespace

void append_json_string(std::string& out, std::string_view text) {
  out += '"';
  for (const char character : text) {
    const auto byte = static_cast<unsigned char>(character);
    if (character == '"' || character == '\\') {
      out += '\\';
      out += character;
    } else if (byte >= 0x20 && byte < 0x7F) {
      out += character;
    } else {
      out += "\\\\x";
      out += kHexDigits[byte >> 4U];
      out += kHexDigits[byte & 0xFU];
    }
  }
  out += '"';
}

void append_message_json(std::string& out, const modes::Message& message) {
  Fields fields(out);
  fields.number("df", message.df);
  fields.text("icao24", message.address.hex());
  if (!message.address.is_icao()) fields.text("addr_type", "other");
  if (message.df == 18) fields.text("origin", origin_name(message.origin));
  if (message.typecode) fields.number("typecode", *message.typecode);
  if (message.bds) fields.text("bds", register_name(*message.bds));
  if (message.vertical_status != modes::VerticalStatus::kUnknown) {
    fields.flag("on_ground", message.vertical_status == modes::VerticalStatus::kOnGround);
  }
  std::visit(BodyPrinter{fields, message.df != 0 && message.df != 16}, message.body);
  out += '}';
}

}  // namespace airspool::cli
