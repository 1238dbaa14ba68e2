// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <random>
#include <sstream>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>
#include <sysexits.h>

#include "integration/program.h"

// `airspool decode` as its users run it.
namespace airspool {
namespace {

constexpr const char* kPosition = "8D40621D58C382D690C8AC2863A7";

using test::Outcome;
using test::quoted;
using test::run_shell;

std::vector<nlohmann::json> objects_of(const Outcome& outcome) {
  std::vector<nlohmann::json> found;
  std::istringstream lines(outcome.out);
  for (std::string line; std::getline(lines, line);) found.push_back(nlohmann::json::parse(line));
  return found;
}

const std::string kDecode = quoted(AIRSPOOL_PROGRAM) + " decode ";

class DecodeCommandTest : public testing::Test {
 protected:
  // Each test its own file: ctest runs them at the same time.
  [[nodiscard]] std::string file_name() const {
    return testing::TempDir() + "airspool_decode_" + testing::UnitTest::GetInstance()->current_test_info()->name();
  }
  void TearDown() override { std::filesystem::remove(file_name()); }

  Outcome decode_input(const std::string& input) const {
    std::ofstream(file_name(), std::ios::binary) << input;
    return run_shell(kDecode + "< " + quoted(file_name()));
  }
};

void expect_same(const nlohmann::json& found, const nlohmann::json& expected) {
  ASSERT_EQ(found.size(), expected.size()) << found << " instead of " << expected;
  for (const auto& [key, value] : expected.items()) {
    ASSERT_TRUE(found.contains(key)) << key << " is missing in " << found;
    if (value.is_number()) {
      EXPECT_NEAR(found.at(key).get<double>(), value.get<double>(), 1.0001e-4) << key << " in " << found;
    } else {
      EXPECT_EQ(found.at(key), value) << key << " in " << found;
    }
  }
}

TEST_F(DecodeCommandTest, SaysOfEveryVectorOfTheProjectWhatItMeans) {
  int vectors = 0;
  for (const char* name : {"textbook.jsonl", "built.jsonl"}) {
    std::ifstream file(std::filesystem::path(AIRSPOOL_SOURCE_DIR) / "tests/data/frames" / name);
    for (std::string line; std::getline(file, line); ++vectors) {
      SCOPED_TRACE(line);
      const auto vector = nlohmann::json::parse(line);
      const Outcome outcome = run_shell(kDecode + vector.at("hex").get<std::string>());
      EXPECT_EQ(outcome.status, 0);
      ASSERT_EQ(objects_of(outcome).size(), 1U) << outcome.out;
      expect_same(objects_of(outcome)[0], vector.at("expected"));
    }
  }
  EXPECT_GE(vectors, 20);
}

TEST_F(DecodeCommandTest, TakesEveryFormOfAMessage) {
  const Outcome bare = run_shell(kDecode + kPosition);
  EXPECT_EQ(bare.status, 0);
  std::string lower = kPosition;
  std::ranges::transform(lower, lower.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  const std::string input = std::string(kPosition) + "\n" + lower + "\n*" + kPosition + ";\n@0123456789aB" + kPosition +
                            ";\n\n  \t" + kPosition + "  \r\n\r\n*" + lower + ";\r\n" +
                            kPosition;  // the last without newline
  const Outcome all = decode_input(input);
  EXPECT_EQ(all.status, 0);
  std::string expected;
  for (int i = 0; i < 7; ++i) expected += bare.out;
  EXPECT_EQ(all.out, expected);
}

TEST_F(DecodeCommandTest, DecodesTheRestBesideBadLines) {
  const std::vector<std::string> bad = {
      "8D40621D58C382D690C8AC2863",                // too short
      "8D40621D58C382D690C8AC2863A700",            // too long
      "8D40621D58C382D690C8AC2863A",               // odd
      "8G40621D58C382D690C8AC2863A7",              // past f
      "8D40621D58C382D690C8AC2863A8",              // parity
      "*8D40621D58C382D690C8AC2863A7",             // not closed
      "@01234567898D40621D58C382D690C8AC2863A7;",  // time too short
      "@;",
      "*;",
      "*",
      "@",
      ";",
      "{\"hex\": \"8D\\40\"}",         // remains of other formats
      "9D40621D58C382D690C8AC2863A7",  // DF19
      "8D40621D58C382",                // DF17 cut to 7 bytes
      std::string("\0\x01\xff\x80\x1b[31m", 9),
      "\xc3\xa4\xe2\x82\xac",  // not text, and not ASCII
  };
  for (const std::string& line : bad) {
    const Outcome outcome = decode_input(std::string(kPosition) + "\n" + line + "\n" + kPosition + "\n");
    EXPECT_EQ(outcome.status, EX_DATAERR) << line;
    const auto objects = objects_of(outcome);
    ASSERT_EQ(objects.size(), 3U) << outcome.out;
    EXPECT_EQ(objects[0].at("icao24"), "40621d");
    EXPECT_EQ(objects[1].size(), 1U);
    EXPECT_GT(objects[1].at("error").get<std::string>().size(), 20U);
    EXPECT_EQ(objects[2], objects[0]);
  }
}

// Squitters are printed only when their parity fits, so that of random ones the replies are what is read.
TEST_F(DecodeCommandTest, PrintsJsonOfAnyPayload) {
  std::mt19937 random(44);
  std::string input;
  constexpr int kMessages = 3'200;
  for (int i = 0; i < kMessages; ++i) {
    const unsigned first = static_cast<unsigned>(i % 32) << 3U | (random() & 7U);
    const int bytes = i % 32 < 16 ? 7 : 14;
    for (int at = 0; at < bytes; ++at) {
      const unsigned byte = at == 0 ? first : i < 32 ? 0 : i < 64 ? 0xFF : random() & 0xFFU;
      constexpr const char* kHex = "0123456789ABCDEF";
      input += {kHex[byte >> 4U], kHex[byte & 15U]};
    }
    input += '\n';
  }
  const auto objects = objects_of(decode_input(input));
  ASSERT_EQ(objects.size(), static_cast<std::size_t>(kMessages));
  int replies = 0;
  for (const auto& object : objects) replies += object.contains("mb") || object.contains("bds") ? 1 : 0;
  EXPECT_GE(replies, 190);
}

TEST_F(DecodeCommandTest, NamesTheTextThatIsWrongAndWhy) {
  const auto error =
      objects_of(run_shell(kDecode + "8D40621D58C382D690C8AC2863AX")).at(0).at("error").get<std::string>();
  EXPECT_NE(error.find("'8D40621D58C382D690C8AC2863AX'"), std::string::npos) << error;
  EXPECT_NE(error.find("character 28"), std::string::npos) << error;
}

TEST_F(DecodeCommandTest, RefusesAnEmptyArgument) {
  const Outcome outcome = run_shell(kDecode + "''");
  EXPECT_EQ(outcome.status, EX_DATAERR);
  EXPECT_TRUE(objects_of(outcome).at(0).contains("error"));
}

TEST_F(DecodeCommandTest, CutsWhatItQuotesOfALineOfAMegabyte) {
  const std::string long_line(1 << 20, 'A');
  const Outcome outcome = decode_input(long_line + "\n" + kPosition + "\n" + std::string(1 << 20, ' '));
  EXPECT_EQ(outcome.status, EX_DATAERR);
  const auto objects = objects_of(outcome);
  ASSERT_EQ(objects.size(), 3U);
  EXPECT_LT(objects[0].at("error").get<std::string>().size(), 300U);
  EXPECT_EQ(objects[1].at("icao24"), "40621d");
}

TEST_F(DecodeCommandTest, HasNothingToSayOfNothing) {
  const Outcome outcome = decode_input("\n \r\n");
  EXPECT_EQ(outcome.out, "");
  EXPECT_EQ(outcome.status, 0);
}

TEST_F(DecodeCommandTest, EndsQuietlyWhenItsReaderGoesAway) {
  const std::string status_file = quoted(file_name());
  const Outcome outcome = run_shell("( yes " + std::string(kPosition) + " | head -n 100000 | " + kDecode +
                                    "; echo $? > " + status_file + " ) 2>&1 | head -n 1");
  EXPECT_EQ(objects_of(outcome).size(), 1U);
  std::string status;
  std::ifstream(file_name()) >> status;
  EXPECT_EQ(status, "0");
}

TEST_F(DecodeCommandTest, ReportsWhatItCannotReadOrWrite) {
  EXPECT_EQ(run_shell(kDecode + "< / 2> /dev/null").status, EX_IOERR);
  EXPECT_EQ(run_shell(kDecode + kPosition + " 2> /dev/null > /dev/full").status, EX_IOERR);
}

TEST_F(DecodeCommandTest, TeachesWithAnExampleThatIsTrue) {
  const std::string help = run_shell(kDecode + "--help").out;
  const std::string example = "8D4840D6202CC371C32CE0576098";
  ASSERT_NE(help.find("airspool decode " + example), std::string::npos) << help;
  std::string answer = run_shell(kDecode + example).out;
  answer.pop_back();
  EXPECT_NE(help.find(answer), std::string::npos) << answer << "\nis not in\n" << help;
}

}  // namespace
}  // namespace airspool
