// SPDX-License-Identifier: Apache-2.0
#include <string>

#include <gtest/gtest.h>

#include <airspool/opensky/query.h>

namespace airspool::opensky {
namespace {

TEST(QueryTest, AnAreaCostsByItsSize) {
  EXPECT_EQ(credits_for({45.8389, 5.9962, 47.8229, 10.5226}), 1);
  EXPECT_EQ(credits_for({0.1, 5.1, 5.1, 10.1}), 1) << "25 square degrees, of decimals that are not exact";
  EXPECT_EQ(credits_for({46.5, -1.4, 49.9, 6.8}), 2);
  EXPECT_EQ(credits_for({0, 0, 10, 10}), 2);
  EXPECT_EQ(credits_for({42.2, -4.7, 49.8, 10.9}), 3);
  EXPECT_EQ(credits_for({0, 0, 20, 20}), 3);
  EXPECT_EQ(credits_for({0, 0, 20, 20.1}), 4);
  EXPECT_EQ(credits_for(Area{}), 4);
}

TEST(QueryTest, ABoxAcrossTheAntimeridianIsTwo) {
  const auto pieces = boxes(-20, 175, -10, -170);
  ASSERT_EQ(pieces.size(), 2U);
  EXPECT_EQ(pieces[0].west_deg, 175);
  EXPECT_EQ(pieces[0].east_deg, 180);
  EXPECT_EQ(pieces[1].west_deg, -180);
  EXPECT_EQ(pieces[1].east_deg, -170);
  EXPECT_EQ(boxes(-20, 170, -10, 175).size(), 1U);
}

TEST(QueryTest, ABoxThatOnlyTouchesTheAntimeridianIsOne) {
  EXPECT_EQ(boxes(-20, 170, -10, -180).size(), 1U);
  EXPECT_EQ(boxes(-20, 180, -10, -170).size(), 1U);
}

TEST(QueryTest, AroundAPlaceIsTheBoxThatHoldsTheCircle) {
  const auto pieces = boxes_around({48.0, 8.0}, 100.0);
  ASSERT_EQ(pieces.size(), 1U);
  EXPECT_NEAR(pieces[0].south_deg, 47.1007, 0.0002);
  EXPECT_NEAR(pieces[0].north_deg, 48.8993, 0.0002);
  EXPECT_NEAR(pieces[0].east_deg - 8.0, 1.3441, 0.001) << "wider than the radius along the parallel";
  EXPECT_NEAR(8.0 - pieces[0].west_deg, 1.3441, 0.001);
  EXPECT_TRUE(is_box(pieces[0]));
}

TEST(QueryTest, AroundAPlaceNearTheAntimeridianIsTwoBoxes) {
  for (const double longitude : {179.8, -179.8}) {
    const auto pieces = boxes_around({-17.0, longitude}, 100.0);
    ASSERT_EQ(pieces.size(), 2U);
    EXPECT_EQ(pieces[0].east_deg, 180.0);
    EXPECT_EQ(pieces[1].west_deg, -180.0);
    const double width = (180.0 - pieces[0].west_deg) + (pieces[1].east_deg + 180.0);
    EXPECT_NEAR(width, 2 * 0.9403, 0.001);
    for (const Area& piece : pieces) EXPECT_TRUE(is_box(piece));
  }
}

TEST(QueryTest, AroundAPoleIsEveryLongitude) {
  const auto north = boxes_around({89.5, 20.0}, 100.0);
  ASSERT_EQ(north.size(), 1U);
  EXPECT_EQ(north[0].west_deg, -180.0);
  EXPECT_EQ(north[0].east_deg, 180.0);
  EXPECT_EQ(north[0].north_deg, 90.0);
  EXPECT_NEAR(north[0].south_deg, 88.6, 0.01);
  const auto south = boxes_around({-90.0, 0.0}, 1.0);
  EXPECT_EQ(south.at(0).south_deg, -90.0);
  const auto world = boxes_around({0.0, 0.0}, 20'000.0);
  ASSERT_EQ(world.size(), 1U);
  EXPECT_EQ(credits_for(world[0]), 4);
}

TEST(QueryTest, EveryPlaceAndRadiusGivesBoxesThatCanBeAskedFor) {
  for (double latitude = -90; latitude <= 90; latitude += 7.5) {
    for (double longitude = -180; longitude <= 180; longitude += 22.5) {
      for (const double radius : {1.0, 50.0, 900.0, 9'000.0, 20'000.0}) {
        for (const Area& area : boxes_around({latitude, longitude}, radius)) {
          EXPECT_TRUE(is_box(area)) << latitude << ' ' << longitude << ' ' << radius;
        }
      }
    }
  }
}

TEST(QueryTest, NothingIsTheWholeWorld) {
  const auto requests = requests_for({});
  ASSERT_EQ(requests.size(), 1U);
  EXPECT_EQ(requests[0].target, "/states/all?extended=1");
  EXPECT_EQ(requests[0].credits, 4);
}

TEST(QueryTest, OwnSensorsCostNothingAndStandAlone) {
  Query query;
  query.own = true;
  auto requests = requests_for(query);
  ASSERT_EQ(requests.size(), 1U);
  EXPECT_EQ(requests[0].target, "/states/own?extended=1");
  EXPECT_EQ(requests[0].credits, 0);
  query.areas = {{45, 6, 46, 7}};
  requests = requests_for(query);
  ASSERT_EQ(requests.size(), 2U);
  EXPECT_EQ(requests[1].target, "/states/all?extended=1&lamin=45&lomin=6&lamax=46&lomax=7");
  EXPECT_EQ(requests[1].credits, 1);
}

TEST(QueryTest, AircraftAreNamedOneByOne) {
  Query query;
  query.aircraft = {Icao24::icao(0x3C6444), Icao24::icao(0x00ABCD)};
  const auto requests = requests_for(query);
  ASSERT_EQ(requests.size(), 1U);
  EXPECT_EQ(requests[0].target, "/states/all?extended=1&icao24=3c6444&icao24=00abcd");
  EXPECT_EQ(requests[0].credits, 4) << "without an area it costs like the whole world";
}

TEST(QueryTest, ManyAircraftTakeSeveralRequests) {
  Query query;
  for (std::uint32_t i = 0; i < 1'001; ++i) query.aircraft.push_back(Icao24::icao(i));
  query.areas = {{45, 6, 46, 7}, {47, 6, 48, 7}};
  const auto requests = requests_for(query);
  ASSERT_EQ(requests.size(), 6U);
  std::size_t named = 0;
  for (const Request& request : requests) {
    EXPECT_LE(request.target.size(), 8'000U);
    EXPECT_EQ(request.credits, 1);
    for (auto at = request.target.find("icao24="); at != std::string::npos;
         at = request.target.find("icao24=", at + 1)) {
      ++named;
    }
  }
  EXPECT_EQ(named, 2U * 1'001U);
}

}  // namespace
}  // namespace airspool::opensky
