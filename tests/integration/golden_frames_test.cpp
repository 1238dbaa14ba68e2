// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <cmath>
#include <fstream>
#include <map>
#include <optional>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <airspool/core/hex.h>
#include <airspool/modes/comm_b.h>
#include <airspool/modes/decode.h>

#include "fakes/frame_builder.h"
#include "shared_data.h"

// Messages of real aircraft against what independent decoders say of them.
namespace airspool::modes {
namespace {

using test::frame_of;

constexpr double kMetresPerFoot = 0.3048;
constexpr double kMpsPerKnot = 1852.0 / 3600.0;

std::vector<std::string> read_lines(const std::filesystem::path& path) {
  std::vector<std::string> lines;
  std::ifstream file(path);
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with("\xEF\xBB\xBF")) line.erase(0, 3);
    if (line.ends_with('\r')) line.pop_back();
    if (!line.empty()) lines.push_back(line);
  }
  return lines;
}

// The cells of a CSV line, without quotes.
std::vector<std::string> cells_of(const std::string& line) {
  std::vector<std::string> cells;
  std::istringstream stream(line);
  for (std::string cell; std::getline(stream, cell, ',');) {
    std::erase(cell, '"');
    cells.push_back(cell);
  }
  return cells;
}

std::string unpadded(std::string callsign) {
  while (callsign.ends_with('_')) callsign.pop_back();
  return callsign;
}

void expect_as_golden(const Message& message, const nlohmann::json& golden) {
  EXPECT_EQ(message.df, golden.at("df").get<int>());
  EXPECT_EQ(message.address, Icao24::parse(golden.at("icao").get<std::string>()));
  if (golden.contains("typecode")) {
    EXPECT_EQ(message.typecode, golden.at("typecode").get<int>());
  }
  if (golden.contains("squawk")) {
    const auto& squawk = std::get<IdentityReply>(message.body).squawk;
    EXPECT_EQ(std::string(squawk.begin(), squawk.end()), golden.at("squawk").get<std::string>());
  }
  if (golden.contains("altitude")) {
    const double expected = golden.at("altitude").get<double>() * kMetresPerFoot;
    const auto altitude = message.df == 17 ? std::get<AirbornePosition>(message.body).baro_altitude_m
                                           : std::get<AltitudeReply>(message.body).baro_altitude_m;
    EXPECT_NEAR(altitude.value_or(NAN), expected, 1e-6);
  }
  if (message.df != 17) return;  // what a Comm-B reply says is asked below
  if (golden.contains("callsign")) {
    const auto& body = std::get<Identification>(message.body);
    EXPECT_EQ(body.callsign.view(), unpadded(golden.at("callsign").get<std::string>()));
    EXPECT_EQ(body.category_code, golden.at("category").get<int>());
    EXPECT_EQ(body.category_set, 0xA + 4 - golden.at("typecode").get<int>());
  }
  if (golden.contains("cpr_format")) {
    EXPECT_EQ(std::get<AirbornePosition>(message.body).cpr.value().odd, golden.at("cpr_format").get<int>() == 1);
  }
  if (golden.contains("groundspeed")) {
    const auto& body = std::get<Velocity>(message.body);
    // The golden speed is in whole knots, cut off; the track is exact.
    EXPECT_EQ(std::floor(*body.ground_speed_mps / kMpsPerKnot + 1e-9), golden.at("groundspeed").get<double>());
    EXPECT_NEAR(*body.true_track_deg, golden.at("track").get<double>(), 1e-9);
    EXPECT_NEAR(*body.vertical_rate_mps, golden.at("vertical_rate").get<double>() * kMetresPerFoot / 60.0, 1e-9);
  }
}

TEST(GoldenFramesTest, DecodeToTheirExpectedValues) {
  const auto path = test::shared_data("frames/golden.jsonl");
  AIRSPOOL_REQUIRE_SHARED(path);
  std::map<int, int> seen;
  for (const std::string& line : read_lines(path)) {
    SCOPED_TRACE(line);
    const auto golden = nlohmann::json::parse(line);
    const auto message = decode(frame_of(golden.at("hex").get<std::string>()));
    ASSERT_TRUE(message);
    expect_as_golden(*message, golden);
    ++seen[message->df];
  }
  EXPECT_EQ(seen, (std::map<int, int>{{17, 100}, {20, 100}, {21, 100}}));
}

