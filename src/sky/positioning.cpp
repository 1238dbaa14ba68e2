// SPDX-License-Identifier: Apache-2.0
#include "positioning.h"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <optional>

namespace airspool::sky {
namespace {

using modes::CprKind;
using std::chrono::seconds;

// How long two halves may wait for each other (DO-260B): 10 s in the air; on the ground 50 s up to 25 knots or at
// unknown speed and 25 s above, because its zones are a quarter of the size. The airborne zones of an even and an odd
// half differ by 6.1 NM in latitude: who has flown half of that in between is read into the wrong one. So what is
// faster than 500 m/s gets less time.
constexpr Nanoseconds kAirbornePairWindow = seconds(10);
constexpr double kAirbornePairWayM = 5'000.0;
constexpr Nanoseconds kSurfacePairWindowSlow = seconds(50);
constexpr Nanoseconds kSurfacePairWindowFast = seconds(25);
constexpr double kSurfaceFastMps = 25 * 0.514444;

// A local decode is right only within half a zone of the truth: 180 NM in the air, 45 NM on the ground (DO-260B
// A.1.7.5, A.1.7.6). A little less, because zones are not quite round.
constexpr double kAirborneHalfZoneM = 325'000.0;
constexpr double kSurfaceHalfZoneM = 80'000.0;

// Nobody on the ground is heard from farther than this, from a mountain either: a position beyond is one of the other
// solutions, unless the aircraft was seen to go there.
constexpr double kSurfaceHorizonM = 185'000.0;

// How fast something may be that did not tell its speed: Mach 2 in the air, a take-off run on the ground.
constexpr double kAirborneUnknownMps = 700.0;
constexpr double kSurfaceUnknownMps = 120.0;
// What a known speed may have grown by since it was told, and how long it counts as known.
constexpr double kAirborneSpeedMarginMps = 150.0;
constexpr double kSurfaceSpeedMarginMps = 50.0;
constexpr Nanoseconds kSpeedMaxAge = seconds(30);
// Age and error that a position may have when it is sent: as much as 2 s of latency at 500 m/s.
constexpr double kAirborneSlackM = 1'000.0;
constexpr double kSurfaceSlackM = 300.0;

// After so long a position says nothing about the next one.
constexpr Nanoseconds kPositionMaxAge = seconds(300);

// A believed position that is contradicted so often in a row by positions that agree with one another was the wrong
// one. One damaged half spoils two pairs at most (see decode_pair), so that three in a row need two damaged ones that
// agree.
constexpr int kAgreeingToRestart = 3;

// How long a contradiction keeps lone messages from being believed; a pair that fits ends it at once.
constexpr Nanoseconds kDoubt = seconds(30);

double seconds_between(BootTime earlier, BootTime later) {
  return std::chrono::duration<double>(later - earlier).count();
}

double top_speed_mps(const Aircraft& aircraft, bool airborne, BootTime now) {
  if (aircraft.ground_speed_mps.fresh(now, kSpeedMaxAge)) {
    return *aircraft.ground_speed_mps.value + (airborne ? kAirborneSpeedMarginMps : kSurfaceSpeedMarginMps);
  }
  return airborne ? kAirborneUnknownMps : kSurfaceUnknownMps;
}

// How far it can have come since `since`.
double reach_m(const Aircraft& aircraft, bool airborne, BootTime since, BootTime now) {
  return (airborne ? kAirborneSlackM : kSurfaceSlackM) +
         top_speed_mps(aircraft, airborne, now) * seconds_between(since, now);
}

// One decode of one message, with what it needs to know.
class Positioning {
 public:
  Positioning(Aircraft& aircraft, CprKind kind, CprSource source, BootTime time, const TrackerSettings& settings,
              TrackerCounts& counts)
      : aircraft_(aircraft),
        pair_(kind == CprKind::kAirborne ? aircraft.airborne_cpr : aircraft.surface_cpr),
        kind_(kind),
        source_(source),
        // On the way between air and ground the larger allowance holds.
        airborne_(kind == CprKind::kAirborne || (aircraft.position.value && !aircraft.position_on_surface)),
        time_(time),
        settings_(settings),
        counts_(counts) {}

