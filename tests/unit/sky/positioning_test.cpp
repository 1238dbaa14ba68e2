// SPDX-License-Identifier: Apache-2.0
#include <optional>

#include <gtest/gtest.h>

#include <airspool/sky/tracker.h>

#include "heard.h"

namespace airspool::sky {
namespace {

using modes::CprKind;

constexpr GeoPosition kBern{46.95, 7.44};
constexpr GeoPosition kNear{47.05, 7.60};  // 17 km away

class PositioningTest : public ::testing::Test {
 protected:
  void use_receiver(GeoPosition place, double max_range_m = 740'000.0) {
    tracker_ = Tracker({.receiver = place, .max_range_m = max_range_m});
  }

  void hear(const modes::Message& message, double seconds) { tracker_.observe(message, kSignalDbfs, at(seconds)); }

  // A pair within half a second.
  void hear_pair(GeoPosition place, double seconds) {
    hear(airborne(place, false), seconds);
    hear(airborne(place, true), seconds + 0.5);
  }

  const Aircraft& aircraft() { return tracker_.aircraft().at(kAircraft); }
  std::optional<GeoPosition> position() { return aircraft().position.value; }
  const TrackerCounts& counts() { return tracker_.counts(); }

  // Where the picture has it, and how far off that is.
  double error_m(GeoPosition truth) { return position() ? distance_m(*position(), truth) : 1e9; }