// What a Comm-B reply says by itself.
struct Reply {
  MbField mb;
  CommBContext context;
};

Reply reply_of(const Message& message) {
  Reply reply;
  reply.context.vertical_status = message.vertical_status;
  if (const auto* altitude = std::get_if<AltitudeReply>(&message.body)) {
    reply.mb = altitude->mb.value();
    reply.context.baro_altitude_m = altitude->baro_altitude_m;
  } else {
    reply.mb = std::get<IdentityReply>(message.body).mb.value();
  }
  return reply;
}

// "BDS50,BDS60": what the other decoder says, which may be ambiguous.
std::vector<int> registers_of(const std::string& names) {
  std::vector<int> registers;
  for (const std::string& name : cells_of(names)) registers.push_back(std::stoi(name.substr(3), nullptr, 16));
  return registers;
}

// Every field that the other decoder gives of a Comm-B reply; it gives none of an ambiguous one.
void expect_content(const RegisterContent& content, const nlohmann::json& golden) {
  const auto same = [&](const char* key, std::optional<double> found, double unit) {
    if (!golden.contains(key)) return;
    EXPECT_NEAR(found.value_or(NAN), golden.at(key).get<double>() * unit, 1e-6) << key;
  };
  constexpr double kMpsPerFpm = kMetresPerFoot / 60.0;
  if (const auto* turn = std::get_if<TrackAndTurn>(&content)) {
    same("roll", turn->roll_deg, 1.0);
    same("true_track", turn->true_track_deg, 1.0);
    same("groundspeed", turn->ground_speed_mps, kMpsPerKnot);
    same("track_rate", turn->track_rate_deg_per_s, 1.0);
    same("true_airspeed", turn->true_airspeed_mps, kMpsPerKnot);
  } else if (const auto* speed = std::get_if<HeadingAndSpeed>(&content)) {
    same("magnetic_heading", speed->magnetic_heading_deg, 1.0);
    same("indicated_airspeed", speed->indicated_airspeed_mps, kMpsPerKnot);
    same("mach", speed->mach, 1.0);
    same("baro_vertical_rate", speed->baro_vertical_rate_mps, kMpsPerFpm);
    same("inertial_vertical_rate", speed->inertial_vertical_rate_mps, kMpsPerFpm);
  } else if (const auto* intention = std::get_if<VerticalIntention>(&content)) {
    same("selected_altitude_mcp", intention->mcp_altitude_m, kMetresPerFoot);
    same("selected_altitude_fms", intention->fms_altitude_m, kMetresPerFoot);
    same("baro_pressure_setting", intention->baro_setting_hpa, 1.0);
  } else if (const auto* name = std::get_if<CommBIdentification>(&content)) {
    EXPECT_EQ(name->callsign.view(), unpadded(golden.at("callsign").get<std::string>()));
  }
}

TEST(GoldenFramesTest, OurAnswerOnCommBIsAmongTheirs) {
  const auto path = test::shared_data("frames/golden.jsonl");
  AIRSPOOL_REQUIRE_SHARED(path);
  int replies = 0;
  int answered = 0;
  int certain = 0;
  for (const std::string& line : read_lines(path)) {
    const auto golden = nlohmann::json::parse(line);
    if (!golden.contains("bds")) continue;
    SCOPED_TRACE(line);
    ++replies;
    const auto message = decode(frame_of(golden.at("hex").get<std::string>()));
    ASSERT_TRUE(message);
    const Reply reply = reply_of(*message);
    const auto inferred = infer_register(reply.mb, reply.context);
    const auto theirs = registers_of(golden.at("bds").get<std::string>());
    for (const auto& candidate : inferred.view()) {
      EXPECT_EQ(std::count(theirs.begin(), theirs.end(), candidate.bds), 1) << int{candidate.bds};
    }
    answered += inferred.count > 0 ? 1 : 0;
    const auto bds = inferred.bds();
    if (!bds) continue;
    ++certain;
    if (theirs.size() == 1) expect_content(decode_register(*bds, reply.mb), golden);
  }
  ASSERT_GT(replies, 0);
  EXPECT_GE(answered, 0.98 * replies);
  EXPECT_GE(certain, 0.95 * replies);
}

