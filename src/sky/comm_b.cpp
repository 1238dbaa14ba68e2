// SPDX-License-Identifier: Apache-2.0
#include "comm_b.h"

#include <algorithm>
#include <chrono>
#include <string>
#include <variant>

#include <airspool/modes/comm_b.h>

#include "weather.h"

namespace airspool::sky {
namespace {

using std::chrono::seconds;

// How old what ADS-B said may be to be held against a reply.
constexpr Nanoseconds kContextMaxAge = seconds(10);
// A callsign out of a squitter is not asked to give way so long.
constexpr Nanoseconds kSquitteredCallsignHolds = seconds(60);

template <typename T>
std::optional<T> recent(const Field<T>& field, BootTime now) {
  return field.fresh(now, kContextMaxAge) ? field.value : std::nullopt;
}

modes::Callsign callsign_of(const Aircraft& aircraft) {
  modes::Callsign callsign;
  if (!aircraft.callsign.value) return callsign;
  const std::string& text = *aircraft.callsign.value;
  callsign.length = static_cast<std::uint8_t>(std::min(text.size(), callsign.characters.size()));
  std::copy_n(text.begin(), callsign.length, callsign.characters.begin());
  return callsign;
}

// Writes what a register says into its aircraft.
struct Reader {
  Aircraft& aircraft;
  BootTime time;

  template <typename Other>
  void operator()(const Other& /*not kept*/) const {}

  void operator()(const modes::CommBIdentification& body) const { name(body.callsign); }
  void operator()(const modes::Identification& body) const { name(body.callsign); }
  void operator()(const modes::VerticalIntention& body) const {
    aircraft.extended.selected_altitude_m.set(body.mcp_altitude_m ? body.mcp_altitude_m : body.fms_altitude_m, time);
  }
  void operator()(const modes::TargetState& body) const {
    aircraft.extended.selected_altitude_m.set(body.selected_altitude_m, time);
  }
  void operator()(const modes::TrackAndTurn& body) const {
    aircraft.extended.roll_deg.set(body.roll_deg, time);
    aircraft.extended.true_airspeed_mps.set(body.true_airspeed_mps, time);
    derive_weather(aircraft, body.ground_speed_mps, body.true_track_deg, time);
  }
  void operator()(const modes::HeadingAndSpeed& body) const {
    aircraft.extended.magnetic_heading_deg.set(body.magnetic_heading_deg, time);
    aircraft.extended.indicated_airspeed_mps.set(body.indicated_airspeed_mps, time);
    aircraft.extended.mach.set(body.mach, time);
    derive_weather(aircraft, recent(aircraft.ground_speed_mps, time), recent(aircraft.true_track_deg, time), time);
  }
  void operator()(const modes::RoutineWeather& body) const {
    aircraft.extended.weather_reported = time;
    aircraft.extended.wind_speed_mps.set(body.wind_speed_mps, time);
    aircraft.extended.wind_direction_deg.set(body.wind_direction_deg, time);
    aircraft.extended.temperature_c.set(body.temperature_c, time);
  }
  void operator()(const modes::HazardWeather& body) const {
    if (body.temperature_c) aircraft.extended.temperature_c.set(body.temperature_c, time);
  }

  void name(const modes::Callsign& callsign) const {
    if (callsign.length == 0) return;
    std::string text(callsign.view());
    if (aircraft.callsign.fresh(time, kSquitteredCallsignHolds) && *aircraft.callsign.value != text) return;
    aircraft.callsign.set(std::move(text), time);
  }
};

}  // namespace

void observe_comm_b(Aircraft& aircraft, const modes::MbField& mb, modes::VerticalStatus vertical_status,
                    std::optional<double> baro_altitude_m, BootTime time, TrackerCounts& counts) {
  modes::CommBContext context;
  context.vertical_status = vertical_status;
  context.baro_altitude_m = baro_altitude_m ? baro_altitude_m : recent(aircraft.baro_altitude_m, time);
  context.ground_speed_mps = recent(aircraft.ground_speed_mps, time);
  context.true_track_deg = recent(aircraft.true_track_deg, time);
  context.vertical_rate_mps = recent(aircraft.vertical_rate_mps, time);
  context.callsign = callsign_of(aircraft);
  const modes::CommBInference inferred = modes::infer_register(mb, context);
  if (const auto bds = inferred.bds()) {
    ++counts.comm_b_inferred;
    std::visit(Reader{aircraft, time}, modes::decode_register(*bds, mb));
  } else {
    ++(inferred.count > 0 ? counts.comm_b_ambiguous : counts.comm_b_unknown);
  }
}

}  // namespace airspool::sky