  Tracker tracker_{TrackerSettings{}};
};

constexpr double kAirborneResolutionM = 10.0;  // 5.1 m of latitude a step

TEST_F(PositioningTest, NeedsBothHalves) {
  hear(airborne(kBern, false), 0.0);
  EXPECT_FALSE(position());
  hear(airborne(kBern, true), 0.5);
  EXPECT_LT(error_m(kBern), kAirborneResolutionM);
  EXPECT_EQ(aircraft().position.time, at(0.5));
  EXPECT_EQ(counts().positions, 1U);
}

TEST_F(PositioningTest, TakesHalvesInAnyOrder) {
  hear(airborne(kBern, true), 0.0);
  hear(airborne(kBern, false), 0.5);
  EXPECT_LT(error_m(kBern), kAirborneResolutionM);
}

TEST_F(PositioningTest, NeverPairsTwoOfTheSameParity) {
  hear(airborne(kBern, false), 0.0);
  hear(airborne(kBern, false), 0.5);
  EXPECT_FALSE(position());
}

TEST_F(PositioningTest, NeverPairsAirborneWithSurface) {
  hear(airborne(kBern, false), 0.0);
  hear(surface(kBern, true, 5.0), 0.5);
  EXPECT_FALSE(position());
  EXPECT_FALSE(aircraft().airborne_cpr.odd);
  EXPECT_FALSE(aircraft().surface_cpr.even);
}

TEST_F(PositioningTest, NeverPairsAnAircraftWithItsRebroadcast) {
  modes::Message repeated = airborne(kBern, true);
  repeated.df = 18;
  repeated.origin = modes::SquitterOrigin::kAdsr;
  hear(airborne(kBern, false), 0.0);
  hear(repeated, 0.5);
  EXPECT_FALSE(position());
}

TEST_F(PositioningTest, LetsAirborneHalvesWaitTenSeconds) {
  hear(airborne(kBern, false), 0.0);
  hear(airborne(kBern, true), 10.001);
  EXPECT_FALSE(position());
  hear(airborne(kBern, false), 20.0);
  EXPECT_LT(error_m(kBern), kAirborneResolutionM);
}

TEST_F(PositioningTest, IgnoresAHalfFromThePast) {
  hear(airborne(kBern, false), 10.0);
  hear(airborne(kBern, true), 9.9);
  EXPECT_FALSE(position());
}

TEST_F(PositioningTest, LetsSlowSurfaceHalvesWaitFiftySeconds) {
  use_receiver(kNear);
  hear(surface(kBern, false, 3.0), 0.0);
  EXPECT_TRUE(position());  // on the ground the receiver tells the zone
  hear(surface(kBern, true, 3.0), 49.0);
  EXPECT_LT(error_m(kBern), 3.0);
}

TEST_F(PositioningTest, PlacesSurfacePositionsByTheLastAirborneOne) {
  hear_pair(kBern, 0.0);
  hear(surface(kBern, false, 40.0), 5.0);
  EXPECT_LT(error_m(kBern), 3.0);
  EXPECT_EQ(aircraft().position.time, at(5.0));
  EXPECT_TRUE(*aircraft().on_ground.value);
}

TEST_F(PositioningTest, HasNoSurfacePositionWithoutAnyReference) {
  hear(surface(kBern, false, 3.0), 0.0);
  hear(surface(kBern, true, 3.0), 0.5);
  EXPECT_FALSE(position());
}

TEST_F(PositioningTest, FollowsWithSingleMessagesOnceThePlaceIsKnown) {
  hear_pair(kBern, 0.0);
  const GeoPosition later = east_of(kBern, 4'000.0);
  hear(airborne(later, true), 20.0);
  EXPECT_LT(error_m(later), kAirborneResolutionM);
}

TEST_F(PositioningTest, DoesNotTrustAPlaceOfFiveMinutesAgo) {
  hear_pair(kBern, 0.0);
  hear(airborne(kNear, true), 301.0);
  EXPECT_LT(error_m(kBern), kAirborneResolutionM);
  EXPECT_EQ(aircraft().position.time, at(0.5));
}

TEST_F(PositioningTest, UsesTheReceiverForALoneMessageOnlyWhereItsReachIsShort) {
  use_receiver(kNear);
  hear(airborne(kBern, false), 0.0);
  EXPECT_FALSE(position());
  use_receiver(kNear, 300'000.0);
  hear(airborne(kBern, false), 0.0);
  EXPECT_LT(error_m(kBern), kAirborneResolutionM);
}

TEST_F(PositioningTest, CountsPositionsByWhatTheyWereDecodedWith) {
  use_receiver(kNear, 300'000.0);
  hear(airborne(kBern, false), 0.0);  // by the receiver
  hear(airborne(kBern, true), 0.5);   // a pair
  hear(airborne(kBern, true), 15.0);  // the even half is too old
  hear(airborne({48.5, 12.0}, true), 16.0);
  hear(surface(kBern, false, 5.0), 20.0);
  EXPECT_EQ(counts().airborne_halves, 4U);
  EXPECT_EQ(counts().surface_halves, 1U);
  EXPECT_EQ(counts().positions_by_receiver, 1U);
  EXPECT_EQ(counts().positions_by_pair, 1U);
  EXPECT_EQ(counts().positions_by_own_place, 2U);
  EXPECT_EQ(counts().positions, 4U);
  EXPECT_EQ(counts().lone_implausible + counts().lone_out_of_range, 1U);
  EXPECT_EQ(counts().positions_implausible + counts().positions_out_of_range, 1U);
}

TEST_F(PositioningTest, DropsWhatIsOutOfRange) {
  use_receiver(GeoPosition{40.0, -74.0});
  hear_pair(kBern, 0.0);
  EXPECT_FALSE(position());
  EXPECT_EQ(counts().positions_out_of_range, 1U);
}

TEST_F(PositioningTest, RejectsAJumpThatNoAircraftFlies) {
  hear_pair(kBern, 0.0);
  const GeoPosition far = east_of(kBern, 50'000.0);
  hear(airborne(far, false), 2.0);
  EXPECT_LT(error_m(kBern), kAirborneResolutionM);
  EXPECT_GE(counts().positions_implausible + counts().pairs_inconsistent, 1U);
}

TEST_F(PositioningTest, AllowsWhatTheToldSpeedAllows) {
  hear_pair(kBern, 0.0);
  hear(speed(250.0), 0.6);
  const GeoPosition there = east_of(kBern, 250.0 * 20);
  hear(airborne(there, true), 20.5);
  EXPECT_LT(error_m(there), kAirborneResolutionM);
  hear(speed(250.0), 20.6);
  // 600 m/s is more than it told.
  hear(airborne(east_of(there, 600.0 * 20), true), 40.5);
  EXPECT_LT(error_m(there), kAirborneResolutionM);
  EXPECT_EQ(counts().positions_implausible, 1U);
}

TEST_F(PositioningTest, OneDamagedHalfDoesNotMoveTheAircraft) {
  hear_pair(kBern, 0.0);
  modes::Message damaged = airborne(kBern, false);
  std::get<modes::AirbornePosition>(damaged.body).cpr->latitude ^= 0x8000U;
  hear(damaged, 1.0);
  for (int i = 0; i < 4; ++i) hear(airborne(kBern, i % 2 == 0), 1.5 + 0.5 * i);
  EXPECT_LT(error_m(kBern), kAirborneResolutionM);
  EXPECT_EQ(counts().positions_restarted, 0U);
  EXPECT_EQ(aircraft().position.time, at(3.0));
}

TEST_F(PositioningTest, AWrongFirstPositionDoesNotLockOutTheRightOnes) {
  // Both halves agree on a place 3,000 km away, as a stolen address would have it.
  hear_pair(GeoPosition{30.0, -20.0}, 0.0);
  for (int i = 0; i < 10; ++i) hear(airborne(kBern, i % 2 == 0), 1.0 + 0.5 * i);
  EXPECT_LT(error_m(kBern), kAirborneResolutionM);
  EXPECT_EQ(counts().positions_restarted, 1U);
  EXPECT_GE(counts().positions_implausible, 3U);
}

TEST_F(PositioningTest, AWrongPlaceInTheSameZoneIsLeftToo) {
  hear_pair(east_of(kBern, 60'000.0), 0.0);
  for (int i = 0; i < 10; ++i) hear(airborne(kBern, i % 2 == 0), 1.0 + 0.5 * i);
  EXPECT_LT(error_m(kBern), kAirborneResolutionM);
}

TEST_F(PositioningTest, HalvesOfTwoAircraftWithOneAddressDoNotMakeAThirdPlace) {
  hear(airborne(kBern, false), 0.0);
  hear(airborne(GeoPosition{47.4, 8.56}, true), 0.5);
  EXPECT_FALSE(position());
  EXPECT_EQ(counts().pairs_inconsistent, 1U);
}

// The zones of an even and an odd half drift apart by 6 NM a zone: what flies 5 km between the two is read wrong.
TEST_F(PositioningTest, GivesTheHalvesOfAFastAircraftLessTime) {
  hear(speed(640.0), 0.0);
  hear(airborne(kBern, false), 0.0);
  hear(airborne(east_of(kBern, 640.0 * 9), true), 9.0);
  EXPECT_FALSE(position());
  hear(speed(640.0), 20.0);
  hear(airborne(kBern, false), 20.0);
  const GeoPosition there = east_of(kBern, 640.0 * 7);
  hear(airborne(there, true), 27.0);
  EXPECT_LT(error_m(there), kAirborneResolutionM);
}

TEST_F(PositioningTest, NeverPairsARadarsTrackWithARepeatedSquitter) {
  for (const bool odd : {false, true}) {
    modes::Message repeated = airborne(kBern, odd);
    repeated.df = 18;
    repeated.origin = odd ? modes::SquitterOrigin::kAdsr : modes::SquitterOrigin::kTisb;
    hear(repeated, odd ? 0.5 : 0.0);
  }
  EXPECT_FALSE(position());
}

TEST_F(PositioningTest, ReadsACoarsePairOfARadar) {
  for (const bool odd : {false, true}) {
    modes::CoarsePosition body;
    body.cpr = test::cpr_encode(CprKind::kAirborne, kBern, odd);
    body.cpr.latitude &= ~31U;
    body.cpr.longitude &= ~31U;
    modes::Message coarse = message(18, body);
    coarse.origin = modes::SquitterOrigin::kTisb;
    hear(coarse, odd ? 0.5 : 0.0);
  }
  EXPECT_LT(error_m(kBern), 300.0);
  EXPECT_EQ(aircraft().position_source, PositionSource::kTisbOrAdsr);
}

// A surface pair leaves eight places open. One that the receiver cannot hear is not the right one.
TEST_F(PositioningTest, BelievesNobodyOnTheGroundBeyondTheHorizon) {
  use_receiver(kBern);
  const GeoPosition far{46.95, 15.2};  // 589 km
  hear(surface(far, false, 5.0), 0.0);
  hear(surface(far, true, 5.0), 0.5);
  EXPECT_GT(error_m(far), 1'000.0);
  EXPECT_TRUE(!position() || distance_m(*position(), kBern) < 185'000.0);
}

// One address at random places of the world, each with a good pair: it may be taken for where it was first, never for a
// thing that jumps.
TEST_F(PositioningTest, AnAddressThatIsEverywhereIsNotDrawnAllOverTheGlobe) {
  std::uint32_t random = 1;
  const auto next = [&random] { return (random = random * 1'664'525U + 1'013'904'223U) / 4'294'967'296.0; };
  std::optional<GeoPosition> last;
  BootTime last_time{};
  for (int i = 0; i < 3'000; ++i) {
    hear_pair({next() * 170.0 - 85.0, next() * 360.0 - 180.0}, i);
    if (!position()) continue;
    if (last && aircraft().position.time != last_time) {
      const double elapsed_s = std::chrono::duration<double>(aircraft().position.time - last_time).count();
      EXPECT_TRUE(distance_m(*last, *position()) <= 1'000.0 + 700.0 * elapsed_s || elapsed_s > 300.0) << i;
    }
    last = position();
    last_time = aircraft().position.time;
  }
  EXPECT_LE(counts().positions, 20U);
  EXPECT_EQ(tracker_.aircraft().size(), 1U);
}

TEST_F(PositioningTest, WorksAcrossTheDateLine) {
  const GeoPosition west{-17.0, 179.995};
  hear_pair(west, 0.0);
  const GeoPosition east{-17.0, -179.995};
  hear(airborne(east, true), 5.0);
  EXPECT_LT(error_m(east), kAirborneResolutionM);
}

TEST_F(PositioningTest, SaysWhichPositionsAGroundStationRepeated) {
  for (const bool odd : {false, true}) {
    modes::Message repeated = airborne(kBern, odd);
    repeated.df = 18;
    repeated.origin = modes::SquitterOrigin::kTisb;
    hear(repeated, odd ? 0.5 : 0.0);
  }
  EXPECT_EQ(aircraft().position_source, PositionSource::kTisbOrAdsr);
}

TEST_F(PositioningTest, TheAircraftsOwnWordOutranksItsRebroadcast) {
  hear_pair(kBern, 0.0);
  for (int i = 0; i < 4; ++i) {
    modes::Message repeated = airborne(kNear, i % 2 == 0);
    repeated.origin = modes::SquitterOrigin::kTisb;
    hear(repeated, 1.0 + i);
  }
  EXPECT_LT(error_m(kBern), kAirborneResolutionM);
  EXPECT_EQ(aircraft().position_source, PositionSource::kAdsb);
}

}  // namespace
}  // namespace airspool::sky