// What each of the 54 lines is, found with a parity check written apart: downlink format and address. Two lines are
// bare addresses that some decoder printed after a DF11, and no frames.
constexpr std::array<const char*, 54> kMixed = {
    "17 40621d",  "17 a3d425", "17 a08f94",  "17 acc040",  "11 ab3d17",  "no frame",   "17 ab3d17",  "11 a039b4",
    "no frame",   "0 0d097e",  "17 0d097e",  "17 a1a8da",  "11 a58fd4",  "17 a2c1bd",  "4 a3ecce",   "4 a168ad",
    "5 510af9",   "17 ac8e1a", "17 a3f9cb",  "17 a97753",  "17 a3f9cb",  "17 ad50a9",  "16 ac049e",  "0 a33325",
    "21 a95fdc",  "24 a01f73", "18 ~298fca", "18 a082fb",  "18 a6c246",  "18 a24528",  "18 ~130d9d", "18 ~adf9ce",
    "18 ~caeef7", "18 a4d01f", "17 c06800",  "17 a35ebc",  "17 a90a6e",  "18 ~ef92b3", "17 85d792",  "18 ~2ae8d6",
    "17 ab92a2",  "17 ab92a2", "0 ab92a2",   "11 ab92a2",  "17 ab92a2",  "20 aa6f80",  "20 aacb19",  "20 a6c756",
    "20 a6c756",  "20 abef98", "18 ~43e8ee", "18 ~479249", "18 ~1c059d", "17 a04e60"};

TEST(MixedFramesTest, DecodeToFormatAndAddressOrAreNoFrames) {
  const auto path = test::shared_data("frames/mixed-54.txt");
  AIRSPOOL_REQUIRE_SHARED(path);
  const auto lines = read_lines(path);
  ASSERT_EQ(lines.size(), kMixed.size());
  for (std::size_t i = 0; i < lines.size(); ++i) {
    const auto message = decode(frame_of(lines[i]));
    std::string found = "no frame";
    if (message) {
      found = std::to_string(message->df) + (message->address.is_icao() ? " " : " ~") + message->address.hex();
    } else {
      EXPECT_EQ(message.error(), FrameReject::kWrongLength) << lines[i];
    }
    EXPECT_EQ(found, kMixed.at(i)) << "line " << i + 1 << ": " << lines[i];
  }
}

TEST(OneAircraftTest, DecodesEveryMessageWithAddressAndTypeCode) {
  const auto path = test::shared_data("frames/one-aircraft-2016.csv");
  AIRSPOOL_REQUIRE_SHARED(path);
  const auto lines = read_lines(path);
  EXPECT_EQ(lines.size(), 2000U);
  for (const std::string& line : lines) {
    const auto cells = cells_of(line);
    ASSERT_EQ(cells.size(), 4U) << line;
    const auto message = decode(frame_of(cells[1]));
    ASSERT_TRUE(message) << line;
    EXPECT_EQ(message->df, 17) << line;
    EXPECT_EQ(message->address, Icao24::parse(cells[2])) << line;
    EXPECT_EQ(message->typecode, std::stoi(cells[3])) << line;
  }
}

// One reply of the recording was damaged on the way: its parity gives 9cc565, an aircraft that never appears, where the
// list says 4ca565, and its altitude is gone. Parity alone cannot tell; that is why a demodulator asks who is known.
constexpr std::string_view kDamagedReply = "A03F40002EC423613A3527BE77D1";

