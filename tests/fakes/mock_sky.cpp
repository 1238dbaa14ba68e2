// SPDX-License-Identifier: Apache-2.0
#include "fakes/mock_sky.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>
#include <string_view>

#include <airspool/core/decimal.h>

namespace airspool::test {
namespace {

constexpr double kEarthRadiusM = 6'371'008.8;
constexpr double kRadian = 180.0 / std::numbers::pi;
// In the block of the United States, which is what the rows give as country; callsigns say that they are of a mock.
constexpr std::uint32_t kFirstAddress = 0xA00000;
constexpr std::uint32_t kAddressStep = 37;

// splitmix64's mixing: a number out of anything.
std::uint64_t mixed(std::uint64_t x) {
  x += 0x9E3779B97F4A7C15;
  x = (x ^ (x >> 30U)) * 0xBF58476D1CE4E5B9;
  x = (x ^ (x >> 27U)) * 0x94D049BB133111EB;
  return x ^ (x >> 31U);
}

class Dice {
 public:
  Dice(std::uint64_t seed, std::uint64_t what) : state_(mixed(seed) ^ mixed(what * 2 + 1)) {}
  double between(double low, double high) {
    state_ = mixed(state_);
    return low + (high - low) * (static_cast<double>(state_ >> 11U) / 9'007'199'254'740'992.0);
  }
  bool chance(double share) { return between(0.0, 1.0) < share; }

 private:
  std::uint64_t state_;
};

GeoPosition moved(GeoPosition from, double track_deg, double distance_m) {
  const double angle = distance_m / kEarthRadiusM;
  const double latitude = from.latitude_deg / kRadian;
  const double track = track_deg / kRadian;
  const double sine = std::sin(latitude) * std::cos(angle) + std::cos(latitude) * std::sin(angle) * std::cos(track);
  const double turn =
      std::atan2(std::sin(track) * std::sin(angle) * std::cos(latitude), std::cos(angle) - std::sin(latitude) * sine);
  double longitude = from.longitude_deg + turn * kRadian;
  if (longitude >= 180.0) longitude -= 360.0;
  if (longitude < -180.0) longitude += 360.0;
  return {std::asin(sine) * kRadian, longitude};
}

double rounded_to(double value, double step) { return std::round(value / step) * step; }

bool holds(const opensky::Area& area, GeoPosition position) {
  return position.latitude_deg >= area.south_deg && position.latitude_deg <= area.north_deg &&
         position.longitude_deg >= area.west_deg && position.longitude_deg <= area.east_deg;
}

class Row {
 public:
  explicit Row(std::string& out) : out_(out) {}
  void text(std::string_view value) { raw(std::string("\"").append(value).append("\"")); }
  void number(double value, int decimals) {
    separate();
    append_decimal(out_, value, decimals);
  }
  void number(bool known, double value, int decimals) {
    if (known) return number(value, decimals);
    raw("null");
  }
  void yes(bool value) { raw(value ? "true" : "false"); }
  void raw(std::string_view value) {
    separate();
    out_ += value;
  }

 private:
  void separate() {
    if (!first_) out_ += ',';
    first_ = false;
  }
  std::string& out_;
  bool first_ = true;
};

}  // namespace

std::string MockSky::answer(std::int64_t time_s, const Filter& filter) const {
  std::string rows;
  for (std::size_t i = 0; i < count_; ++i) append_row(rows, i, time_s, filter);
  const std::string head = "{\"time\":" + std::to_string(time_s) + ",\"states\":";
  return rows.empty() ? head + "null}" : head + "[" + rows + "]}";
}

void MockSky::append_row(std::string& out, std::size_t index, std::int64_t time_s, const Filter& filter) const {
  const Icao24 address = Icao24::icao(kFirstAddress + kAddressStep * static_cast<std::uint32_t>(index));
  if (!filter.aircraft.empty() && std::ranges::find(filter.aircraft, address) == filter.aircraft.end()) return;

  Dice who(seed_, index);
  const bool near = index % 2 == 0;
  const GeoPosition home =
      near ? GeoPosition{centre_.latitude_deg + who.between(-0.8, 0.8), centre_.longitude_deg + who.between(-1.2, 1.2)}
           : GeoPosition{who.between(-55.0, 65.0), who.between(-180.0, 180.0)};
  const bool on_ground = who.chance(0.04);
  const double speed = rounded_to(on_ground ? who.between(0.0, 12.0) : who.between(55.0, 260.0), 0.01);
  const double heading = who.between(0.0, 360.0);
  const double level = rounded_to(who.between(300.0, 12'500.0), 7.62);
  const bool has_position = !who.chance(0.01);
  const bool has_squawk = !who.chance(0.3);
  const int squawk = static_cast<int>(who.between(0.0, 4'096.0));
  const auto phase = static_cast<std::int64_t>(who.between(0.0, 7'200.0));

  Dice now(seed_ ^ static_cast<std::uint64_t>(time_s), index + 1'000'003);
  const std::int64_t silent = now.chance(0.03) ? static_cast<std::int64_t>(now.between(15.0, 240.0))
                                               : static_cast<std::int64_t>(now.between(0.0, 10.0));
  const std::int64_t last_contact = time_s - silent;
  const std::int64_t time_position = last_contact - (now.chance(0.1) ? 3 : 0);

  // To the turning point and back again.
  const std::int64_t leg = near ? 600 : 7'200;
  const std::int64_t flown = (time_position + phase) % (2 * leg);
  const bool back = flown > leg;
  const GeoPosition position = moved(home, heading, speed * static_cast<double>(back ? 2 * leg - flown : flown));
  if (filter.area && (!has_position || !holds(*filter.area, position))) return;
  const double track = std::fmod(heading + (back ? 180.0 : 0.0), 360.0);

  if (!out.empty()) out += ',';
  out += '[';
  Row row(out);
  std::string callsign = "MOC" + std::to_string(index);
  callsign.resize(8, ' ');
  std::string code(4, '0');
  for (int digit = 3, left = squawk; digit >= 0; --digit, left /= 8) {
    code[static_cast<std::size_t>(digit)] = static_cast<char>('0' + left % 8);
  }
  row.text(address.hex());
  row.text(callsign);
  row.text("United States");
  row.number(has_position, static_cast<double>(time_position), 0);
  row.number(static_cast<double>(last_contact), 0);
  row.number(has_position, position.longitude_deg, 4);
  row.number(has_position, position.latitude_deg, 4);
  row.number(!on_ground, level, 2);
  row.yes(on_ground);
  row.number(speed, 2);
  row.number(track, 2);
  row.number(!on_ground, 0.0, 2);
  row.raw("null");
  row.number(!on_ground, level + 45.72, 2);
  if (has_squawk) {
    row.text(code);
  } else {
    row.raw("null");
  }
  row.yes(false);
  row.raw("0");
  if (filter.category) row.raw(on_ground ? "1" : "4");
  out += ']';
}

}  // namespace airspool::test
