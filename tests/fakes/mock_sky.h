// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <airspool/core/geo.h>
#include <airspool/core/icao24.h>
#include <airspool/opensky/query.h>

namespace airspool::test {

// Aircraft that do not exist, and where they are at any moment: every second one flies to and fro near the centre, the
// others all over the world. They are shaped like those of the real service: some stand on the ground, some have no
// position, some were last heard minutes ago; a number may have lost its decimals. The same seed and time give the same
// sky. Pure.
class MockSky {
 public:
  MockSky(std::uint64_t seed, std::size_t aircraft, GeoPosition centre)
      : seed_(seed), count_(aircraft), centre_(centre) {}

  struct Filter {
    std::optional<opensky::Area> area;
    std::vector<Icao24> aircraft;  // empty: every one
    bool category = false;         // extended=1: rows of 18 elements
  };
  // An answer of /states/all at that time (UTC, seconds); `states` is null when nothing is there.
  [[nodiscard]] std::string answer(std::int64_t time_s, const Filter& filter) const;

 private:
  void append_row(std::string& out, std::size_t index, std::int64_t time_s, const Filter& filter) const;

  std::uint64_t seed_;
  std::size_t count_;
  GeoPosition centre_;
};

}  // namespace airspool::test
