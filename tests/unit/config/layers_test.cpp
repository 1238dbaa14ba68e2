// SPDX-License-Identifier: Apache-2.0
#include <filesystem>
#include <fstream>
#include <string_view>

#include <gmock/gmock.h>

#include <airspool/config/reference.h>

#include "loading.h"

namespace airspool::config::test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

// A folder as /etc/airspool, with boards/ in it.
class ConfigLayersTest : public testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = (std::filesystem::temp_directory_path() / "airspool-layers-XXXXXX").string();
    ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
    folder_ = pattern;
    request_.default_file = (folder_ / "airspool.toml").string();
    request_.boards_folder = (folder_ / "boards").string();
    request_.board = {"rpi-4", "Raspberry Pi 4 Model B Rev 1.4"};
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  std::string write(const std::string& name, std::string_view content) {
    const std::filesystem::path path = folder_ / name;
    std::filesystem::create_directories(path.parent_path());
    std::ofstream(path, std::ios::binary) << content;
    return path.string();
  }
  [[nodiscard]] Loaded good() const {
    LoadResult loaded = load(request_);
    if (!loaded) ADD_FAILURE() << loaded.error().text();
    return loaded ? *std::move(loaded) : Loaded{};
  }
  // What is wrong, with the folder's name taken out.
  [[nodiscard]] std::string bad() const {
    const LoadResult loaded = load(request_);
    std::string text = loaded ? std::string() : loaded.error().text();
    const std::string here = folder_.string() + "/";
    for (auto at = text.find(here); at != std::string::npos; at = text.find(here)) text.erase(at, here.size());
    return text;
  }

  std::filesystem::path folder_;
  LoadRequest request_;
};

TEST_F(ConfigLayersTest, LaterOnesWinAndEachValueKnowsWhereItIsFrom) {
  const std::string board = write("boards/rpi-4/board.toml", "[spool]\nbatch_records = 1\nbatch_seconds = 1\n");
  const std::string file = write("airspool.toml", "[spool]\nbatch_records = 2\nmax_age_h = 2\n[radio]\nppm = 2\n");
  const std::string drop_in = write("conf.d/10.toml", "[spool]\nmax_age_h = 3\n[radio]\nppm = 3\nport = 3\n");
  request_.environment = {"AIRSPOOL_RADIO__PPM=4", "AIRSPOOL_RADIO__PORT=4"};
  request_.settings = sets({"radio.port=5"});
  const Loaded loaded = good();
  EXPECT_EQ(loaded.config.spool.batch_seconds, 1.0);
  EXPECT_EQ(loaded.config.spool.batch_records, 2);
  EXPECT_EQ(loaded.config.spool.max_age_h, 3.0);
  EXPECT_EQ(loaded.config.radio.ppm, 4);
  EXPECT_EQ(loaded.config.radio.port, 5);
  EXPECT_EQ(loaded.origin("spool.batch_seconds").label(), board + ":3");
  EXPECT_EQ(loaded.origin("spool.batch_records").label(), file + ":2");
  EXPECT_EQ(loaded.origin("spool.max_age_h").label(), drop_in + ":2");
  EXPECT_EQ(loaded.origin("radio.ppm").label(), "AIRSPOOL_RADIO__PPM");
  EXPECT_EQ(loaded.origin("radio.port").label(), "--set");
  EXPECT_THAT(loaded.files, ElementsAre(board, file, drop_in));
  EXPECT_EQ(loaded.file, file);
  EXPECT_EQ(loaded.overlay, board);
}

TEST_F(ConfigLayersTest, NoneNeedsToBeThere) {
  const Loaded loaded = good();
  EXPECT_TRUE(loaded.files.empty());
  EXPECT_EQ(loaded.overlay, "");
  EXPECT_EQ(loaded.board.name, "rpi-4");
}

TEST_F(ConfigLayersTest, ABoardSetsWhatDependsOnTheMachineAlone) {
  write("boards/rpi-4/board.toml", "[station]\nname = \"x\"\n[[sink]]\ntype = \"file\"\n");
  EXPECT_EQ(bad(),
            "boards/rpi-4/board.toml:2:1: a board's overlay may not set station.name: it belongs into "
            "/etc/airspool/airspool.toml\n"
            "boards/rpi-4/board.toml:3:3: a board's overlay may not set sink: it belongs into "
            "/etc/airspool/airspool.toml\n");
}

TEST_F(ConfigLayersTest, DropInsAreReadByNameAndOthersPassedOver) {
  write("conf.d/20.toml", "[radio]\nppm = 20\n");
  write("conf.d/10.toml", "[radio]\nppm = 10\n");
  write("conf.d/30.toml~", "[radio]\nppm = 30\n");
  write("conf.d/.40.toml", "[radio]\nppm = 40\n");
  EXPECT_EQ(good().config.radio.ppm, 20);
}

