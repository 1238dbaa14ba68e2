// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <tuple>
#include <vector>

#include <airspool/radio/sim_settings.h>

#include "sim/aircraft.h"
#include "sim/frame_encoder.h"
#include "sim/random.h"

namespace airspool::radio::sim {

// Something on the air, with its start in seconds after sample 0.
struct Transmission {
  static constexpr std::size_t kFruit = std::numeric_limits<std::size_t>::max();

  double start_s = std::numeric_limits<double>::infinity();
  double end_s = std::numeric_limits<double>::infinity();  // of the last pulse
  std::size_t aircraft = kFruit;                           // index of the sender; kFruit: a Mode A/C reply
  EncodedFrame frame;
  std::uint32_t code = 0;  // of a Mode A/C reply
  double snr_db = 0.0;
  double carrier_offset_hz = 0.0;
  double phase_rad = 0.0;
  // A reflection follows it; 0 = none.
  double echo_delay_s = 0.0;
  double echo_loss_db = 0.0;
};

// Who says what, when. Squitters come at the rates of the standard, each interval drawn anew around its mean (DO-260B
// 2.2.3.3.1, Annex 10 Vol IV 3.1.2.8.5.2); where messages_per_s leaves them less than they need, they are thinned at
// random to 80 % of it. The rest are replies at random times from random aircraft with a transponder.
class Traffic {
 public:
  explicit Traffic(const SimSettings& settings);

  // The next transmission in the order of start times; one at infinity when there is none.
  Transmission next();
  [[nodiscard]] const std::vector<Aircraft>& aircraft() const { return aircraft_; }

 private:
  enum class Kind : std::uint8_t { kPosition, kVelocity, kIdentification, kStatus, kAcquisition, kReply, kFruit };
  struct Event {
    double time_s;
    std::uint32_t aircraft;
    Kind kind;
    // By time; whoever and whatever decides between equals, so that the order is the same everywhere.
    friend bool operator>(const Event& a, const Event& b) {
      return std::tie(a.time_s, a.aircraft, a.kind) > std::tie(b.time_s, b.aircraft, b.kind);
    }
  };
  struct Interval {
    double low_s;
    double high_s;
    [[nodiscard]] double mean() const { return (low_s + high_s) / 2.0; }
  };

  static Interval interval_of(Kind kind);
  static bool sends(const Aircraft& aircraft, Kind kind);
  void schedule(Event event);
  void schedule_next(const Event& event);
  // The event of the earliest time that may be sent then; what must wait goes back into the queue.
  bool take_sendable(Event& event);
  bool choose_answering(double time_s, std::uint32_t& index);
  void speak(std::uint32_t index, Kind kind, Transmission& sent);
  EncodedFrame squitter(const Aircraft& aircraft, Kind kind, bool odd);
  EncodedFrame reply(const Aircraft& aircraft);
  Payload comm_b(const Aircraft& aircraft);
  double draw_snr(const Aircraft* aircraft);

  const SimSettings settings_;
  Random random_;
  std::vector<Aircraft> aircraft_;
  std::vector<double> free_from_s_;          // by aircraft: a transponder sends one thing at a time
  std::vector<bool> next_is_odd_;            // by aircraft
  std::vector<std::uint32_t> transponders_;  // indices of those that answer
  std::vector<Event> queue_;                 // a heap, earliest first
  double keep_squitter_ = 1.0;
  double replies_per_s_ = 0.0;
  double channel_free_s_ = 0.0;  // for skies without overlaps
};

}  // namespace airspool::radio::sim
