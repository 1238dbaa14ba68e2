// SPDX-License-Identifier: Apache-2.0
#include <fstream>
#include <map>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sysexits.h>

#include <airspool/spool/batch_codec.h>

#include "box.h"
#include "fakes/mock_opensky.h"
#include "shared_data.h"

// A box without an antenna: `airspool run` on a service that behaves like OpenSky.
namespace airspool::whole {
namespace {

using nlohmann::json;
using testing::HasSubstr;
using testing::Not;

constexpr const char* kSecret = "s3cret-of-the-test";

class CloudOnlyTest : public testing::Test {
 protected:
  void configure(const test::MockOpenSky& mock) {
    const std::string credentials = box_.path("opensky.json");
    std::ofstream(credentials) << R"({"clientId":"mock-client","clientSecret":")" << kSecret << "\"}";
    fs::permissions(credentials, fs::perms::owner_read | fs::perms::owner_write);
    std::ofstream(box_.path("airspool.toml"))
        << "[station]\nname = \"roof-1\"\n[radio]\nsource = \"none\"\n"
        << "[sampling]\npolicy = \"every-change\"\n"
        << "[opensky]\nbase_url = \"" << mock.base_url() << "\"\ntoken_url = \"" << mock.token_url()
        << "\"\ncredentials_file = \"" << credentials << "\"\n"
        << "[spool]\npath = \"" << box_.path("spool.db") << "\"\nbatch_seconds = 0.5\n"
        << "[[sink]]\nname = \"disk\"\ntype = \"file\"\npath = \"" << box_.path("out") << "\"\n";
  }

  // What lies in the files of the sink, by address; lines that are no records are left out.
  [[nodiscard]] std::map<std::string, json> records() const {
    std::map<std::string, json> out;
    std::error_code none;
    for (const auto& entry : fs::directory_iterator(box_.folder() / "out", none)) {
      const std::string content = content_of(entry.path());
      std::vector<std::size_t> frames;
      for (auto at = content.find("\x28\xB5\x2F\xFD"); at != std::string::npos;
           at = content.find("\x28\xB5\x2F\xFD", at + 1)) {
        frames.push_back(at);
      }
      frames.push_back(content.size());
      for (std::size_t i = 0; i + 1 < frames.size(); ++i) {
        const auto text = spool::decode_batch(std::string_view(content).substr(frames[i], frames[i + 1] - frames[i]));
        if (!text) continue;  // not yet whole
        std::istringstream lines(*text);
        for (std::string line; std::getline(lines, line);) {
          json record = json::parse(line);
          if (record.contains("kind")) continue;
          const std::string address = record.at("icao24");
          EXPECT_TRUE(out.emplace(address, std::move(record)).second) << "twice: " << line;
        }
      }
    }
    return out;
  }

  // Runs until every row of the answer has arrived, and holds each against its row.
  void expect_every_row(test::MockOpenSky& mock, const json& answer) {
    configure(mock);
    box_.start();
    const std::size_t rows = answer.at("states").size();
    EXPECT_TRUE(eventually(30s, [&] { return records().size() >= rows; })) << records().size() << box_.log();
    EXPECT_EQ(box_.stop(), 0) << box_.log();
    EXPECT_THAT(box_.log(), Not(HasSubstr(kSecret)));
    EXPECT_THAT(box_.log(), Not(HasSubstr("mock.1.")));  // a token
    const auto arrived = records();
    ASSERT_EQ(arrived.size(), rows);
    for (const json& row : answer.at("states")) expect_row(arrived.at(row.at(0)), row);
    EXPECT_EQ(mock.service().books().tokens, 1U);
    EXPECT_EQ(mock.service().books().refused, 0U);
  }