TEST_F(ConfigLayersTest, DropInsStandBesideTheFileThatIsNamed) {
  request_.file = write("elsewhere/my.toml", "");
  write("elsewhere/conf.d/10.toml", "[radio]\nppm = 10\n");
  EXPECT_EQ(good().config.radio.ppm, 10);
}

TEST_F(ConfigLayersTest, ADropInAddsASink) {
  write("airspool.toml", "[[sink]]\nname = \"lake\"\ntype = \"kafka\"\nbrokers = [\"a:1\"]\n");
  write("conf.d/10.toml", "[[sink]]\nname = \"home\"\ntype = \"mqtt\"\nurl = \"mqtt://h\"\n");
  const auto sinks = good().config.sinks;
  ASSERT_EQ(sinks.size(), 2U);
  EXPECT_EQ(sinks[0].name, "lake");
  EXPECT_EQ(sinks[1].name, "home");
}

TEST_F(ConfigLayersTest, ADropInChangesASinkThatIsThere) {
  write("airspool.toml", "[[sink]]\nname = \"lake\"\ntype = \"kafka\"\nbrokers = [\"a:1\"]\n");
  write("conf.d/10.toml", "[[sink]]\nname = \"lake\"\ntopic = \"t\"\n");
  const Loaded loaded = good();
  ASSERT_EQ(loaded.config.sinks.size(), 1U);
  EXPECT_EQ(loaded.config.sinks[0].topic, "t");
  EXPECT_THAT(loaded.config.sinks[0].brokers, ElementsAre("a:1"));
}

TEST_F(ConfigLayersTest, ADropInReplacesAListInsideASection) {
  write("airspool.toml", "[opensky]\narea = [ { south = 1, west = 1, north = 2, east = 2 } ]\n");
  write("conf.d/10.toml", "[opensky]\narea = [ { south = 3, west = 3, north = 4, east = 4 } ]\n");
  const auto areas = good().config.opensky.areas;
  ASSERT_EQ(areas.size(), 1U);
  EXPECT_EQ(areas[0].south_deg, 3.0);
}

TEST_F(ConfigLayersTest, TwoUnnamedSinksOfTwoFilesAreToldApart) {
  write("airspool.toml", "[[sink]]\ntype = \"file\"\npath = \"/a\"\n");
  write("conf.d/10.toml", "[[sink]]\ntype = \"file\"\npath = \"/b\"\n");
  EXPECT_THAT(bad(), HasSubstr("conf.d/10.toml:1:1: two sinks are named \"file\" (the other is in airspool.toml:1): "
                               "give this one another name"));
}

TEST_F(ConfigLayersTest, ErrorsComeFileByFile) {
  write("airspool.toml", "\n\n\n[radio]\nppm = 0.5\n");
  write("conf.d/10.toml", "[radio]\nppm = 0.6\n");
  request_.environment = {"AIRSPOOL_RADIO__PPM=0.7"};
  request_.settings = sets({"radio.ppm=0.8"});
  const std::string wants = ": radio.ppm must be a whole number from -200 to 200 ppm, not ";
  EXPECT_EQ(bad(), "airspool.toml:5:7" + wants + "0.5\nconf.d/10.toml:2:7" + wants + "0.6\nAIRSPOOL_RADIO__PPM=0.7" +
                       wants + "0.7\n--set radio.ppm=0.8" + wants + "0.8\n");
}

TEST_F(ConfigLayersTest, WhatCannotBeReadIsSaidAlone) {
  write("airspool.toml", "[station]\nlat = 4\n");
  write("conf.d/10.toml", "[radio\n");
  EXPECT_THAT(bad(), testing::StartsWith("conf.d/10.toml:1:7: not valid TOML"));
  EXPECT_THAT(bad(), testing::Not(HasSubstr("lat needs lon")));
}

TEST_F(ConfigLayersTest, MoreDropInsThanAnybodyWritesAreRefused) {
  for (std::size_t i = 0; i <= kMaxDropIns; ++i) write("conf.d/" + std::to_string(i) + ".toml", "");
  EXPECT_THAT(bad(), HasSubstr("conf.d:1:1: more than 64 files"));
}

class ConfigEnvironmentTest : public ConfigLayersTest {
 protected:
  std::string bad_with(const std::string& variable) {
    request_.environment = {variable};
    return bad();
  }
};

TEST_F(ConfigEnvironmentTest, OtherVariablesArePassedOver) {
  request_.environment = {"PATH=/bin", "AIRSPOOL_SHARED_DATA=/x", "AIRSPOOL_", "AIRSPOOL__X", "", "="};
  EXPECT_TRUE(good().origins.empty());
}

TEST_F(ConfigEnvironmentTest, ReachesSectionsInSections) {
  request_.environment = {"AIRSPOOL_RADIO__SIM__MESSAGES_PER_S=7", "AIRSPOOL_STATION__NAME=roof",
                          "AIRSPOOL_OPENSKY__AREA=[{south=1,west=1,north=2,east=2}]"};
  const Loaded loaded = good();
  EXPECT_EQ(loaded.config.radio.sim.messages_per_s, 7.0);
  EXPECT_EQ(loaded.config.station.name, "roof");
  EXPECT_EQ(loaded.config.opensky.areas.size(), 1U);
}

