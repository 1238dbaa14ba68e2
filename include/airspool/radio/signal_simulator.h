// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include <airspool/core/geo.h>
#include <airspool/core/icao24.h>
#include <airspool/core/result.h>
#include <airspool/radio/sim_settings.h>

namespace airspool::radio {

// One Mode S message as it was sent: what a perfect receiver would have heard. Copies are cheap.
struct SentMessage {
  // Leading edge (half height) of the first preamble pulse, in seconds after the instant of sample 0.
  double time_s = 0.0;
  std::array<std::uint8_t, 14> bytes{};
  std::uint8_t length = 14;  // 7 or 14
  Icao24 icao24;
  double snr_db = 0.0;
  double carrier_offset_hz = 0.0;
  std::uint32_t overlaps = 0;    // how many other transmissions (messages, Mode A/C replies, echoes) touch it
  std::optional<double> sir_db;  // its power over that of the strongest of them
  GeoPosition position;          // of the aircraft at time_s
  double altitude_ft = 0.0;      // pressure altitude
  double ground_speed_kt = 0.0;
  double true_track_deg = 0.0;
  double vertical_rate_fpm = 0.0;
  bool on_ground = false;

  // When the last of the first 56 bits ends (64 us after the start), in ticks of 12 MHz: what a Beast time stamp
  // counts.
  [[nodiscard]] double tick_12mhz() const { return (time_s + 64e-6) * 12e6; }
};

// A sky of aircraft that fly and speak, and the 8-bit IQ that a receiver makes of it. Deterministic: the settings alone
// decide every byte, however the samples are asked for. It never ends by itself: whoever reads looks at
// settings.seconds. Owned and used by one thread. After the first seconds it allocates nothing but the list that
// take_sent() hands out.
class SignalSimulator {
 public:
  // kUsage when the settings make no sense.
  static Result<std::unique_ptr<SignalSimulator>> create(const SimSettings& settings);
  ~SignalSimulator();
  SignalSimulator(const SignalSimulator&) = delete;
  SignalSimulator& operator=(const SignalSimulator&) = delete;

  // The next samples as cu8 (I, Q, I, Q, ..., zero at 127.5). A size that is not whole samples loses its last byte.
  void fill(std::span<std::byte> out);

  // Keep what was sent for take_sent(). Off at first, so that an endless source keeps nothing.
  void record_sent(bool on);
  // The messages that ended before the last sample handed out, each once, in the order of their time. They stand
  // fast: all that overlaps them is known.
  std::vector<SentMessage> take_sent();

 private:
  struct State;
  explicit SignalSimulator(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace airspool::radio
