// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <unordered_map>
#include <vector>

#include <airspool/core/clock.h>
#include <airspool/core/record.h>
#include <airspool/sky/tracker.h>

namespace airspool::sky {

// How old a value may be, against the last contact, and still stand in a record. OpenSky documents 15 s for positions
// but keeps vectors for 300 s, and really gives out positions of up to 258 s; whoever needs it sharper filters by
// `time_position`, which goes with every position. Callsign, category and squawk stay as long as the aircraft does:
// they belong to the flight, not to the moment.
inline constexpr Nanoseconds kPositionValidity = std::chrono::seconds(60);
inline constexpr Nanoseconds kVelocityValidity = std::chrono::seconds(60);  // speed, track, vertical rate
inline constexpr Nanoseconds kAltitudeValidity = std::chrono::seconds(60);
// A transponder sends SPI for 18 s after the button (Annex 10 Vol IV 3.1.1.6.3); the bit is not in every message.
inline constexpr Nanoseconds kSpiValidity = std::chrono::seconds(20);

struct SamplingSettings {
  Nanoseconds interval = std::chrono::seconds(5);
  std::string station_id;
  RecordSource source = RecordSource::kRadio;
};

// Turns the picture into Records: each aircraft at most once an interval, and only when something was heard since its
// last record. Owned by the thread that owns the Tracker.
//
// A record tells what was known at the last contact: last_contact and received are the time of the last message (the
// radio takes in what it hears when it hears it), time_position is the time of the position's own message. All in boot
// time: the calendar is the spool's affair.
class Sampler {
 public:
  explicit Sampler(SamplingSettings settings);

  // Appends the records that are due at `now`, in order of last contact, then address.
  void sample(const Tracker& tracker, BootTime now, std::vector<Record>& out);

  // The end of the stream: every aircraft heard since its last record, whether its interval is over or not.
  void flush(const Tracker& tracker, BootTime now, std::vector<Record>& out);

  // Aircraft that it keeps books on: never more than the tracker knows, after each call.
  [[nodiscard]] std::size_t remembered() const { return last_record_.size(); }

 private:
  struct LastRecord {
    BootTime taken{};      // when the record was made
    BootTime last_seen{};  // what it was made of
  };

  void take(const Tracker& tracker, BootTime now, bool whatever_the_interval, std::vector<Record>& out);
  void forget_expired(const Tracker& tracker);

  SamplingSettings settings_;
  std::unordered_map<Icao24, LastRecord> last_record_;
  std::vector<const Aircraft*> due_;  // kept between calls for its memory only
};

}  // namespace airspool::sky
