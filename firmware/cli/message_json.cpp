// SPDX-License-Identifier: Apache-2.0
#include "cli/message_json.h"

#include <concepts>
#include <optional>
#include <variant>

#include <airspool/core/decimal.h>
#include <airspool/modes/comm_b.h>

namespace airspool::cli {
namespace {

constexpr char kHexDigits[] = "0123456789abcdef";
constexpr int kDecimals = 4;

// Register 0x05 is written "0,5".
std::string register_name(std::uint16_t bds) { return {kHexDigits[bds >> 4U & 0xFU], ',', kHexDigits[bds & 0xFU]}; }

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
  template <std::integral Integer>
  void number(std::string_view key, std::optional<Integer> value) {
    if (value) number(key, *value);
  }
  void flag(std::string_view key, bool value) {
    name(key);
    out_ += value ? "true" : "false";
  }
  void flag(std::string_view key, std::optional<bool> value) {
    if (value) flag(key, *value);
  }
  void name_of(std::string_view key, const modes::Callsign& callsign) {
    if (callsign.length != 0) text(key, callsign.view());
  }
  void candidates(const modes::CommBInference& inferred) {
    if (inferred.count == 0) return;
    constexpr int kProbabilityDecimals = 3;
    name("bds_candidates");
    char before = '{';
    for (const modes::CommBCandidate& candidate : inferred.view()) {
      out_ += before;
      append_json_string(out_, register_name(candidate.bds));
      out_ += ':';
      append_decimal(out_, candidate.probability, kProbabilityDecimals);
      before = ',';
    }
    out_ += '}';
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
      return "ads-r";
    case modes::SquitterOrigin::kManagement:
      return "management";
    case modes::SquitterOrigin::kReserved:
      break;
  }
  return "reserved";
}

std::string_view source_name(modes::AltitudeSource source) {
  switch (source) {
    case modes::AltitudeSource::kMcp:
      return "mcp";
    case modes::AltitudeSource::kFms:
      return "fms";
    case modes::AltitudeSource::kAircraft:
      return "aircraft";
    case modes::AltitudeSource::kUnknown:
      break;
  }
  return "unknown";
}

// ARA, RAC and the like bit by bit, the first sent first.
std::string bits_of(unsigned value, unsigned width) {
  std::string text;
  for (unsigned bit = width; bit-- > 0;) text += (value >> bit & 1U) != 0 ? '1' : '0';
  return text;
}

std::string hex_of(const modes::MbField& field) {
  std::string text;
  for (const std::uint8_t byte : field) text += {kHexDigits[byte >> 4U], kHexDigits[byte & 0xFU]};
  return text;
}

// One overload a kind of body: std::visit makes the compiler ask for one when a kind is added. Some kinds are contents
// of registers too.
struct SquitterPrinter {
  Fields& fields;

  void operator()(const modes::OtherSquitter& /*unused*/) const {}

