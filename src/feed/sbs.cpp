// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <optional>
#include <string_view>
#include <variant>

#include <airspool/core/decimal.h>
#include <airspool/feed/sbs.h>

namespace airspool::feed {
namespace {

constexpr double kFeetPerMetre = 1.0 / 0.3048;
constexpr double kKnotsPerMps = 3600.0 / 1852.0;
constexpr double kFeetPerMinutePerMps = 60.0 * kFeetPerMetre;
constexpr int kPlaceDecimals = 5;

// The second half of a line.
struct Fields {
  std::string_view callsign;
  std::optional<double> altitude_m;
  std::optional<double> speed_mps;
  std::optional<double> track_deg;
  std::optional<double> rate_mps;
  std::string_view squawk;
  std::optional<bool> alert;
  std::optional<bool> spi;
};

// Fills in what a message tells. The type of its line; 0: it has none.
class Teller {
 public:
  Teller(const OutgoingFrame& frame, Fields& fields) : frame_(frame), fields_(fields) {}

  // The format has no place for the rest of what is said.
  template <typename Other>
  int operator()(const Other&) const {
    return 0;
  }
  int operator()(const modes::AllCallReply&) const { return 8; }
  int operator()(const modes::Identification& body) const {
    fields_.callsign = body.callsign.view();
    return 1;
  }
  int operator()(const modes::SurfacePosition& body) const {
    fields_.speed_mps = body.ground_speed_mps;
    fields_.track_deg = body.true_track_deg;
    return frame_.position ? 2 : 7;
  }
  int operator()(const modes::AirbornePosition& body) const {
    fields_.altitude_m = body.baro_altitude_m ? body.baro_altitude_m : body.geo_altitude_m;
    fields_.alert = body.alert;
    fields_.spi = body.spi;
    return frame_.position ? 3 : 7;
  }
  int operator()(const modes::Velocity& body) const {
    fields_.speed_mps = body.ground_speed_mps;
    fields_.track_deg = body.true_track_deg;
    fields_.rate_mps = body.vertical_rate_mps;
    return 4;
  }
  int operator()(const modes::CoarsePosition& body) const {
    fields_.altitude_m = body.baro_altitude_m;
    fields_.speed_mps = body.ground_speed_mps;
    fields_.track_deg = body.true_track_deg;
    fields_.alert = body.alert;
    fields_.spi = body.spi;
    return frame_.position ? 3 : 7;
  }
  int operator()(const modes::AltitudeReply& body) const {
    fields_.altitude_m = body.baro_altitude_m;
    fields_.alert = body.alert;
    fields_.spi = body.spi;
    return 5;
  }
  int operator()(const modes::AirAirReply& body) const {
    fields_.altitude_m = body.baro_altitude_m;
    return 7;
  }
  int operator()(const modes::IdentityReply& body) const {
    fields_.squawk = {body.squawk.data(), body.squawk.size()};
    fields_.alert = body.alert;
    fields_.spi = body.spi;
    return 6;
  }

 private:
  const OutgoingFrame& frame_;
  Fields& fields_;
};

void append_date(std::string& out, WallTime time) {
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss clock(std::chrono::floor<std::chrono::milliseconds>(time - day));
  std::array<char, 64> text{};
  const int length =
      std::snprintf(text.data(), text.size(), ",%04d/%02u/%02u,%02d:%02d:%02d.%03d", static_cast<int>(date.year()),
                    static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                    static_cast<int>(clock.hours().count()), static_cast<int>(clock.minutes().count()),
                    static_cast<int>(clock.seconds().count()), static_cast<int>(clock.subseconds().count()));
  out.append(text.data(), static_cast<std::size_t>(length));
}

void append_number(std::string& out, const std::optional<double>& value, double factor, int decimals = 0) {
  out += ',';
  if (value) append_decimal(out, *value * factor, decimals);
}

void append_flag(std::string& out, const std::optional<bool>& flag) {
  out += ',';
  if (flag) out += *flag ? "-1" : "0";
}

std::optional<bool> is_emergency(std::string_view squawk) {
  if (squawk.empty()) return std::nullopt;
  return squawk == "7500" || squawk == "7600" || squawk == "7700";
}

}  // namespace

void append_sbs(std::string& out, const OutgoingFrame& frame, WallTime heard, WallTime now) {
  if (!frame.message.address.is_icao()) return;
  Fields fields;
  const int type = std::visit(Teller(frame, fields), frame.message.body);
  if (type == 0) return;
  std::array<char, 32> head{};
  const int length = std::snprintf(head.data(), head.size(), "MSG,%d,1,1,%06X,1", type, frame.message.address.value());
  out.append(head.data(), static_cast<std::size_t>(length));
  append_date(out, heard);
  append_date(out, now);
  out += ',';
  out += fields.callsign;
  append_number(out, fields.altitude_m, kFeetPerMetre);
  append_number(out, fields.speed_mps, kKnotsPerMps);
  append_number(out, fields.track_deg, 1.0);
  append_number(out, frame.position ? std::optional(frame.position->latitude_deg) : std::nullopt, 1.0, kPlaceDecimals);
  append_number(out, frame.position ? std::optional(frame.position->longitude_deg) : std::nullopt, 1.0, kPlaceDecimals);
  append_number(out, fields.rate_mps, kFeetPerMinutePerMps);
  out += ',';
  out += fields.squawk;
  append_flag(out, fields.alert);
  append_flag(out, is_emergency(fields.squawk));
  append_flag(out, fields.spi);
  append_flag(out, frame.on_ground);
  out += "\r\n";
}

std::string_view sbs_heartbeat() { return "\r\n"; }

}  // namespace airspool::feed