TEST_F(ConfigEnvironmentTest, MakesASinkAndChangesOne) {
  write("airspool.toml", "[[sink]]\nname = \"My-lake\"\ntype = \"kafka\"\nbrokers = [\"a:1\"]\n");
  request_.environment = {"AIRSPOOL_SINK__MY_LAKE__BROKERS=b:2,c:3",
                          "AIRSPOOL_SINK__MY_LAKE__PROPERTIES__CLIENT_RACK=r1", "AIRSPOOL_SINK__HOME__TYPE=mqtt",
                          "AIRSPOOL_SINK__HOME__URL=mqtt://h"};
  const auto sinks = good().config.sinks;
  ASSERT_EQ(sinks.size(), 2U);
  EXPECT_THAT(sinks[0].brokers, ElementsAre("b:2", "c:3"));
  EXPECT_EQ(sinks[0].properties.at("client.rack"), "r1");
  EXPECT_EQ(sinks[1].name, "home");
}

TEST_F(ConfigEnvironmentTest, ASlipIsAnErrorWithTheNameThatWasMeant) {
  EXPECT_EQ(bad_with("AIRSPOOL_RADIO__GIAN=3"),
            "AIRSPOOL_RADIO__GIAN: no key has this name; did you mean AIRSPOOL_RADIO__GAIN?\n");
  EXPECT_EQ(bad_with("AIRSPOOL_RADOI__GAIN=3"),
            "AIRSPOOL_RADOI__GAIN: no key has this name; did you mean AIRSPOOL_RADIO__GAIN?\n");
  EXPECT_EQ(bad_with("AIRSPOOL_SINK__HOME__URI=x"),
            "AIRSPOOL_SINK__HOME__URI: no key has this name; did you mean AIRSPOOL_SINK__HOME__URL?\n");
  EXPECT_EQ(bad_with("AIRSPOOL_WHO__KNOWS=x"),
            "AIRSPOOL_WHO__KNOWS: no key has this name; 'airspool config keys' lists all keys\n");
}

TEST_F(ConfigEnvironmentTest, SecretsAreNotRepeated) {
  const std::string text = bad_with("AIRSPOOL_SINK__LAKE__PROPERTIES__SASL_PASSWORD=hunter2");
  EXPECT_THAT(text, HasSubstr("AIRSPOOL_SINK__LAKE__PROPERTIES__SASL_PASSWORD=***: no sink is named \"lake\""));
}

TEST_F(ConfigEnvironmentTest, HostileNamesAndValuesAreErrors) {
  EXPECT_NE(bad_with("AIRSPOOL_RADIO__DEVICE=\xFF"), "");
  EXPECT_NE(bad_with("AIRSPOOL_\xFF__\x01=1"), "");
  EXPECT_NE(bad_with("AIRSPOOL_SINK__=1"), "");
  EXPECT_NE(bad_with("AIRSPOOL_SINK____=1"), "");
  EXPECT_NE(bad_with("AIRSPOOL_RADIO__SIM=1"), "");
  std::string deep = "AIRSPOOL_A";
  for (int i = 0; i < 100000; ++i) deep += "__A";
  EXPECT_NE(bad_with(deep + "=1"), "");
}

class BoardTest : public ConfigLayersTest {
 protected:
  Board board_of(std::string_view compatible, std::string_view model) {
    write("proc/device-tree/compatible", compatible);
    write("proc/device-tree/model", model);
    return recognise_board(folder_.string());
  }
};

using namespace std::string_view_literals;

TEST_F(BoardTest, GoesByTheDeviceTree) {
  const Board zero = board_of("raspberrypi,model-zero-2-w\0brcm,bcm2837\0"sv, "Raspberry Pi Zero 2 W Rev 1.0\0"sv);
  EXPECT_EQ(zero.name, "rpi-zero-2w");
  EXPECT_EQ(zero.model, "Raspberry Pi Zero 2 W Rev 1.0");
  EXPECT_EQ(board_of("raspberrypi,4-model-b\0brcm,bcm2711\0"sv, "").name, "rpi-4");
  EXPECT_EQ(board_of("raspberrypi,5-model-b\0brcm,bcm2712\0"sv, "").name, "rpi-5");
}

TEST_F(BoardTest, AnyOtherIsTheGenericOneOfItsProcessor) {
  EXPECT_THAT(recognise_board(folder_.string()).name, testing::StartsWith("generic-"));
  const Board other = board_of("pine64,rock64\0"sv, "Pine64 \x01 Rock64\0"sv);
  EXPECT_THAT(other.name, testing::StartsWith("generic-"));
  EXPECT_EQ(other.model, "Pine64 ? Rock64");
}

}  // namespace
}  // namespace airspool::config::test
