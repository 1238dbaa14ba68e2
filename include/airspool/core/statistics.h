// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>

#include <airspool/core/clock.h>

namespace airspool {

// What was heard in one stretch of time, as the status page tells it. Plain sums, which add up to longer stretches, and
// one maximum. Trivially copyable.
struct Statistics {
  // What the radio gave. Powers: of a complex sample, 1 = full scale (0 dBFS).
  struct Radio {
    static constexpr std::size_t kCorrectedBits = 16;  // 0..14, and more

    std::uint64_t samples = 0;
    std::uint64_t samples_missing = 0;
    std::uint64_t preambles = 0;                           // places that began like a message
    std::uint64_t bad = 0;                                 // of them, what is none
    std::uint64_t unknown_address = 0;                     // ... and what may be one, of an address that nothing proves
    std::array<std::uint64_t, kCorrectedBits> accepted{};  // by the number of bits that were repaired
    std::uint64_t strong = 0;                              // above -3 dBFS
    double signal_power = 0.0;                             // sum over the accepted
    double peak_power = 0.0;
    double noise_power = 0.0;  // sum over noise_samples
    std::uint64_t noise_samples = 0;
    Nanoseconds cpu{0};  // of the thread that demodulates
  };
  // What other receivers sent.
  struct Remote {
    std::uint64_t mode_ac = 0;          // skipped
    std::uint64_t mode_s = 0;           // frames, as they came
    std::uint64_t bad = 0;              // of them, what was not believed
    std::uint64_t unknown_address = 0;  // ... or may be true, of an address that nothing proves
    std::uint64_t accepted = 0;

    Remote& operator+=(const Remote& later);
  };
  // What became of compact position messages.
  struct Positions {
    std::uint64_t airborne = 0;  // messages
    std::uint64_t surface = 0;
    std::uint64_t by_pair = 0;  // positions: an even and an odd message ...
    std::uint64_t by_own_place = 0;
    std::uint64_t by_receiver = 0;
    std::uint64_t pairs_inconsistent = 0;  // not believed: the two halves do not fit each other ...
    std::uint64_t pairs_out_of_range = 0;
    std::uint64_t pairs_implausible = 0;
    std::uint64_t lone_out_of_range = 0;
    std::uint64_t lone_implausible = 0;
  };

  BootTime begin{};
  BootTime end{};
  Radio radio;
  Remote remote;
  Positions positions;
  std::uint64_t messages = 0;
  std::uint64_t aircraft = 0;                 // that came into the picture
  std::uint64_t aircraft_of_one_message = 0;  // that left it after a single one
  Nanoseconds sky_cpu{0};                     // of the thread that keeps the picture

  // Takes in what follows: the end becomes its end.
  Statistics& operator+=(const Statistics& later);
};

// In dBFS; nothing where nothing was heard, or no sample taken.
std::optional<double> signal_dbfs(const Statistics::Radio& radio);
std::optional<double> peak_dbfs(const Statistics::Radio& radio);
std::optional<double> noise_dbfs(const Statistics::Radio& radio);

// The stretches that are told, each as whole minutes but `latest`, which began when the newest of them ended.
struct StatisticsReport {
  Statistics latest;
  Statistics last_minute;  // all zero before the first is over
  Statistics last_5_minutes;
  Statistics last_15_minutes;
  Statistics total;  // `latest` included
};

}  // namespace airspool
