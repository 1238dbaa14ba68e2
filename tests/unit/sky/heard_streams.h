// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <random>
#include <string>
#include <vector>

#include <airspool/modes/decode.h>

#include "fakes/frame_builder.h"
#include "flight.h"

// Whole streams of messages, simulated and recorded.
namespace airspool::sky {

struct Heard {
  modes::Message message;
  double time_s = 0.0;
};

// Aircraft that speak as ADS-B has it, with six of ten messages heard.
inline std::vector<Heard> simulated(std::uint64_t seed, std::uint32_t aircraft, double seconds) {
  std::mt19937_64 random(seed);
  std::vector<Heard> stream;
  for (std::uint32_t number = 1; number <= aircraft; ++number) {
    const Icao24 address = Icao24::icao(0x3C0000 + number);
    const Flight flight(seed * 1'000 + number, {between(random, 40.0, 55.0), between(random, 0.0, 20.0)}, seconds);
    bool odd = false;
    const double phase = between(random, 0.0, 0.5);
    int half_seconds = 0;
    for (double t = phase; t < seconds; t += 0.5, ++half_seconds) {
      const auto heard = [&] { return between(random, 0.0, 1.0) < 0.6; };
      odd = !odd;
      if (heard()) stream.push_back({position_message(flight.at(t), odd, address), t});
      if (heard()) stream.push_back({velocity_message(flight.at(t + 0.2), address), t + 0.2});
      if (half_seconds % 10 == 0 && heard()) stream.push_back({identification_message(flight.at(t), address), t + 0.3});
      if (half_seconds % 12 == 0 && heard()) stream.push_back({squawk_message(flight.at(t), address), t + 0.4});
    }
  }
  std::stable_sort(stream.begin(), stream.end(), [](const Heard& a, const Heard& b) { return a.time_s < b.time_s; });
  return stream;
}

// Lines of TIME,HEX[,...], times from the first one on.
inline std::vector<Heard> recorded(const std::filesystem::path& path) {
  std::vector<Heard> stream;
  std::ifstream file(path);
  double first = -1.0;
  for (std::string line; std::getline(file, line);) {
    std::erase(line, '"');
    const auto comma = line.find(',');
    const double time = std::strtod(line.c_str(), nullptr);
    const std::string hex = line.substr(comma + 1, 28);
    if (comma == std::string::npos || time == 0.0 || hex.size() != 28) continue;
    if (first < 0.0) first = time;
    const auto message = modes::decode(test::frame_of(hex));
    if (message) stream.push_back({*message, time - first});
  }
  return stream;
}

}  // namespace airspool::sky
