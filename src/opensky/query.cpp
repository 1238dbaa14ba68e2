// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <numbers>
#include <string_view>

#include <airspool/core/decimal.h>
#include <airspool/opensky/query.h>

namespace airspool::opensky {
namespace {

constexpr double kEarthRadiusKm = 6'371.0088;
constexpr double kRadian = 180.0 / std::numbers::pi;  // degrees
// "&icao24=" and six digits: 7 kB, which servers take.
constexpr std::size_t kAircraftPerRequest = 500;
// Differences of decimals, such as 10.1 - 5.1, are not exact.
constexpr double kRounding = 1e-9;

double outward_down(double degrees) { return std::floor(degrees * 1e4) / 1e4; }
double outward_up(double degrees) { return std::ceil(degrees * 1e4) / 1e4; }

std::string box_query(const Area& area) {
  std::string query;
  const auto add = [&](std::string_view key, double value) {
    query.append("&").append(key).append("=");
    append_shortest(query, value);
  };
  add("lamin", area.south_deg);
  add("lomin", area.west_deg);
  add("lamax", area.north_deg);
  add("lomax", area.east_deg);
  return query;
}

// The query's aircraft, a piece a request; one empty piece for every aircraft.
std::vector<std::string> aircraft_queries(const std::vector<Icao24>& aircraft) {
  std::vector<std::string> pieces(1);
  for (std::size_t i = 0; i < aircraft.size(); ++i) {
    if (i > 0 && i % kAircraftPerRequest == 0) pieces.emplace_back();
    pieces.back().append("&icao24=").append(aircraft[i].hex());
  }
  return pieces;
}

}  // namespace

bool is_box(const Area& area) {
  return area.south_deg >= -90.0 && area.south_deg < area.north_deg && area.north_deg <= 90.0 &&
         area.west_deg >= -180.0 && area.west_deg < area.east_deg && area.east_deg <= 180.0;
}

std::vector<Area> boxes(double south_deg, double west_deg, double north_deg, double east_deg) {
  if (west_deg <= east_deg) return {{south_deg, west_deg, north_deg, east_deg}};
  std::vector<Area> out;
  if (west_deg < 180.0) out.push_back({south_deg, west_deg, north_deg, 180.0});
  if (east_deg > -180.0) out.push_back({south_deg, -180.0, north_deg, east_deg});
  return out;
}

std::vector<Area> boxes_around(GeoPosition centre, double radius_km) {
  const double reach = radius_km / kEarthRadiusKm;  // radians
  const double south = centre.latitude_deg - reach * kRadian;
  const double north = centre.latitude_deg + reach * kRadian;
  const double lowest = std::max(outward_down(south), -90.0);
  const double highest = std::min(outward_up(north), 90.0);
  if (south <= -90.0 || north >= 90.0) return {{lowest, -180.0, highest, 180.0}};
  // The meridian that touches the circle. No pole inside: the cosine is greater than the sine.
  const double half = std::asin(std::sin(reach) / std::cos(centre.latitude_deg / kRadian)) * kRadian;
  double west = outward_down(centre.longitude_deg - half);
  double east = outward_up(centre.longitude_deg + half);
  if (east - west >= 360.0) return {{lowest, -180.0, highest, 180.0}};
  if (west < -180.0) west += 360.0;
  if (east > 180.0) east -= 360.0;
  return boxes(lowest, west, highest, east);
}

int credits_for(const Area& area) {
  const double square_degrees = (area.north_deg - area.south_deg) * (area.east_deg - area.west_deg) - kRounding;
  if (square_degrees <= 25.0) return 1;
  if (square_degrees <= 100.0) return 2;
  return square_degrees <= 400.0 ? 3 : 4;
}

std::vector<Request> requests_for(const Query& query) {
  std::vector<Request> requests;
  const std::vector<std::string> aircraft = aircraft_queries(query.aircraft);
  const auto add = [&](std::string_view what, const std::string& box, int credits) {
    for (const std::string& piece : aircraft) {
      requests.push_back({std::string(what).append("?extended=1").append(box).append(piece), credits});
    }
  };
  if (query.own) add("/states/own", {}, 0);
  for (const Area& area : query.areas) add("/states/all", box_query(area), credits_for(area));
  if (requests.empty()) add("/states/all", {}, credits_for(Area{}));
  return requests;
}

}  // namespace airspool::opensky