  void operator()(const modes::Identification& body) const {
    fields.name_of("callsign", body.callsign);
    const char category[] = {static_cast<char>('A' + (body.category_set - 0xA)),
                             static_cast<char>('0' + body.category_code)};
    fields.text("category", std::string_view(category, sizeof category));
  }
  void operator()(const modes::AirbornePosition& body) const {
    fields.number("baro_altitude_m", body.baro_altitude_m);
    fields.number("geo_altitude_m", body.geo_altitude_m);
    if (body.cpr) fields.cpr(*body.cpr);
    fields.flag("nic_b", body.nic_b);
    status(body.alert, body.spi);
  }
  void operator()(const modes::CoarsePosition& body) const {
    fields.number("baro_altitude_m", body.baro_altitude_m);
    fields.number("ground_speed_mps", body.ground_speed_mps);
    fields.number("true_track_deg", body.true_track_deg);
    fields.cpr(body.cpr);
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
    if (body.vertical_rate_mps) fields.text("vertical_rate_source", body.vertical_rate_is_baro ? "baro" : "geo");
    fields.number("geo_minus_baro_m", body.geo_minus_baro_m);
    fields.number("nac_v", body.nac_v);
  }
  void operator()(const modes::EmergencyStatus& body) const {
    fields.text("emergency", modes::to_string(body.emergency));
    if (body.squawk) fields.text("squawk", std::string_view(body.squawk->data(), body.squawk->size()));
  }
  void operator()(const modes::ResolutionAdvisory& body) const {
    constexpr unsigned kAdvisoryBits = 14;
    constexpr unsigned kComplementBits = 4;
    fields.text("ra_active", bits_of(body.active_advisories, kAdvisoryBits));
    fields.text("ra_complements", bits_of(body.complements, kComplementBits));
    if (body.single_sense()) {
      fields.text("ra_kind", body.advisory(2) ? "corrective" : "preventive");
      fields.text("ra_sense", body.advisory(3) ? "down" : "up");
      fields.flag("ra_increased_rate", body.advisory(4));
      fields.flag("ra_sense_reversal", body.advisory(5));
      fields.flag("ra_altitude_crossing", body.advisory(6));
      fields.flag("ra_positive", body.advisory(7));
    }
    fields.flag("ra_terminated", body.terminated);
    fields.flag("ra_several_threats", body.several_threats);
    if (body.threat_address) fields.text("threat_icao24", body.threat_address->hex());
    fields.number("threat_altitude_m", body.threat_altitude_m);
    fields.number("threat_range_m", body.threat_range_m);
    fields.number("threat_bearing_deg", body.threat_bearing_deg);
  }
  void operator()(const modes::TargetState& body) const {
    fields.number("adsb_version", body.subtype == 1 ? 2 : 1);
    fields.number("selected_altitude_m", body.selected_altitude_m);
    if (body.selected_altitude_m) fields.text("altitude_source", source_name(body.altitude_source));
    fields.number("baro_setting_hpa", body.baro_setting_hpa);
    fields.number(body.heading_is_track ? "selected_track_deg" : "selected_heading_deg", body.selected_heading_deg);
    fields.flag("autopilot", body.autopilot);
    fields.flag("vnav", body.vnav);
    fields.flag("altitude_hold", body.altitude_hold);
    fields.flag("approach", body.approach);
    fields.flag("lnav", body.lnav);
    fields.flag("acas_operational", body.acas_operational);
    if (body.emergency) fields.text("emergency", modes::to_string(*body.emergency));
    fields.number("nac_p", body.nac_p);
    fields.flag("nic_baro", body.nic_baro);
    fields.number("sil", body.sil);
    fields.flag("sil_per_sample", body.sil_per_sample);
  }
  void operator()(const modes::OperationalStatus& body) const {
    fields.number("adsb_version", body.version);
    fields.flag("nic_a", body.nic_a);
    fields.flag("nic_c", body.nic_c);
    fields.number("nac_p", body.nac_p);
    fields.number("nac_v", body.nac_v);
    fields.number("sil", body.sil);
    fields.flag("sil_per_sample", body.sil_per_sample);
    fields.number("sda", body.sda);
    fields.number("gva", body.gva);
    fields.flag("nic_baro", body.nic_baro);
    fields.flag("acas_operational", body.acas_operational);
    fields.flag("acas_ra_active", body.acas_ra_active);
    fields.flag("ident", body.ident);
    fields.flag("single_antenna", body.single_antenna);
    fields.flag("receives_1090es", body.receives_1090es);
    fields.flag("receives_uat", body.receives_uat);
    fields.flag("headings_magnetic", body.headings_magnetic);
    fields.flag("surface_track_is_heading", body.surface_track_is_heading);
    fields.number("length_width", body.length_width);
  }

  void status(bool alert, bool spi) const {
    fields.flag("alert", alert);
    fields.flag("spi", spi);
  }
};

// What registers hold that no squitter sends.
struct RegisterPrinter : SquitterPrinter {
  using SquitterPrinter::operator();