  void take(const modes::CprPosition& half) {
    ++(kind_ == CprKind::kAirborne ? counts_.airborne_halves : counts_.surface_halves);
    std::optional<CprHalf>& own = half.odd ? pair_.odd : pair_.even;
    std::optional<CprHalf>& other = half.odd ? pair_.even : pair_.odd;
    // Older than what is here already: it would pair backwards.
    if ((own && time_ < own->time) || (other && time_ < other->time)) return;
    if (pair_.source != source_) {
      pair_ = CprPair{};
      pair_.source = source_;
    }
    own = CprHalf{half, time_};
    if (other && time_ - other->time > pair_window()) other.reset();

    if (other) {
      if (const auto position = decode_pair(half.odd)) {
        // A pair that is not believed gives up its older half, so that one damaged half cannot go on spoiling the rest.
        if (!believe(*position, Basis::kPair)) other.reset();
        return;
      }
    }
    const Basis basis = has_recent_position() ? Basis::kOwnPlace : Basis::kReceiver;
    if (const auto position = decode_alone(half)) believe(*position, basis);
  }

 private:
  // What a position was decoded with.
  enum class Basis : std::uint8_t { kPair, kOwnPlace, kReceiver };

  [[nodiscard]] Nanoseconds pair_window() const {
    if (kind_ == CprKind::kAirborne) {
      if (!aircraft_.ground_speed_mps.fresh(time_, kSpeedMaxAge)) return kAirbornePairWindow;
      const double longest_s = kAirbornePairWayM / std::max(1.0, *aircraft_.ground_speed_mps.value);
      return std::min(kAirbornePairWindow, Nanoseconds(static_cast<std::int64_t>(longest_s * 1e9)));
    }
    const bool fast = aircraft_.ground_speed_mps.fresh(time_, kSurfacePairWindowSlow) &&
                      *aircraft_.ground_speed_mps.value > kSurfaceFastMps;
    return fast ? kSurfacePairWindowFast : kSurfacePairWindowSlow;
  }

  [[nodiscard]] bool has_recent_position() const { return aircraft_.position.fresh(time_, kPositionMaxAge); }

  // What tells the four quadrants of a surface position apart; any point within 45 degrees of the truth will do.
  [[nodiscard]] std::optional<GeoPosition> quadrant_reference() const {
    if (has_recent_position()) return aircraft_.position.value;
    return settings_.receiver;
  }

  std::optional<GeoPosition> decode_pair(bool newest_is_odd) {
    const auto reference = kind_ == CprKind::kSurface ? quadrant_reference() : std::nullopt;
    const auto newest = modes::cpr_global(kind_, pair_.even->position, pair_.odd->position, newest_is_odd, reference);
    const auto older = modes::cpr_global(kind_, pair_.even->position, pair_.odd->position, !newest_is_odd, reference);
    if (!newest || !older) return std::nullopt;
    // Halves of the same journey lie close together. Halves that do not belong together (one damaged, or two aircraft
    // with one address) fall anywhere in a zone of about 6 km, so that most of them show themselves here.
    const BootTime since = newest_is_odd ? pair_.even->time : pair_.odd->time;
    if (distance_m(*newest, *older) > reach_m(aircraft_, airborne_, since, time_)) {
      ++counts_.pairs_inconsistent;
      (newest_is_odd ? pair_.even : pair_.odd).reset();
      return std::nullopt;
    }
    return newest;
  }