TEST(CommBRepliesTest, GiveTheirAddressInTheParity) {
  const auto path = test::shared_data("frames/commb-df20-2017.csv");
  AIRSPOOL_REQUIRE_SHARED(path);
  const auto lines = read_lines(path);
  EXPECT_GE(lines.size(), 2000U);
  for (const std::string& line : lines) {
    const auto cells = cells_of(line);
    ASSERT_EQ(cells.size(), 3U) << line;
    const auto message = decode(frame_of(cells[2]));
    ASSERT_TRUE(message) << line;
    EXPECT_EQ(message->df, 20) << line;
    const bool damaged = cells[2] == kDamagedReply;
    EXPECT_EQ(message->address, damaged ? Icao24::icao(0x9CC565) : Icao24::parse(cells[1])) << line;
    EXPECT_NE(std::get<AltitudeReply>(message->body).baro_altitude_m.has_value(), damaged) << line;
  }
}

// Airspeed and Mach number must fit the altitude of the same reply, a selected altitude must be one that is flown.
void expect_no_contradiction(const RegisterContent& content, double altitude_m) {
  if (const auto* speed = std::get_if<HeadingAndSpeed>(&content); speed != nullptr && speed->mach) {
    // Pressure ratio of the standard atmosphere, and the airspeed that the Mach number is there.
    const double ratio = altitude_m < 11'000.0 ? std::pow(1.0 - altitude_m / 44'330.8, 5.25588)
                                               : 0.22336 * std::exp((11'000.0 - altitude_m) / 6'341.6);
    const double impact = ratio * (std::pow(1.0 + 0.2 * *speed->mach * *speed->mach, 3.5) - 1.0);
    const double calibrated_mps = 340.294 * std::sqrt(5.0 * (std::pow(impact + 1.0, 2.0 / 7.0) - 1.0));
    EXPECT_NEAR(speed->indicated_airspeed_mps.value_or(calibrated_mps), calibrated_mps, 25.0);
  }
  if (const auto* intention = std::get_if<VerticalIntention>(&content)) {
    EXPECT_LE(intention->mcp_altitude_m.value_or(0.0), 15'240.0);
  }
  if (const auto* position = std::get_if<AirbornePosition>(&content)) {
    EXPECT_NEAR(position->baro_altitude_m.value_or(altitude_m), altitude_m, 31.0);
  }
}

TEST(CommBRepliesTest, AreInferredNearlyAllAndContradictNoAltitude) {
  const auto path = test::shared_data("frames/commb-df20-2017.csv");
  AIRSPOOL_REQUIRE_SHARED(path);
  int empty = 0;
  int certain = 0;
  int ambiguous = 0;
  int unknown = 0;
  for (const std::string& line : read_lines(path)) {
    SCOPED_TRACE(line);
    const auto message = decode(frame_of(cells_of(line).at(2)));
    ASSERT_TRUE(message);
    const Reply reply = reply_of(*message);
    const auto inferred = infer_register(reply.mb, reply.context);
    if (reply.mb == MbField{}) {
      ++empty;
      EXPECT_EQ(inferred.count, 0);
    } else if (const auto bds = inferred.bds()) {
      ++certain;
      if (reply.context.baro_altitude_m) {
        expect_no_contradiction(decode_register(*bds, reply.mb), *reply.context.baro_altitude_m);
      }
    } else {
      ++(inferred.count > 0 ? ambiguous : unknown);
    }
  }
  RecordProperty("certain", certain);
  RecordProperty("ambiguous", ambiguous);
  RecordProperty("unknown", unknown);
  RecordProperty("empty", empty);
  const int asked = certain + ambiguous + unknown;
  EXPECT_GE(certain, 0.98 * asked);
  EXPECT_LE(unknown, 0.005 * asked);
}

// What one aircraft said last, as far as a position needs it.
struct Heard {
  std::array<std::optional<CprPosition>, 2> halves;
  std::array<double, 2> half_times{};
  std::optional<GeoPosition> position;
  double position_time = 0.0;
};

TEST(ShortFlightsTest, GivePositionsThatAircraftCanFly) {
  const auto path = test::shared_data("frames/short-flights-2025.csv");
  AIRSPOOL_REQUIRE_SHARED(path);
  std::map<Icao24, Heard> sky;
  int squitters = 0;
  int positions = 0;
  for (const std::string& line : read_lines(path)) {
    SCOPED_TRACE(line);
    const auto cells = cells_of(line);
    ASSERT_EQ(cells.size(), 2U);
    const double now = std::stod(cells[0]);
    const auto message = decode(frame_of(cells[1]));
    ASSERT_TRUE(message);
    EXPECT_EQ(message->df, 17);
    ++squitters;

    const auto* airborne = std::get_if<AirbornePosition>(&message->body);
    if (airborne == nullptr) continue;
    ASSERT_TRUE(airborne->cpr);
    Heard& heard = sky[message->address];
    const std::size_t half = airborne->cpr->odd ? 1 : 0;
    heard.halves.at(half) = airborne->cpr;
    heard.half_times.at(half) = now;
    if (!heard.halves[0] || !heard.halves[1] || std::abs(heard.half_times[0] - heard.half_times[1]) > 10.0) continue;
    const auto found = cpr_global(CprKind::kAirborne, *heard.halves[0], *heard.halves[1], airborne->cpr->odd);
    if (!found) continue;
    ++positions;
    if (heard.position) {
      // 350 m/s is faster than any airliner over ground; 15 m allows for the steps of the coding.
      EXPECT_LE(distance_m(*heard.position, *found), 350.0 * (now - heard.position_time) + 15.0);
      // One message near a known place must say the same as the pair.
      const auto local = cpr_local(CprKind::kAirborne, *airborne->cpr, *heard.position);
      ASSERT_TRUE(local);
      EXPECT_LE(distance_m(*local, *found), 0.001);
    }
    heard.position = found;
    heard.position_time = now;
  }
  EXPECT_EQ(squitters, 486);
  // 176 airborne positions of seven aircraft; the first of each, and more only at a zone edge, stay single.
  EXPECT_GE(positions, 160);

  // All were heard by one receiver: no two are farther apart than twice the radio horizon.
  for (const auto& [address, heard] : sky) {
    for (const auto& [other_address, other] : sky) {
      if (!heard.position || !other.position) continue;
      EXPECT_LE(distance_m(*heard.position, *other.position), 800e3) << address.hex() << ' ' << other_address.hex();
    }
  }
}

TEST(ShortFlightsTest, PutTheAircraftOnTheGroundNearThoseInTheAir) {
  const auto path = test::shared_data("frames/short-flights-2025.csv");
  AIRSPOOL_REQUIRE_SHARED(path);
  std::map<Icao24, Heard> sky;
  std::optional<GeoPosition> somewhere;
  int on_ground = 0;
  const auto lines = read_lines(path);
  for (const std::string& line : lines) {
    const auto message = decode(frame_of(cells_of(line).at(1)));
    ASSERT_TRUE(message);
    if (const auto* airborne = std::get_if<AirbornePosition>(&message->body); airborne != nullptr && !somewhere) {
      Heard& heard = sky[message->address];
      heard.halves.at(airborne->cpr->odd ? 1 : 0) = airborne->cpr;
      if (heard.halves[0] && heard.halves[1]) {
        somewhere = cpr_global(CprKind::kAirborne, *heard.halves[0], *heard.halves[1], airborne->cpr->odd);
      }
    }
  }
  ASSERT_TRUE(somewhere);
  for (const std::string& line : lines) {
    const auto message = decode(frame_of(cells_of(line).at(1)));
    const auto* surface = std::get_if<SurfacePosition>(&message->body);
    if (surface == nullptr) continue;
    ++on_ground;
    EXPECT_EQ(message->vertical_status, VerticalStatus::kOnGround);
    const auto found = cpr_local(CprKind::kSurface, surface->cpr, *somewhere);
    ASSERT_TRUE(found);
    EXPECT_LE(distance_m(*found, *somewhere), 120e3);
  }
  EXPECT_GE(on_ground, 1);
}

}  // namespace
}  // namespace airspool::modes
