// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include <airspool/core/clock.h>
#include <airspool/core/extended_state.h>
#include <airspool/core/icao24.h>
#include <airspool/core/record.h>
#include <airspool/sky/fusion.h>
#include <airspool/sky/picture.h>
#include <airspool/sky/said.h>

namespace airspool::sky {

// A moment in boot time, and where OpenSky gave it, in its own words: between two of its moments its own difference
// counts, which no delay on the way to us blurs.
struct Moment {
  BootTime at{};
  std::optional<WallTime> given;

  [[nodiscard]] Nanoseconds since(const Moment& earlier) const {
    return given && earlier.given ? *given - *earlier.given : at - earlier.at;
  }
};

// When an aircraft becomes a record.
enum class SamplingPolicy : std::uint8_t {
  kInterval,     // once an interval, when there is news
  kEveryChange,  // with each message or row that changes what the record says
  kAdaptive,     // when dead reckoning from the last record is off, on events, and once in `max_gap` with news
};

struct SamplingSettings {
  SamplingPolicy policy = SamplingPolicy::kInterval;
  Nanoseconds interval = std::chrono::seconds(5);
  double position_m = 50.0;  // kAdaptive: error that dead reckoning may reach
  double altitude_m = 7.62;
  Nanoseconds max_gap = std::chrono::seconds(30);
  std::string station_id;
  ExtendedFields fields = {};  // what records carry beside the usual; it makes no record by itself
};

// Turns the picture into Records. Owned by the thread that owns the Picture.
//
// News is a message of the radio or a row of OpenSky's that Picture::take called news. What is never told twice:
// without news there is no record. What is never lost: an aircraft with news gives its last state before it is
// forgotten, under every policy.
//
// A record tells what was known at the last contact: last_contact is the time of the last message, or OpenSky's where
// that is later (see fuse), received the time when we took the newest in, time_position the time of the position's own
// message. OpenSky's times are given on; the rest is boot time: the calendar is the spool's affair.
class Sampler {
 public:
  explicit Sampler(SamplingSettings settings);

  // After each message, or row that is news, of this aircraft: kEveryChange and kAdaptive append what is due. Constant
  // time; allocates only for a record and for an aircraft that is new.
  void consider(const Picture& picture, Icao24 address, BootTime now, std::vector<Record>& out);

  // Once a second, before Picture::expire: appends the records that are due by the clock, and the last states of what
  // is about to be forgotten, in order of last contact, then address.
  void sample(const Picture& picture, BootTime now, std::vector<Record>& out);

  // The end of the stream: every aircraft with news since its last record.
  void flush(const Picture& picture, BootTime now, std::vector<Record>& out);

  // Aircraft that it keeps books on: never more than the picture knows, after each sample() and flush().
  [[nodiscard]] std::size_t remembered() const { return last_.size(); }

 private:
  // What was told last of one aircraft.
  struct LastRecord {
    BootTime taken{};  // when the record was made
    // ... and of what.
    BootTime heard{};
    std::uint64_t cloud_news = 0;
    Said said;
    Moment position_at;
    Moment contact_at;
    // The newest position and altitude that dead reckoning was held against.
    BootTime position_checked{};
    BootTime altitude_checked{};
  };

  struct Due {
    BootTime last_contact;
    Icao24 address;
    Sides sides;
  };

  [[nodiscard]] static bool has_news(const Sides& sides, const LastRecord& last);
  [[nodiscard]] bool is_news(const Sides& sides, Icao24 address) const;
  [[nodiscard]] bool is_due(const Picture& picture, const Sides& sides, Icao24 address, BootTime now) const;
  [[nodiscard]] bool is_off(const FusedAircraft& aircraft, LastRecord& last) const;
  void emit(const FusedAircraft& aircraft, BootTime now, std::vector<Record>& out);
  void take(const Picture& picture, BootTime now, bool everything, std::vector<Record>& out);

  SamplingSettings settings_;
  std::unordered_map<Icao24, LastRecord> last_;
  std::vector<Due> due_;  // kept between calls for its memory only
};

}  // namespace airspool::sky
