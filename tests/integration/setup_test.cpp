// SPDX-License-Identifier: Apache-2.0
#include <filesystem>
#include <string>
#include <vector>

#include <gmock/gmock.h>

#include "fakes/mock_opensky.h"
#include "program.h"

namespace airspool::test {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr const char* kOurs = "conf.d/50-setup.toml";

class SetupTest : public ProgramTest {
 protected:
  // `airspool setup`, answered by lines.
  [[nodiscard]] Outcome answer(const std::vector<std::string>& lines, const std::string& options = "") const {
    std::string typed;
    for (const std::string& line : lines) typed += " " + quoted(line);
    return airspool("setup --config " + path("airspool.toml") + " " + options, "printf '%s\\n'" + typed + " |");
  }
  [[nodiscard]] Outcome yes(const std::string& options) const {
    return airspool("setup --yes --config " + path("airspool.toml") + " " + options + " < /dev/null");
  }
  [[nodiscard]] bool exists(const std::string& name) const { return std::filesystem::exists(path(name)); }
  [[nodiscard]] std::string mode_of(const std::string& name) const {
    return run_shell("stat -c %a " + quoted(path(name))).out;
  }
};

TEST_F(SetupTest, WritesTheAnswersBesideWhatIsThere) {
  const std::string by_hand = "# mine\n[radio]\nsource = \"none\"\n";
  write("airspool.toml", by_hand);
  const Outcome outcome = answer({"roof-1", "48.137 11.576 520", "", "no", path("out"), "yes", "yes"});
  EXPECT_EQ(outcome.status, 0) << outcome.out;
  EXPECT_EQ(read("airspool.toml"), by_hand);
  const std::string ours = read(kOurs);
  EXPECT_THAT(ours, HasSubstr("[station]\nname = \"roof-1\"\nlat = 48.137\nlon = 11.576\nalt_m = 520\n"));
  EXPECT_THAT(ours, HasSubstr("[[sink]]\nname = \"file\"\ntype = \"file\"\npath = \"" + path("out") + "\"\n"));
  EXPECT_THAT(ours, HasSubstr("listen = \"0.0.0.0:1090\"\n"));
  EXPECT_EQ(airspool("config check --config " + path("airspool.toml")).status, 0);
}

TEST_F(SetupTest, RunAgainEnterKeepsEverything) {
  ASSERT_EQ(answer({"roof-1", "48.137 11.576", "sim", "no", path("out"), "yes", "yes"}).status, 0);
  const std::string first = read(kOurs);
  const Outcome again = answer({"", "", "", "", "", "", ""});
  EXPECT_EQ(again.status, 0) << again.out;
  EXPECT_EQ(read(kOurs), first);
  EXPECT_EQ(yes("").status, 0);
  EXPECT_EQ(read(kOurs), first);
}

TEST_F(SetupTest, AWrongAnswerIsAskedForAgain) {
  const Outcome outcome = answer(
      {"a b", "roof", "95, 11", "here", "48, 11", "tape", "sim", "no", "somewhere", "none", "perhaps", "no", "yes"});
  EXPECT_EQ(outcome.status, 0) << outcome.out;
  for (const char* said : {"station.name must be", "station.lat must be a number from -90 to 90 degrees, not 95",
                           "write it as 48.137, 11.576", "radio.source must be", "write it as mqtt://", "yes or no"}) {
    EXPECT_THAT(outcome.out, HasSubstr(said));
  }
  EXPECT_THAT(read(kOurs), HasSubstr("lat = 48\n"));
  EXPECT_THAT(read(kOurs), Not(HasSubstr("95")));
}

TEST_F(SetupTest, AnswersThatEndEarlyOrANoAtTheEndChangeNothing) {
  const Outcome early = answer({"roof", "48, 11"});
  EXPECT_EQ(early.status, 66);
  EXPECT_THAT(early.out, HasSubstr("the answers ended too early; nothing was changed"));
  const Outcome no = answer({"roof", "48, 11", "sim", "no", "none", "no", "no"});
  EXPECT_EQ(no.status, 0);
  EXPECT_THAT(no.out, HasSubstr("nothing was changed"));
  EXPECT_FALSE(exists("conf.d"));
}

TEST_F(SetupTest, OptionsAnswerWithoutQuestions) {
  const Outcome outcome = yes("--name roof --position 48,11 --radio none --send-to " + path("out") + " --page no");
  EXPECT_EQ(outcome.status, 0) << outcome.out;
  EXPECT_THAT(read(kOurs), HasSubstr("path = \"" + path("out") + "\""));
  const Outcome wrong = yes("--position 95,11");
  EXPECT_EQ(wrong.status, 64);
  EXPECT_THAT(wrong.out, HasSubstr("station.lat must be"));
}

TEST_F(SetupTest, WhatFailsItsCheckIsNotWrittenUnlessItIsToBe) {
  const Outcome refused = yes("--send-to mqtt://127.0.0.1:1");
  EXPECT_EQ(refused.status, 1);
  EXPECT_THAT(refused.out, HasSubstr("FAIL  connection  127.0.0.1 port 1"));
  EXPECT_FALSE(exists(kOurs));
  EXPECT_EQ(yes("--send-to mqtt://127.0.0.1:1 --no-check").status, 0);
  EXPECT_THAT(read(kOurs), HasSubstr("url = \"mqtt://127.0.0.1:1\""));
  const Outcome given_up = answer({"", "", "", "", "mqtt://127.0.0.1:2", "none", "no", "none", "", "yes"});
  EXPECT_EQ(given_up.status, 0) << given_up.out;
  EXPECT_THAT(given_up.out, HasSubstr("Keep this answer all the same?"));
  EXPECT_THAT(read(kOurs), Not(HasSubstr("mqtt")));
}

TEST_F(SetupTest, APasswordGoesIntoAFileOfItsOwn) {
  const Outcome outcome = answer({"", "", "", "", "mqtt://127.0.0.1:1", "me", "hunter2", "", "yes"}, "--no-check");
  EXPECT_EQ(outcome.status, 0) << outcome.out;
  EXPECT_EQ(read("mqtt.password"), "hunter2");
  EXPECT_EQ(mode_of("mqtt.password"), "600\n");
  EXPECT_THAT(read(kOurs), HasSubstr("username = \"me\"\npassword_file = \"" + path("mqtt.password") + "\"\n"));
  EXPECT_THAT(read(kOurs) + outcome.out, Not(HasSubstr("hunter2")));
  // Enter keeps it.
  EXPECT_EQ(answer({"", "", "", "", "", "", "", "", "yes"}, "--no-check").status, 0);
  EXPECT_EQ(read("mqtt.password"), "hunter2");
  const Outcome inside = yes("--no-check --send-to mqtt://me:hunter3@127.0.0.1");
  EXPECT_EQ(inside.status, 64);
  EXPECT_THAT(inside.out, HasSubstr("leave the user and the password out of it"));
}

TEST_F(SetupTest, KafkaWithAUserIsScramAndMskIsIam) {
  EXPECT_EQ(yes("--no-check --send-to kafka://a:9096,b:9096 --username me --password-file /p").status, 0);
  EXPECT_THAT(read(kOurs), HasSubstr("brokers = [\"a:9096\", \"b:9096\"]\nsecurity = \"scram-sha-512\"\n"));
  EXPECT_EQ(yes("--no-check --send-to msk://b-1.example:9098").status, 0);
  EXPECT_THAT(read(kOurs), HasSubstr("brokers = [\"b-1.example:9098\"]\nsecurity = \"msk-iam\"\n"));
  EXPECT_THAT(read(kOurs), Not(HasSubstr("username")));
}

TEST_F(SetupTest, ASinkOfTheFilesIsLeftAlone) {
  write("airspool.toml", "[[sink]]\ntype = \"file\"\npath = \"/mine\"\n");
  EXPECT_EQ(yes("--send-to " + path("out")).status, 0);
  EXPECT_THAT(read(kOurs), HasSubstr("name = \"file-2\""));
}

TEST_F(SetupTest, CredentialsOfOpenSkyAreTriedThenCopied) {
  const SystemClock clock;
  MockOpenSky opensky({}, clock);
  write("airspool.toml",
        "[opensky]\nbase_url = \"" + opensky.base_url() + "\"\ntoken_url = \"" + opensky.token_url() + "\"\n");
  const std::string downloads = write("Downloads/credentials.json", R"({"clientId":"x","clientSecret":"y"})");
  std::filesystem::create_directories(path("etc"));
  std::filesystem::rename(path("airspool.toml"), path("etc/airspool.toml"));
  const auto setup = [&](const std::string& options) {
    return airspool("setup --yes --config " + path("etc/airspool.toml") + " --position 47,8 " + options);
  };
  const Outcome wrong = setup("--opensky " + downloads);
  EXPECT_EQ(wrong.status, 1);
  EXPECT_THAT(wrong.out, HasSubstr("OpenSky does not know this client id"));
  EXPECT_FALSE(exists("etc/opensky.json"));

  write("Downloads/credentials.json", R"({"clientId":"mock-client","clientSecret":"mock-secret"})");
  const Outcome right = setup("--opensky " + downloads + " --radius-km 50");
  EXPECT_EQ(right.status, 0) << right.out;
  EXPECT_EQ(mode_of("etc/opensky.json"), "600\n");
  EXPECT_THAT(read("etc/conf.d/50-setup.toml"), HasSubstr("credentials_file = \"" + path("etc/opensky.json") + "\""));
  EXPECT_THAT(read("etc/conf.d/50-setup.toml"), HasSubstr("[opensky.around]\nlat = 47\nlon = 8\nradius_km = 50\n"));
  EXPECT_EQ(setup("").status, 0) << "run again, it keeps the file";

  write("secret", "mock-secret\n");
  const Outcome client = setup("--opensky mock-client --opensky-secret-file " + path("secret"));
  EXPECT_EQ(client.status, 0) << client.out;
  EXPECT_EQ(mode_of("etc/opensky.secret"), "600\n");
}

TEST_F(SetupTest, OpenSkyWithoutAPositionSaysWhatIsMissing) {
  const Outcome outcome = yes("--opensky anonymous");
  EXPECT_EQ(outcome.status, 64);
  EXPECT_THAT(outcome.out, HasSubstr("its position is not known"));
}

TEST_F(SetupTest, AFileThatIsWrongIsToBeMendedFirst) {
  write("airspool.toml", "[radoi]\n");
  const Outcome outcome = yes("");
  EXPECT_EQ(outcome.status, 78);
  EXPECT_THAT(outcome.out, HasSubstr("airspool.toml:1:2: unknown key \"radoi\""));
  EXPECT_THAT(outcome.out, HasSubstr("mend this first"));
}

TEST_F(SetupTest, OurOwnFileBrokenIsWrittenAnew) {
  write(kOurs, "[radio\n");
  EXPECT_EQ(yes("--radio none").status, 0);
  EXPECT_THAT(read(kOurs), HasSubstr("source = \"none\""));
}

}  // namespace
}  // namespace airspool::test
