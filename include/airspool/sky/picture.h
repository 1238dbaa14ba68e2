// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>

#include <airspool/core/clock.h>
#include <airspool/core/icao24.h>
#include <airspool/modes/message.h>
#include <airspool/sky/cloud.h>
#include <airspool/sky/fusion.h>
#include <airspool/sky/tracker.h>

namespace airspool::sky {

struct PictureSettings {
  TrackerSettings tracker;
  FusionSettings fusion;
  // OpenSky lists an aircraft for 300 s after it was last heard; ours stays as long after the last list that had it.
  Nanoseconds cloud_expire_after = std::chrono::seconds(300);
  // Bound of memory of OpenSky's side (about 0.7 kB each). Past it the aircraft of the oldest contacts are dropped.
  std::size_t max_cloud_aircraft = 20'000;
};

// What happened to OpenSky's rows.
struct CloudCounts {
  std::uint64_t rows = 0;
  std::uint64_t news = 0;              // rows that told something new
  std::uint64_t disagreements = 0;     // positions that no speed explains, beside the radio's
  std::uint64_t aircraft_dropped = 0;  // forgotten early, because of `max_cloud_aircraft`
};

// All that is known of the sky: what the radio draws (a Tracker) and what OpenSky tells, aircraft by aircraft side by
// side. They are merged when somebody looks. Sole owner of both; one thread (sky).
class Picture {
 public:
  explicit Picture(const PictureSettings& settings);

  // A message that the radio heard: see Tracker::observe.
  void observe(const modes::Message& message, float signal_dbfs, BootTime time);
  // See Tracker::observe_better.
  void observe_better(Icao24 address, float was_dbfs, float is_dbfs) {
    tracker_.observe_better(address, was_dbfs, is_dbfs);
  }

  // A row of an answer that came in at `received`. True when it is news: its last contact or anything else in it is
  // not what was known. A row with an older contact than the known one, in either calendar, only says that OpenSky
  // still lists the aircraft.
  bool take(CloudRow&& row, BootTime received);

  // Forgets, on each side by itself, what is too old.
  void expire(BootTime now);
  // Whether the next expire() at `now` will drop the last side of it.
  [[nodiscard]] bool expires(Sides sides, BootTime now) const;

  [[nodiscard]] const Tracker& radio() const { return tracker_; }
  [[nodiscard]] const CloudMap& cloud() const { return cloud_; }
  [[nodiscard]] const CloudCounts& cloud_counts() const { return counts_; }

  // Both null for an aircraft that nobody knows. A simulated radio hides what OpenSky says of the same address.
  [[nodiscard]] Sides sides(Icao24 address) const;
  // `sides` must not be both null.
  [[nodiscard]] FusedAircraft look(Sides sides) const { return fuse(sides, settings_.fusion); }

  // Each aircraft once: f(Sides).
  template <typename F>
  void for_each(F f) const {
    for (const auto& [address, aircraft] : tracker_.aircraft()) f(Sides{&aircraft, cloud_side(address)});
    for (const auto& [address, aircraft] : cloud_) {
      if (!tracker_.aircraft().contains(address)) f(Sides{nullptr, &aircraft});
    }
  }

 private:
  [[nodiscard]] const CloudAircraft* cloud_side(Icao24 address) const;
  void count_disagreement(CloudAircraft& cloud);
  void make_room();

  PictureSettings settings_;
  Tracker tracker_;
  CloudMap cloud_;
  CloudCounts counts_;
};

}  // namespace airspool::sky