  static void expect_row(const json& record, const json& row) {
    // Names in the order of OpenSky's columns; `sensors` is null in every answer that was not filtered by them.
    static const std::vector<std::pair<std::size_t, const char*>> kColumns{
        {0, "icao24"},    {2, "origin_country"}, {3, "time_position"},   {4, "last_contact"},
        {5, "longitude"}, {6, "latitude"},       {7, "baro_altitude"},   {8, "on_ground"},
        {9, "velocity"},  {10, "true_track"},    {11, "vertical_rate"},  {13, "geo_altitude"},
        {14, "squawk"},   {15, "spi"},           {16, "position_source"}};
    for (const auto& [column, name] : kColumns) {
      // An absent key and a null mean the same.
      ASSERT_EQ(record.value(name, json()), row.at(column)) << name << ' ' << record << ' ' << row;
    }
    std::string callsign = row.at(1).is_null() ? "" : row.at(1).get<std::string>();
    callsign.erase(callsign.find_last_not_of(' ') + 1);
    ASSERT_EQ(record.value("callsign", ""), callsign) << record;
    ASSERT_EQ(record.value("category", json()), row.size() > 17 ? row.at(17) : json()) << record;
    ASSERT_EQ(record.at("source"), "opensky");
    ASSERT_EQ(record.at("station_id"), "roof-1");
    ASSERT_EQ(record.at("event_time_ms").get<std::int64_t>(), row.at(4).get<std::int64_t>() * 1000);
  }

  static test::MockSettings with_secret() {
    test::MockSettings settings;
    settings.client_secret = kSecret;
    return settings;
  }

  SystemClock clock_;
  Box box_;
};

TEST_F(CloudOnlyTest, EveryRowOfTheRecordedWorldArrivesAsGiven) {
  const auto path = test::shared_data("opensky/states-global-2025-12-28.json");
  AIRSPOOL_REQUIRE_SHARED(path);
  test::MockSettings settings = with_secret();
  settings.recording = content_of(path);
  const json answer = json::parse(settings.recording);
  ASSERT_EQ(answer.at("states").size(), 6'553U);
  test::MockOpenSky mock(settings, clock_);
  expect_every_row(mock, answer);
}

TEST_F(CloudOnlyTest, EveryRowOfAGeneratedWorldArrivesAsGiven) {
  test::MockSettings settings = with_secret();
  settings.recording = test::MockSky(7, 1'500, {46.8, 8.2}).answer(1'790'000'000, {{}, {}, true});
  const json answer = json::parse(settings.recording);
  ASSERT_EQ(answer.at("states").size(), 1'500U);
  test::MockOpenSky mock(settings, clock_);
  expect_every_row(mock, answer);
}

TEST_F(CloudOnlyTest, ADayThatStartsWithTroubleGoesOn) {
  test::MockOpenSky mock(with_secret(), clock_);
  mock.service().script({test::MockFault::kUnauthorised, test::MockFault::kBomb});
  configure(mock);
  box_.start();
  EXPECT_TRUE(eventually(30s, [&] { return !records().empty(); })) << box_.log();
  EXPECT_EQ(box_.stop(), 0);
  EXPECT_TRUE(box_.says("larger than 64 MiB")) << box_.log();
  EXPECT_EQ(mock.service().books().tokens, 2U) << "the one that was withdrawn, and another";
}

TEST_F(CloudOnlyTest, ASecretThatOthersCanReadKeepsItFromStarting) {
  test::MockOpenSky mock(with_secret(), clock_);
  configure(mock);
  fs::permissions(box_.path("opensky.json"), fs::perms::group_read, fs::perm_options::add);
  const Outcome outcome = box_.run_command();
  EXPECT_EQ(outcome.status, EX_NOPERM);
  EXPECT_THAT(outcome.err, HasSubstr("chmod 600 " + box_.path("opensky.json")));
  EXPECT_THAT(outcome.err, Not(HasSubstr(kSecret)));
}

TEST_F(CloudOnlyTest, ASecretThatIsWrongIsSaidAndTheProgramGoesOn) {
  test::MockOpenSky mock(test::MockSettings{}, clock_);
  configure(mock);
  box_.start();
  EXPECT_TRUE(eventually(10s, [&] { return box_.says("the secret is wrong"); })) << box_.log();
  EXPECT_FALSE(box_.end_within(500ms)) << box_.log();
  EXPECT_EQ(mock.service().books().token_refusals, 1U);
}

}  // namespace
}  // namespace airspool::whole
