// SPDX-License-Identifier: Apache-2.0
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <regex>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>
#include <sysexits.h>

#include <airspool/core/geo.h>

#include "integration/program.h"
#include "shared_data.h"

// `airspool replay` as its users run it: by its command line, standard output and exit status.
namespace airspool {
namespace {

namespace fs = std::filesystem;

using test::Outcome;
using test::run_shell;

const std::string kProgram = test::quoted(AIRSPOOL_PROGRAM);

Outcome replay(const std::string& arguments) { return run_shell(kProgram + " replay " + arguments + " 2>/dev/null"); }

std::string complaint(const std::string& arguments) {
  return run_shell(kProgram + " replay " + arguments + " 2>&1 >/dev/null").out;
}

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

std::vector<nlohmann::json> objects_of(const std::string& text) {
  std::vector<nlohmann::json> objects;
  for (const std::string& line : lines_of(text)) objects.push_back(nlohmann::json::parse(line));
  return objects;
}

std::string content_of(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

// A folder of its own for each test: ctest runs them at the same time.
class ReplayTest : public ::testing::Test {
 protected:
  void SetUp() override {
    folder_ = fs::path(testing::TempDir()) /
              (std::string("airspool_replay_") + testing::UnitTest::GetInstance()->current_test_info()->name());
    fs::remove_all(folder_);
    fs::create_directories(folder_);
  }
  void TearDown() override { fs::remove_all(folder_); }

  // A file of bytes that hold no signal.
  fs::path write_file(const std::string& name, std::size_t bytes) const {
    std::string noise(bytes, '\0');
    std::uint32_t state = 1;
    for (char& byte : noise) {
      state = state * 1'664'525U + 1'013'904'223U;
      byte = static_cast<char>(state >> 24U);
    }
    std::ofstream(folder_ / name, std::ios::binary) << noise;
    return folder_ / name;
  }

  fs::path folder_;
};

TEST_F(ReplayTest, JsonIsOneObjectWithTheNumbers) {
  const Outcome outcome = replay("--sim 5 --json");
  ASSERT_EQ(outcome.status, 0);
  const auto objects = objects_of(outcome.out);
  ASSERT_EQ(objects.size(), 1U);
  const auto& summary = objects.front();
  EXPECT_EQ(summary.size(), 6U);
  EXPECT_EQ(summary.at("samples"), 12'000'000);
  EXPECT_EQ(summary.at("seconds"), 5.0);
  EXPECT_GT(summary.at("frames").at("17").get<int>(), 500);
  EXPECT_TRUE(summary.at("rejects").contains("crc"));
  EXPECT_GT(summary.at("aircraft").get<int>(), 40);
  EXPECT_GT(summary.at("positions").get<int>(), 100);
}

TEST_F(ReplayTest, TheTableTellsTheLevelsAndWhatWasRepaired) {
  const std::string table = replay("--sim 5").out;
  std::smatch found;
  ASSERT_TRUE(std::regex_search(
      table, found,
      std::regex("noise floor (-[0-9.]+) dBFS; messages (-[0-9.]+) dBFS on average, (-?[0-9.]+) at most")))
      << table;
  EXPECT_NEAR(std::stod(found[1]), -29.5, 0.5);  // the simulator's noise: 3 steps of the converter
  EXPECT_LT(std::stod(found[1]), std::stod(found[2]));
  EXPECT_LT(std::stod(found[2]), std::stod(found[3]));
  EXPECT_TRUE(std::regex_search(table, std::regex("[0-9]+ +of them with repaired bits"))) << table;
}

TEST_F(ReplayTest, FramesAreLinesInTheOrderOfTheirTimestamps) {
  const auto lines = lines_of(replay("--sim 3 --frames").out);
  const auto summary = objects_of(replay("--sim 3 --json").out).at(0);
  std::size_t accepted = 0;
  for (const auto& [format, count] : summary.at("frames").items()) accepted += count.get<std::size_t>();
  EXPECT_EQ(lines.size(), accepted);
  const std::regex shape("@[0-9A-F]{12}([0-9a-f]{14}|[0-9a-f]{28});");
  std::string last;
  for (const std::string& line : lines) {
    ASSERT_TRUE(std::regex_match(line, shape)) << line;
    EXPECT_GE(line.substr(0, 13), last);
    last = line.substr(0, 13);
  }
}

TEST_F(ReplayTest, RecordsAreStateVectorsWithContiguousNumbers) {
  const auto records = objects_of(replay("--sim 12 --records --station roof-1").out);
  ASSERT_GT(records.size(), 100U);
  std::int64_t seq = 0;
  int with_position = 0;
  for (const auto& record : records) {
    EXPECT_EQ(record.at("seq"), ++seq);
    EXPECT_EQ(record.at("record_id").get<std::string>().substr(17), std::to_string(seq));
    EXPECT_EQ(record.at("station_id"), "roof-1");
    EXPECT_EQ(record.at("source"), "sim");
    if (!record.contains("latitude")) continue;
    ++with_position;
    const GeoPosition place{record.at("latitude"), record.at("longitude")};
    EXPECT_LT(distance_m(place, {48.0, 8.0}), 400'000.0);
  }
  EXPECT_GT(with_position, 80);
}

TEST_F(ReplayTest, GivesEachAircraftOneRecordAnInterval) {
  std::map<std::string, std::vector<std::int64_t>> times;
  for (const auto& record : objects_of(replay("--sim 21 --records --interval 5").out)) {
    times[record.at("icao24")].push_back(record.at("event_time_ms"));
  }
  for (const auto& [icao24, heard] : times) EXPECT_LE(heard.size(), 6U) << icao24;  // 21 s / 5 s, and the end
}

TEST_F(ReplayTest, AdaptiveSamplingTellsWhatItSavedAndWhatItLeft) {
  const std::string said = complaint("--sim 30 --records --sampling adaptive");
  std::smatch found;
  ASSERT_TRUE(std::regex_search(said, found, std::regex("adaptive +([0-9]+) records"))) << said;
  const auto records = objects_of(replay("--sim 30 --records --sampling adaptive").out);
  EXPECT_EQ(std::to_string(records.size()), found[1]);
  ASSERT_TRUE(std::regex_search(said, found, std::regex("every change +([0-9]+) records.* saves ([0-9.]+) %"))) << said;
  EXPECT_EQ(std::to_string(objects_of(replay("--sim 30 --records --sampling every-change").out).size()), found[1]);
  EXPECT_GT(std::stod(found[2]), 50.0);
  ASSERT_TRUE(std::regex_search(said, found, std::regex("position: 95 % within ([0-9.]+) m, max ([0-9.]+) m"))) << said;
  EXPECT_LE(std::stod(found[1]), std::stod(found[2]));
  EXPECT_LE(std::stod(found[2]), 51.0);
  EXPECT_NE(said.find("altitude: 95 %"), std::string::npos);
  EXPECT_EQ(complaint("--sim 5 --records --sampling every-change"), "") << "nothing to tell";
}

TEST_F(ReplayTest, ALargerToleranceMakesFewerRecords) {
  const auto fine = objects_of(replay("--sim 30 --records --sampling adaptive --position-m 10").out).size();
  const auto coarse =
      objects_of(replay("--sim 30 --records --sampling adaptive --position-m 500 --altitude-m 100").out).size();
  EXPECT_LT(coarse, fine);
  EXPECT_EQ(replay("--sim 1 --sampling adaptive --position-m 0").status, EX_USAGE);
  EXPECT_EQ(replay("--sim 1 --sampling clever").status, EX_USAGE);
}

TEST_F(ReplayTest, TheSameInputGivesTheSameBytes) {
  EXPECT_EQ(replay("--sim 5 --records --sampling adaptive").out, replay("--sim 5 --records --sampling adaptive").out);
  EXPECT_EQ(replay("--sim 3 --records").out, replay("--sim 3 --records").out);
  EXPECT_EQ(replay("--sim 3 --frames").out, replay("--sim 3 --frames").out);
  EXPECT_EQ(replay("--sim 3").out, replay("--sim 3").out);
}

TEST_F(ReplayTest, OtherSettingsGiveOtherIdentities) {
  std::set<std::string> identities;
  for (const char* settings :
       {"--sim 2", "--sim 3", "--sim 2 --interval 1", "--sim 2 --station other", "--sim 2 --start 2026-02-03T04:05:06Z",
        "--sim 2 --lat 50 --lon 9", "--sim 2 --sampling every-change", "--sim 2 --sampling adaptive",
        "--sim 2 --sampling adaptive --position-m 20"}) {
    const auto records = objects_of(replay(std::string(settings) + " --records").out);
    ASSERT_FALSE(records.empty()) << settings;
    const auto id = records.front().at("record_id").get<std::string>();
    EXPECT_TRUE(std::regex_match(id, std::regex("[a-z2-7]{16}-1"))) << id;
    identities.insert(id);
  }
  EXPECT_EQ(identities.size(), 9U);
}

TEST_F(ReplayTest, StartIsTheTimeOfTheFirstSample) {
  const auto record = objects_of(replay("--sim 1 --records --start 2026-11-22T12:00:00Z").out).at(0);
  const auto from_unix = objects_of(replay("--sim 1 --records --start 1795348800").out).at(0);
  EXPECT_EQ(record, from_unix);
  EXPECT_GE(record.at("event_time_ms").get<std::int64_t>(), 1'795'348'800'000);
  EXPECT_LE(record.at("event_time_ms").get<std::int64_t>(), 1'795'348'801'000);
}

TEST_F(ReplayTest, WritesRecordsToAFileBesideTheTable) {
  const fs::path file = folder_ / "records.ndjson";
  const Outcome outcome = replay("--sim 2 --records-to '" + file.string() + "'");
  EXPECT_EQ(outcome.status, 0);
  EXPECT_NE(outcome.out.find("messages accepted"), std::string::npos);
  EXPECT_EQ(content_of(file), replay("--sim 2 --records").out);
  EXPECT_FALSE(fs::exists(file.string() + ".part"));
}

TEST_F(ReplayTest, AFullDiskIsAnErrorWhereverTheRecordsGo) {
  EXPECT_EQ(replay("--sim 2 --records-to /dev/full").status, EX_IOERR);
  EXPECT_EQ(replay("--sim 2 --records >/dev/full").status, EX_IOERR);
  EXPECT_EQ(replay("--sim 2 --json >/dev/full").status, EX_IOERR);
  EXPECT_EQ(replay("--sim 2 >/dev/full").status, EX_IOERR);
  EXPECT_NE(complaint("--sim 2 --records-to /dev/full").find("/dev/full"), std::string::npos);
}

TEST_F(ReplayTest, LeavesNoHalfFileBehind) {
  const fs::path file = folder_ / "records.ndjson";
  // 64 blocks of 512 or 1024 bytes are less than the records need.
  const Outcome outcome = run_shell("sh -c \"ulimit -f 64; " + kProgram + " replay --sim 20 --records-to '" +
                                    file.string() + "' 2>/dev/null\"");
  EXPECT_EQ(outcome.status, EX_IOERR);
  EXPECT_TRUE(fs::is_empty(folder_));
}

TEST_F(ReplayTest, ARecordsFileIsWrittenAlsoWhenNobodyReadsTheFrames) {
  const fs::path file = folder_ / "records.ndjson";
  const Outcome outcome =
      run_shell(kProgram + " replay --sim 3 --frames --records-to '" + file.string() + "' | head -n 1");
  EXPECT_EQ(lines_of(outcome.out).size(), 1U);
  // The shell does not wait for the program whose reader has gone; the name appears when the file is whole.
  EXPECT_EQ(run_shell("i=0; while [ ! -e '" + file.string() +
                      "' ] && [ $i -lt 300 ]; do sleep 0.1; i=$((i+1)); done; "
                      "[ -e '" +
                      file.string() + "' ]")
                .status,
            0);
}

TEST_F(ReplayTest, DoesNotOverwriteTheRecording) {
  const std::string file = write_file("noise.cu8", 100'000).string();
  EXPECT_EQ(replay("'" + file + "' --records-to '" + file + "'").status, EX_USAGE);
  EXPECT_EQ(fs::file_size(file), 100'000U);
}

TEST_F(ReplayTest, RandomBytesAreNoErrorAndTheTableSaysWhatToCheck) {
  const Outcome outcome = replay("'" + write_file("noise.cu8", 1'000'000).string() + "'");
  EXPECT_EQ(outcome.status, 0);
  EXPECT_NE(outcome.out.find("--rate 2000000"), std::string::npos) << outcome.out;
}

TEST_F(ReplayTest, WarnsOfACutSampleAndReplaysTheRest) {
  const std::string file = "'" + write_file("odd.cu8", 100'001).string() + "'";
  const Outcome outcome = replay(file + " --json");
  EXPECT_EQ(outcome.status, 0);
  EXPECT_EQ(objects_of(outcome.out).at(0).at("samples"), 50'000);
  EXPECT_NE(complaint(file).find("odd.cu8"), std::string::npos);
}

TEST_F(ReplayTest, BadInputHasAMessageAndAStatus) {
  EXPECT_EQ(replay("'" + (folder_ / "missing.cu8").string() + "'").status, EX_NOINPUT);
  EXPECT_EQ(replay("'" + write_file("empty.cu8", 0).string() + "'").status, EX_DATAERR);
  EXPECT_EQ(replay("'" + folder_.string() + "'").status, EX_DATAERR);
  EXPECT_EQ(replay("").status, EX_USAGE);
  EXPECT_EQ(replay("--sim 0").status, EX_USAGE);
  EXPECT_EQ(replay("--sim nonsense").status, EX_USAGE);
  EXPECT_EQ(replay("--sim 1 --json --records").status, EX_USAGE);
  EXPECT_EQ(replay("--sim 1 --rate 2100000").status, EX_USAGE);
  EXPECT_EQ(replay("--sim 1 --lat 48").status, EX_USAGE);
  EXPECT_EQ(replay("--sim 1 --start yesterday").status, EX_USAGE);
  EXPECT_NE(complaint("'" + (folder_ / "missing.cu8").string() + "'").find("missing.cu8"), std::string::npos);
}

TEST_F(ReplayTest, StandardInputHasNoDateAndNeedsNone) {
  const std::string file = write_file("noise.cu8", 1'000'000).string();
  const Outcome outcome = run_shell(kProgram + " replay - < '" + file + "'");
  EXPECT_EQ(outcome.status, 0);
  EXPECT_NE(outcome.out.find("1970-01-01T00:00:00Z"), std::string::npos) << outcome.out;
}

TEST_F(ReplayTest, TakesTheEndOfARecordingFromItsFile) {
  const fs::path file = write_file("noise.cu8", 4'800'000);  // one second
  ASSERT_EQ(run_shell("touch -d 2026-11-22T12:00:01Z '" + file.string() + "'").status, 0);
  EXPECT_NE(replay("'" + file.string() + "'").out.find("2026-11-22T12:00:00Z"), std::string::npos);
}

TEST_F(ReplayTest, CtrlCEndsWithWhatWasDone) {
  const fs::path file = folder_ / "records.ndjson";
  const Outcome outcome = run_shell("timeout -s INT --preserve-status 2 " + kProgram +
                                    " replay --sim 86400 --json --records-to '" + file.string() + "' 2>/dev/null");
  EXPECT_EQ(outcome.status, 130);
  EXPECT_EQ(objects_of(outcome.out).size(), 1U);
  EXPECT_TRUE(fs::exists(file));
}

TEST_F(ReplayTest, FindsWhatOthersFindInARecordingOfABusySky) {
  const auto path = test::shared_data("iq/modes1-2000k.cu8");
  AIRSPOOL_REQUIRE_SHARED(path);
  const auto summary = objects_of(replay("'" + path.string() + "' --rate 2000000 --json").out).at(0);
  int all = 0;
  for (const auto& [format, count] : summary.at("frames").items()) all += count.get<int>();
  EXPECT_GE(all, 217);
  EXPECT_GE(summary.at("frames").at("17").get<int>() + summary.at("frames").value("18", 0), 120);
  std::set<std::string> found;
  for (const std::string& line : lines_of(replay("'" + path.string() + "' --rate 2000000 --frames").out)) {
    found.insert(line.substr(13, line.size() - 14));
  }
  const auto confirmed_path = test::shared_data("iq/modes1-confirmed.txt");
  AIRSPOOL_REQUIRE_SHARED(confirmed_path);
  int confirmed = 0;
  for (std::string line : lines_of(content_of(confirmed_path))) {
    for (char& c : line) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    confirmed += found.contains(line) ? 1 : 0;
  }
  RecordProperty("confirmed", confirmed);
  EXPECT_GE(confirmed, 110);
}

}  // namespace
}  // namespace airspool
