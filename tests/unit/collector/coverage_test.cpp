// SPDX-License-Identifier: Apache-2.0
#include "coverage.h"

#include <chrono>

#include <gtest/gtest.h>

namespace airspool::collector {
namespace {

using std::chrono::seconds;

class CoverageTest : public ::testing::Test {
 protected:
  void cloud_sees(std::uint32_t address, bool on_ground = false, bool with_position = true) {
    opensky::OpenSkyState row;
    row.state.icao24 = Icao24::icao(address);
    row.state.on_ground = on_ground;
    if (with_position) row.state.position = GeoPosition{47.0, 8.0};
    answer.states.push_back(row);
  }
  void radio_heard(std::uint32_t address, Nanoseconds ago) {
    sky::Aircraft aircraft;
    aircraft.icao24 = Icao24::icao(address);
    aircraft.last_seen = now - ago;
    heard[aircraft.icao24] = aircraft;
  }
  [[nodiscard]] double coverage() const { return radio_coverage(answer, heard, now); }

  const BootTime now{seconds(1'000)};
  opensky::OpenSkyAnswer answer;
  sky::Tracker::Map heard;
};

TEST_F(CoverageTest, IsTheShareThatTheRadioHeardJustNow) {
  for (std::uint32_t i = 1; i <= 4; ++i) cloud_sees(i);
  EXPECT_EQ(coverage(), 0.0);
  radio_heard(1, seconds(0));
  radio_heard(2, seconds(15));
  radio_heard(3, seconds(16));
  radio_heard(99, seconds(0));
  EXPECT_EQ(coverage(), 0.5);
}

TEST_F(CoverageTest, WhatStandsOnTheGroundOrNowhereDoesNotCount) {
  for (std::uint32_t i = 1; i <= 3; ++i) {
    cloud_sees(i);
    radio_heard(i, seconds(1));
  }
  cloud_sees(10, true);
  cloud_sees(11, false, false);
  EXPECT_EQ(coverage(), 1.0);
}

TEST_F(CoverageTest, AnEmptySkySaysNothingAboutAnAntenna) {
  EXPECT_EQ(coverage(), 0.0);
  for (std::uint32_t i = 1; i <= 2; ++i) {
    cloud_sees(i);
    radio_heard(i, seconds(1));
  }
  EXPECT_EQ(coverage(), 0.0);
}

}  // namespace
}  // namespace airspool::collector
