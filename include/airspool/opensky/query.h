// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include <airspool/core/geo.h>
#include <airspool/core/icao24.h>

namespace airspool::opensky {

// A box in degrees, north and east positive. It does not reach across the antimeridian: that takes two.
struct Area {
  double south_deg = -90.0;
  double west_deg = -180.0;
  double north_deg = 90.0;
  double east_deg = 180.0;
};

// Which part of the sky is asked for. With everything empty it is the whole world.
struct Query {
  std::vector<Area> areas;
  std::vector<Icao24> aircraft;  // of all that is asked for, only these
  bool own = false;              // what the account's own sensors hear, beside the areas; alone when there are none
};

// One request out of those that a query takes.
struct Request {
  std::string target;  // below the API's base URL: "/states/all?extended=1&lamin=..."
  int credits = 0;     // that it costs; 0 for /states/own
};

// South below north and west below east, within 90 and 180 degrees.
bool is_box(const Area& area);

// A box as it is written down, where west of more than east spans the antimeridian: one or two boxes.
std::vector<Area> boxes(double south_deg, double west_deg, double north_deg, double east_deg);

// The box around the circle, on the sphere; its edges are rounded outward to 0.0001 degrees. Two across the
// antimeridian; all longitudes when a pole lies inside. `radius_km` above 0.
std::vector<Area> boxes_around(GeoPosition centre, double radius_km);

// Credits that one request for the area costs (REST API, "API credit usage"): 1 up to 25 square degrees, 2 up to 100, 3
// up to 400, else 4.
int credits_for(const Area& area);

// The requests of a query, none of them longer than 8 kB: many aircraft take several. Aircraft make a request no
// cheaper: it costs what its area costs, 4 without one.
std::vector<Request> requests_for(const Query& query);

}  // namespace airspool::opensky