  void operator()(std::monostate /*unused*/) const {}
  void operator()(const modes::DataLinkCapability& body) const {
    fields.flag("continues", body.continues);
    fields.flag("overlay_command", body.overlay_command);
    fields.flag("acas", body.acas);
    fields.number("subnetwork_version", body.subnetwork_version);
    fields.flag("enhanced_protocol", body.enhanced_protocol);
    fields.flag("specific_services", body.specific_services);
    fields.number("uplink_elm", body.uplink_elm);
    fields.number("downlink_elm", body.downlink_elm);
    fields.flag("identification", body.identification);
    fields.flag("squitter", body.squitter);
    fields.flag("surveillance_identifier", body.surveillance_identifier);
    fields.flag("common_usage", body.common_usage);
    fields.number("acas_bits", body.acas_bits);
    fields.number("terminals", body.terminals);
  }
  void operator()(const modes::RegisterList& body) const {
    std::string names;
    for (const std::uint8_t bds : body.view()) {
      if (!names.empty()) names += ' ';
      names += register_name(bds);
    }
    fields.text("registers", names);
  }
  void operator()(const modes::CommBIdentification& body) const { fields.name_of("callsign", body.callsign); }
  void operator()(const modes::Registration& body) const {
    fields.name_of("registration", body.registration);
    fields.name_of("airline", body.airline);
  }
  void operator()(const modes::VerticalIntention& body) const {
    fields.number("mcp_altitude_m", body.mcp_altitude_m);
    fields.number("fms_altitude_m", body.fms_altitude_m);
    fields.number("baro_setting_hpa", body.baro_setting_hpa);
    fields.flag("vnav", body.vnav);
    fields.flag("altitude_hold", body.altitude_hold);
    fields.flag("approach", body.approach);
    if (body.target_source != modes::AltitudeSource::kUnknown) {
      fields.text("altitude_source", source_name(body.target_source));
    }
  }
  void operator()(const modes::RoutineWeather& body) const {
    fields.number("source", body.source);
    fields.number("wind_speed_mps", body.wind_speed_mps);
    fields.number("wind_direction_deg", body.wind_direction_deg);
    fields.number("temperature_c", body.temperature_c);
    fields.number("pressure_hpa", body.pressure_hpa);
    fields.number("turbulence", body.turbulence);
    fields.number("humidity_percent", body.humidity_percent);
  }
  void operator()(const modes::HazardWeather& body) const {
    fields.number("turbulence", body.turbulence);
    fields.number("wind_shear", body.wind_shear);
    fields.number("microburst", body.microburst);
    fields.number("icing", body.icing);
    fields.number("wake_vortex", body.wake_vortex);
    fields.number("temperature_c", body.temperature_c);
    fields.number("pressure_hpa", body.pressure_hpa);
    fields.number("radio_height_m", body.radio_height_m);
  }
  void operator()(const modes::TrackAndTurn& body) const {
    fields.number("roll_deg", body.roll_deg);
    fields.number("true_track_deg", body.true_track_deg);
    fields.number("ground_speed_mps", body.ground_speed_mps);
    fields.number("track_rate_deg_per_s", body.track_rate_deg_per_s);
    fields.number("true_airspeed_mps", body.true_airspeed_mps);
  }
  void operator()(const modes::HeadingAndSpeed& body) const {
    fields.number("magnetic_heading_deg", body.magnetic_heading_deg);
    fields.number("indicated_airspeed_mps", body.indicated_airspeed_mps);
    fields.number("mach", body.mach);
    fields.number("baro_vertical_rate_mps", body.baro_vertical_rate_mps);
    fields.number("inertial_vertical_rate_mps", body.inertial_vertical_rate_mps);
  }
};

struct BodyPrinter : SquitterPrinter {
  const modes::Message& message;

  using SquitterPrinter::operator();

  void operator()(const modes::AllCallReply& body) const {
    fields.number("capability", body.capability);
    fields.text("interrogator_code", interrogator_name(body.interrogator_code));
  }
  void operator()(const modes::AltitudeReply& body) const {
    fields.number("baro_altitude_m", body.baro_altitude_m);
    status(body.alert, body.spi);
    requests(body.downlink_request, body.utility_message);
    comm_b(body.mb, body.baro_altitude_m);
  }
  void operator()(const modes::AirAirReply& body) const {
    fields.number("baro_altitude_m", body.baro_altitude_m);
    fields.number("sensitivity_level", body.sensitivity_level);
    fields.number("reply_information", body.reply_information);
    if (message.df == 0) fields.flag("crosslink", body.crosslink);
    if (body.advisory) (*this)(*body.advisory);
  }
  void operator()(const modes::IdentityReply& body) const {
    fields.text("squawk", std::string_view(body.squawk.data(), body.squawk.size()));
    status(body.alert, body.spi);
    requests(body.downlink_request, body.utility_message);
    comm_b(body.mb, std::nullopt);
  }
  void operator()(const modes::CommD& body) const {
    fields.flag("acknowledges", body.acknowledges);
    fields.number("segment", body.segment);
  }

  // What hardly any reply has.
  void requests(std::uint8_t downlink_request, std::uint8_t utility_message) const {
    if (downlink_request != 0) fields.number("downlink_request", downlink_request);
    if (utility_message != 0) fields.number("utility_message", utility_message);
  }

  // The register that was sent; where it is not sure, the field itself and what it may be.
  void comm_b(const std::optional<modes::MbField>& mb, std::optional<double> baro_altitude_m) const {
    if (!mb) return;
    modes::CommBContext context;
    context.vertical_status = message.vertical_status;
    context.baro_altitude_m = baro_altitude_m;
    const modes::CommBInference inferred = modes::infer_register(*mb, context);
    if (const auto bds = inferred.bds()) {
      fields.text("bds", register_name(*bds));
      std::visit(RegisterPrinter{{fields}}, modes::decode_register(*bds, *mb));
      return;
    }
    fields.text("mb", hex_of(*mb));
    fields.candidates(inferred);
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
  std::visit(BodyPrinter{{fields}, message}, message.body);
  out += '}';
}

}  // namespace airspool::cli
