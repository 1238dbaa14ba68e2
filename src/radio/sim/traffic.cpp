// SPDX-License-Identifier: Apache-2.0
#include "sim/traffic.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>

#include "sim/exact_math.h"

namespace airspool::radio::sim {
namespace {

constexpr double kGuardS = 10e-6;  // between two transmissions of a sky without overlaps
constexpr double kNearKm = 20.0;   // where SNR by distance is at its highest
constexpr double kFarKm = 250.0;   // and at its lowest
constexpr double kSquitterShare = 0.8;
constexpr double kFruitOffsetHz = 100e3;
constexpr double kModeAcReplyS = 20.75e-6;  // to the end of the second framing pulse
constexpr double kRecoveryS = 100e-6;       // before a transponder sends again

double duration_s(const EncodedFrame& frame) { return 8e-6 + 1e-6 * 8.0 * frame.length; }

// Shares in the order DF0, 4, 5, 11, 16, 20, 21.
constexpr std::array<unsigned, 7> kReplyFormats = {0, 4, 5, 11, 16, 20, 21};
constexpr std::array<double, 7> kReplyShares = {0.20, 0.24, 0.15, 0.08, 0.05, 0.18, 0.10};
constexpr std::array<unsigned, 4> kInterrogators = {1, 4, 9, 14};

constexpr unsigned kCapabilityGround = 4;
constexpr unsigned kCapabilityAirborne = 5;
constexpr unsigned kTypeAirborne = 11;  // barometric altitude, NIC 8
constexpr unsigned kTypeSurface = 7;    // NIC 8
constexpr unsigned kNacP = 9;
constexpr unsigned kSil = 3;

// The standard atmosphere: temperature ratio below and above the tropopause.
double temperature_ratio(double altitude_ft) { return std::max(1.0 - 6.8756e-6 * altitude_ft, 0.7519); }
double density_ratio(double altitude_ft) {
  constexpr double kTropopauseFt = 36089.0;
  const double below = std::min(altitude_ft, kTropopauseFt);
  const double ratio = exponential(4.2559 * natural_log(temperature_ratio(below)));
  return ratio * exponential((below - altitude_ft) / 20806.0);
}

}  // namespace

Traffic::Traffic(const SimSettings& settings)
    : settings_(settings),
      random_(settings.seed, 3),
      aircraft_(make_aircraft(settings.seed, settings.aircraft, settings.centre)),
      free_from_s_(aircraft_.size(), 0.0),
      next_is_odd_(aircraft_.size(), false) {
  queue_.reserve(aircraft_.size() * 5 + 2);
  double squitters_per_s = 0.0;
  for (std::uint32_t i = 0; i < aircraft_.size(); ++i) {
    if (aircraft_[i].has_transponder()) transponders_.push_back(i);
    for (const Kind kind :
         {Kind::kPosition, Kind::kVelocity, Kind::kIdentification, Kind::kStatus, Kind::kAcquisition}) {
      if (!sends(aircraft_[i], kind)) continue;
      const Interval interval = interval_of(kind);
      squitters_per_s += 1.0 / interval.mean();
      const double first_s = random_.uniform(0.0, interval.mean());
      if (settings_.messages_per_s > 0.0) schedule({first_s, i, kind});
    }
  }
  keep_squitter_ = std::min(1.0, kSquitterShare * settings_.messages_per_s / squitters_per_s);
  replies_per_s_ = settings_.messages_per_s - keep_squitter_ * squitters_per_s;
  if (replies_per_s_ > 0.0) schedule({random_.exponential_of_mean(1.0 / replies_per_s_), 0, Kind::kReply});
  if (settings_.fruit_per_s > 0.0)
    schedule({random_.exponential_of_mean(1.0 / settings_.fruit_per_s), 0, Kind::kFruit});
}

Traffic::Interval Traffic::interval_of(Kind kind) {
  switch (kind) {
    case Kind::kPosition:
    case Kind::kVelocity:
      return {0.4, 0.6};
    case Kind::kIdentification:
      return {4.8, 5.2};
    case Kind::kStatus:
      return {2.4, 2.6};
    default:
      return {0.95, 1.05};
  }
}

bool Traffic::sends(const Aircraft& aircraft, Kind kind) {
  if (kind == Kind::kAcquisition) return aircraft.has_transponder();
  if (!aircraft.has_extended_squitter()) return false;
  return kind != Kind::kVelocity || !aircraft.on_ground();  // on the ground the position message carries the speed
}

void Traffic::schedule(Event event) {
  queue_.push_back(event);
  std::push_heap(queue_.begin(), queue_.end(), std::greater<>());
}

void Traffic::schedule_next(const Event& event) {
  double wait_s = 0.0;
  if (event.kind == Kind::kReply) {
    wait_s = random_.exponential_of_mean(1.0 / replies_per_s_);
  } else if (event.kind == Kind::kFruit) {
    wait_s = random_.exponential_of_mean(1.0 / settings_.fruit_per_s);
  } else {
    const Interval interval = interval_of(event.kind);
    wait_s = random_.uniform(interval.low_s, interval.high_s);
  }
  schedule({event.time_s + wait_s, event.aircraft, event.kind});
}

bool Traffic::take_sendable(Event& event) {
  while (!queue_.empty()) {
    std::pop_heap(queue_.begin(), queue_.end(), std::greater<>());
    event = queue_.back();
    queue_.pop_back();
    double free_s = settings_.overlaps ? 0.0 : channel_free_s_;
    const bool is_squitter = event.kind != Kind::kReply && event.kind != Kind::kFruit;
    if (is_squitter) free_s = std::max(free_s, free_from_s_[event.aircraft]);
    if (event.time_s >= free_s) {
      schedule_next(event);
      if (is_squitter && !random_.chance(keep_squitter_)) continue;
      return true;
    }
    event.time_s = free_s + random_.uniform(0.0, 100e-6);
    schedule(event);
  }
  return false;
}

Transmission Traffic::next() {
  Event event{};
  while (take_sendable(event)) {
    Transmission sent;
    sent.start_s = event.time_s;
    if (event.kind == Kind::kFruit) {
      sent.code = random_.below(4096);
      sent.end_s = sent.start_s + kModeAcReplyS;
      sent.snr_db = draw_snr(nullptr);
      const double spread_hz = std::max(kFruitOffsetHz, settings_.carrier_spread_hz);
      sent.carrier_offset_hz = random_.uniform(-spread_hz, spread_hz);
    } else {
      std::uint32_t index = event.aircraft;
      if (event.kind == Kind::kReply && !choose_answering(event.time_s, index)) continue;
      speak(index, event.kind, sent);
    }
    sent.phase_rad = random_.uniform(0.0, 2.0 * kPi);
    if (random_.chance(settings_.echo_share)) {
      sent.echo_delay_s = random_.uniform(0.3e-6, 6e-6);
      sent.echo_loss_db = random_.uniform(3.0, 15.0);
    }
    channel_free_s_ = sent.end_s + kGuardS;
    return sent;
  }
  return {};
}

// A transponder that is still sending answers nobody; when several in a row are, the interrogation stays unanswered.
bool Traffic::choose_answering(double time_s, std::uint32_t& index) {
  for (int attempt = 0; attempt < 8; ++attempt) {
    index = transponders_[random_.below(static_cast<std::uint32_t>(transponders_.size()))];
    if (time_s >= free_from_s_[index]) return true;
  }
  return false;
}

void Traffic::speak(std::uint32_t index, Kind kind, Transmission& sent) {
  Aircraft& aircraft = aircraft_[index];
  aircraft.advance(sent.start_s);
  sent.aircraft = index;
  if (kind == Kind::kReply) {
    sent.frame = reply(aircraft);
  } else {
    sent.frame = squitter(aircraft, kind, next_is_odd_[index]);
    if (kind == Kind::kPosition) next_is_odd_[index] = !next_is_odd_[index];
  }
  sent.end_s = sent.start_s + duration_s(sent.frame);
  sent.snr_db = draw_snr(&aircraft);
  sent.carrier_offset_hz = aircraft.carrier_offset_hz() * (settings_.carrier_spread_hz / Aircraft::kCarrierSpreadHz);
  free_from_s_[index] = sent.end_s + kRecoveryS;
}

EncodedFrame Traffic::squitter(const Aircraft& aircraft, Kind kind, bool odd) {
  const bool on_ground = aircraft.on_ground();
  const unsigned capability = on_ground ? kCapabilityGround : kCapabilityAirborne;
  const std::uint32_t address = aircraft.address().value();
  if (kind == Kind::kAcquisition) return all_call_reply(capability, address, 0);

  Payload me{};
  switch (kind) {
    case Kind::kPosition:
      me = on_ground
               ? surface_position(kTypeSurface, aircraft.ground_speed_kt(), aircraft.track_deg(), aircraft.position(),
                                  odd)
               : airborne_position(kTypeAirborne, altitude_code_12(aircraft.altitude_ft(), aircraft.altitude_encoder()),
                                   aircraft.position(), odd);
      break;
    case Kind::kVelocity: {
      Velocity velocity;
      velocity.east_kt = aircraft.ground_speed_kt() * sine(aircraft.track_deg() * kDegree);
      velocity.north_kt = aircraft.ground_speed_kt() * cosine(aircraft.track_deg() * kDegree);
      velocity.vertical_rate_fpm = aircraft.vertical_rate_fpm();
      velocity.geo_minus_baro_ft = aircraft.geo_minus_baro_ft();
      me = airborne_velocity(velocity);
      break;
    }
    case Kind::kIdentification:
      me = identification(aircraft.category_set(), aircraft.category(), aircraft.callsign());
      break;
    default:
      me = operational_status(on_ground, kNacP, kSil);
  }
  if (aircraft.has_transponder()) return extended_squitter(17, capability, address, me);
  return extended_squitter(18, aircraft.address().is_icao() ? 0 : 1, address, me);
}

EncodedFrame Traffic::reply(const Aircraft& aircraft) {
  double draw = random_.uniform();
  std::size_t choice = 0;
  while (choice + 1 < kReplyShares.size() && draw >= kReplyShares[choice]) draw -= kReplyShares[choice++];
  const bool on_ground = aircraft.on_ground();
  const std::uint32_t address = aircraft.address().value();
  const std::uint16_t ac13 = altitude_code_13(aircraft.altitude_ft(), aircraft.altitude_encoder());
  const std::uint16_t id13 = identity_code(aircraft.squawk());
  switch (kReplyFormats[choice]) {
    case 0:
      return short_air_air(on_ground, ac13, address);
    case 4:
      return altitude_reply(on_ground, ac13, address);
    case 5:
      return identity_reply(on_ground, id13, address);
    case 11:
      return all_call_reply(on_ground ? kCapabilityGround : kCapabilityAirborne, address,
                            kInterrogators[random_.below(kInterrogators.size())]);
    case 16:
      return long_air_air(on_ground, ac13, address);
    case 20:
      return comm_b_altitude(on_ground, ac13, comm_b(aircraft), address);
    default:
      return comm_b_identity(on_ground, id13, comm_b(aircraft), address);
  }
}

// No wind blows and the magnetic variation is 0: heading is track and true airspeed is ground speed.
Payload Traffic::comm_b(const Aircraft& aircraft) {
  const std::uint32_t choice = aircraft.on_ground() ? 0 : random_.below(4);
  const double speed_kt = aircraft.ground_speed_kt();
  switch (choice) {
    case 0:
      return bds20_identification(aircraft.callsign());
    case 1:
      return bds40_selected_intention(aircraft.target_altitude_ft(), 1013.2);
    case 2:
      // The bank of a coordinated turn: tan(roll) = v omega / g, for these small angles the sine does as well.
      return bds50_track_and_turn(speed_kt * 0.5144 * aircraft.turn_dps() * kDegree / 9.81 / kDegree,
                                  aircraft.track_deg(), speed_kt, aircraft.turn_dps(), speed_kt);
    default: {
      const double ias_kt = speed_kt * std::sqrt(density_ratio(aircraft.altitude_ft()));
      const double mach = speed_kt / (661.47 * std::sqrt(temperature_ratio(aircraft.altitude_ft())));
      return bds60_heading_and_speed(aircraft.track_deg(), ias_kt, mach, aircraft.vertical_rate_fpm());
    }
  }
}

double Traffic::draw_snr(const Aircraft* aircraft) {
  const double low = settings_.snr_low_db;
  const double high = settings_.snr_high_db;
  if (!settings_.snr_by_distance || aircraft == nullptr) return random_.uniform(low, high);
  const double distance_km = std::max(aircraft->distance_km(), kNearKm);
  const double share = natural_log(distance_km / kNearKm) / natural_log(kFarKm / kNearKm);
  const double fading = random_.uniform(-1.0, 1.0);
  return std::clamp(high - (high - low) * share + aircraft->strength_db() + fading, low, high);
}

}  // namespace airspool::radio::sim