  // One message by itself, near a place that is known.
  [[nodiscard]] std::optional<GeoPosition> decode_alone(const modes::CprPosition& half) const {
    const double half_zone = kind_ == CprKind::kAirborne ? kAirborneHalfZoneM : kSurfaceHalfZoneM;
    if (has_recent_position() && reach_m(aircraft_, airborne_, aircraft_.position.time, time_) < half_zone) {
      return modes::cpr_local(kind_, half, *aircraft_.position.value);
    }
    if (!settings_.receiver || aircraft_.position.value) return std::nullopt;
    // An aircraft on the ground is below the horizon at half a zone; one in the air is not, unless the reach is
    // known to be shorter.
    if (kind_ == CprKind::kAirborne && settings_.max_range_m > kAirborneHalfZoneM) return std::nullopt;
    return modes::cpr_local(kind_, half, *settings_.receiver);
  }

  [[nodiscard]] double range_m() const {
    const bool only_receiver = kind_ == CprKind::kSurface && !has_recent_position();
    return only_receiver ? std::min(kSurfaceHorizonM, settings_.max_range_m) : settings_.max_range_m;
  }

  bool believe(GeoPosition position, Basis basis) {
    const bool from_pair = basis == Basis::kPair;
    if (settings_.receiver && distance_m(*settings_.receiver, position) > range_m()) {
      ++counts_.positions_out_of_range;
      if (!from_pair) ++counts_.lone_out_of_range;
      return false;
    }
    if (has_recent_position() && distance_m(*aircraft_.position.value, position) >
                                     reach_m(aircraft_, airborne_, aircraft_.position.time, time_)) {
      ++counts_.positions_implausible;
      if (!from_pair) ++counts_.lone_implausible;
      if (!suspect_confirmed(position)) return false;
      ++counts_.positions_restarted;
    } else if (!from_pair && aircraft_.suspect && time_ - aircraft_.suspect->time <= kDoubt) {
      // While something contradicts the place that a lone message was read by, it proves nothing.
      ++counts_.positions_implausible;
      ++counts_.lone_implausible;
      return false;
    } else if (!has_recent_position()) {
      aircraft_.consistent_positions = 0;
    }
    // A lone message may agree with a wrong position for ever, because both are read in the same wrong zone: only a
    // pair clears the doubt.
    if (from_pair) {
      aircraft_.suspect.reset();
      aircraft_.consistent_positions = std::min(aircraft_.consistent_positions + 1, 2);
    }
    aircraft_.position.set(position, time_);
    aircraft_.position_on_surface = kind_ == CprKind::kSurface;
    aircraft_.position_source = source_ == CprSource::kAircraft ? PositionSource::kAdsb : PositionSource::kTisbOrAdsr;
    ++counts_.positions;
    ++(from_pair                   ? counts_.positions_by_pair
       : basis == Basis::kOwnPlace ? counts_.positions_by_own_place
                                   : counts_.positions_by_receiver);
    return true;
  }

  // Remembers a rejected position. True when enough of them in a row tell one story.
  bool suspect_confirmed(GeoPosition position) {
    std::optional<SuspectPosition>& suspect = aircraft_.suspect;
    const bool agrees = suspect && time_ - suspect->time <= kPositionMaxAge &&
                        distance_m(suspect->position, position) <= reach_m(aircraft_, airborne_, suspect->time, time_);
    suspect = SuspectPosition{position, time_, agrees ? suspect->agreeing + 1 : 1};
    if (suspect->agreeing < kAgreeingToRestart) return false;
    suspect.reset();
    return true;
  }

  Aircraft& aircraft_;
  CprPair& pair_;
  CprKind kind_;
  CprSource source_;
  bool airborne_;
  BootTime time_;
  const TrackerSettings& settings_;
  TrackerCounts& counts_;
};

}  // namespace

void observe_position(Aircraft& aircraft, modes::CprKind kind, const modes::CprPosition& half, CprSource source,
                      BootTime time, const TrackerSettings& settings, TrackerCounts& counts) {
  Positioning(aircraft, kind, source, time, settings, counts).take(half);
}

}  // namespace airspool::sky
