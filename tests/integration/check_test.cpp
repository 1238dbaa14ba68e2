// SPDX-License-Identifier: Apache-2.0
#include <filesystem>
#include <fstream>
#include <string>

#include <gmock/gmock.h>
#include <nlohmann/json.hpp>

#include "fakes/mock_opensky.h"
#include "program.h"

namespace airspool::test {
namespace {

using nlohmann::json;
using testing::HasSubstr;

class CheckTest : public ProgramTest {
 protected:
  // A file with a spool in our folder, and what the test is about.
  [[nodiscard]] std::string config(const std::string& more) const {
    return write("airspool.toml", "[station]\nlat = 47\nlon = 8\n[radio]\nsource = \"sim\"\n[spool]\npath = \"" +
                                      path("box/spool.db") + "\"\n" + more);
  }
  Outcome check(const std::string& more, const std::string& options = "") const {
    return airspool("check " + options + " --config " + config(more));
  }
  // The states of the steps, "machine.clock": "good".
  static json states(const Outcome& outcome) {
    json out = json::object();
    const json all = json::parse(outcome.out, nullptr, false);
    for (const json& part : all.value("parts", json::array())) {
      for (const json& step : part.at("steps")) {
        out[part.at("name").get<std::string>() + "." + step.at("step").get<std::string>()] = step.at("state");
      }
    }
    return out;
  }
};

TEST_F(CheckTest, AGoodBoxIsGoodFromTheFileToTheSink) {
  const Outcome outcome = check("[[sink]]\ntype = \"file\"\npath = \"" + path("out") + "\"\n");
  EXPECT_EQ(outcome.status, 0) << outcome.out;
  for (const char* header :
       {"configuration\n", "\nmachine\n", "\nradio\n", "\nOpenSky\n", "\nspool\n", "\nsink \"file\""})
    EXPECT_THAT(outcome.out, HasSubstr(header));
  EXPECT_THAT(outcome.out, HasSubstr("\ngood: 'airspool run' has what it needs\n"));
  EXPECT_FALSE(std::filesystem::exists(path("box"))) << "a check makes nothing";
}

TEST_F(CheckTest, AWrongFileIsToldAsStepsWithTheStatusOfAConfiguration) {
  const Outcome text = check("[radoi]\n");
  EXPECT_EQ(text.status, 78);
  EXPECT_THAT(text.out,
              HasSubstr("airspool.toml:8:2: unknown key \"radoi\" at the top level; did you mean \"radio\"?"));
  const Outcome machine = check("[radoi]\n", "--json");
  EXPECT_EQ(machine.status, 78);
  EXPECT_EQ(states(machine)["configuration.keys"], "failed") << machine.out;
}

TEST_F(CheckTest, AFailureDoesNotHideTheRest) {
  const Outcome outcome =
      check("[[sink]]\ntype = \"mqtt\"\nurl = \"mqtt://127.0.0.1:1\"\n[[sink]]\ntype = \"file\"\npath = \"" +
            path("out") + "\"\n");
  EXPECT_EQ(outcome.status, 1);
  EXPECT_THAT(outcome.out, HasSubstr("FAIL  connection  127.0.0.1 port 1"));
  EXPECT_THAT(outcome.out, HasSubstr("sink \"file\" (file)\n  ok    delivery"));
}

TEST_F(CheckTest, APlaceWhereNoSpoolCanBeIsAFailure) {
  write("box", "a file, no folder");
  const Outcome outcome = check("", "--json");
  EXPECT_EQ(outcome.status, 1);
  EXPECT_EQ(states(outcome)["machine.folder"], "failed") << outcome.out;
}

TEST_F(CheckTest, ASpoolOfANewerProgramIsAFailure) {
  std::filesystem::create_directories(path("box"));
  write("box/spool.db", "no database of ours");
  const Outcome outcome = check("", "--json");
  EXPECT_EQ(states(outcome)["spool.queue"], "failed") << outcome.out;
}

TEST_F(CheckTest, OpenSkyIsAskedOnce) {
  const SystemClock clock;
  MockOpenSky opensky({}, clock);
  const std::string section = "[opensky]\nbase_url = \"" + opensky.base_url() + "\"\ntoken_url = \"" +
                              opensky.token_url() + "\"\naround = { lat = 47, lon = 8, radius_km = 200 }\n";
  const Outcome anonymous = check(section, "--json");
  EXPECT_EQ(states(anonymous)["opensky.answer"], "good") << anonymous.out;
  EXPECT_EQ(opensky.service().books().credits, 1U);

  write("opensky.json", R"({"clientId":"mock-client","clientSecret":"hunter2"})");
  std::filesystem::permissions(path("opensky.json"), std::filesystem::perms::owner_read);
  const Outcome wrong = check(section + "credentials_file = \"" + path("opensky.json") + "\"\n");
  EXPECT_EQ(wrong.status, 1);
  EXPECT_THAT(wrong.out, HasSubstr("FAIL  account     OpenSky does not know this client id"));
  EXPECT_THAT(wrong.out, testing::Not(HasSubstr("hunter2")));
}

TEST_F(CheckTest, WithoutACollectorThereIsNoStatus) {
  const Outcome outcome = airspool("status --config " + config(""));
  EXPECT_EQ(outcome.status, 69);
  EXPECT_THAT(outcome.out, HasSubstr("no collector is running there; start one (systemctl start airspool)"));
}

// A collector in the background while a command of ours runs.
TEST_F(CheckTest, ARunningCollectorIsToldPartByPartAndHasItsSpoolAlone) {
  const std::string file =
      config("[status]\nlisten = \"127.0.0.1:0\"\n[[sink]]\ntype = \"file\"\npath = \"" + path("out") + "\"\n");
  const std::string program = quoted(AIRSPOOL_PROGRAM);
  const std::string status = program + " status --config " + file;
  const Outcome outcome =
      run_shell("{ " + program + " run --config " + file + " & pid=$!; for i in $(seq 100); do " + status +
                " >/dev/null 2>&1 && break; sleep 0.1; done; " + status + "; " + status + " --json; " + program +
                " check --config " + file + "; " + program + " run --config " + file +
                "; echo second $?; kill $pid; wait $pid; echo first $?; } " + "2>&1");
  EXPECT_THAT(outcome.out, HasSubstr(", station "));
  EXPECT_THAT(outcome.out, HasSubstr("\n  ok    sink file "));
  EXPECT_THAT(outcome.out, HasSubstr("\"part\":\"aircraft\""));
  EXPECT_THAT(outcome.out, HasSubstr("  ok    collector   one is running\n"));
  EXPECT_THAT(outcome.out, testing::ContainsRegex("another airspool .process [0-9]+. holds it; stop it first"));
  EXPECT_THAT(outcome.out, HasSubstr("second 69\n"));
  EXPECT_THAT(outcome.out, HasSubstr("first 0\n"));
}

}  // namespace
}  // namespace airspool::test
