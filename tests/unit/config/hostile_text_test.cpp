// SPDX-License-Identifier: Apache-2.0
#include <random>
#include <string>

#include <gmock/gmock.h>

#include "loading.h"

namespace airspool::config::test {
namespace {

using testing::HasSubstr;
using testing::Not;

std::string repeated(std::string_view part, int count) {
  std::string out;
  for (int i = 0; i < count; ++i) out += part;
  return out;
}

TEST(ConfigHostileTextTest, DeepKeysAreRefusedBeforeTheParserSeesThem) {
  EXPECT_EQ(wrong("[" + repeated("a.", 100'000) + "a]\n"),
            "a.toml:1:33: a key has more than 16 parts, which no key here needs\n");
  EXPECT_THAT(wrong(repeated("'a' . ", 40'000) + "a = 1\n"), HasSubstr("a key has more than 16 parts"));
  EXPECT_THAT(wrong(repeated("\"\\\".=\".", 30'000) + "a = 1\n"), HasSubstr("a key has more than 16 parts"));
}

TEST(ConfigHostileTextTest, DeepBracketsAreRefused) {
  EXPECT_EQ(wrong("a = " + repeated("[", 200'000)),
            "a.toml:1:21: brackets nest deeper than 16 levels, which no key here needs\n");
  EXPECT_THAT(wrong("a = " + repeated("{ a = ", 40'000)), HasSubstr("brackets nest deeper"));
  EXPECT_THAT(wrong("a = " + repeated("[\n", 100'000)), HasSubstr("brackets nest deeper"));
}

TEST(ConfigHostileTextTest, BracketsAndDotsInsideTextsAndCommentsAreFine) {
  EXPECT_EQ(wrong("# " + repeated("[.", 100) + "\n[radio]\ndevice = '" + repeated("[.", 100) + "'\npath = \"\\\"" +
                  repeated("[.", 100) + "\"\n[station]\nname = '''{hostname}'''\n"),
            "");
}

TEST(ConfigHostileTextTest, LettersOutsideAsciiNeedQuotes) {
  EXPECT_EQ(wrong("[station]\nname = D\u00e4cher\n"),
            "a.toml:2:9: not valid TOML: letters and signs outside ASCII must stand in quotes\n");
  EXPECT_THAT(wrong("[radio]\n\u0494 = 1\n"), HasSubstr("a.toml:2:1: not valid TOML"));
  EXPECT_EQ(wrong("[radio]\ndevice = \"D\u00e4cher\"  # \u00dcber\n"), "");
}

TEST(ConfigHostileTextTest, LinesAreNotJoinedByABackslash) {
  EXPECT_EQ(wrong("[radio]\ndevice = \"\"\"a\\\n  \u00e4\"\"\"\n"),
            "a.toml:2:14: lines of a text cannot be joined by a backslash here: write it in one line\n");
  EXPECT_EQ(wrong("[radio]\ndevice = \"\"\"a\\\"b\"\"\"\n"), "");
}

TEST(ConfigHostileTextTest, RandomBytesNeverPass) {
  std::mt19937 random(1);
  for (int round = 0; round < 200; ++round) {
    std::string text(512, '\0');
    for (char& c : text) c = static_cast<char>(random() & 0xFFU);
    EXPECT_NE(wrong(text), "");
  }
}

TEST(ConfigHostileTextTest, MessagesHoldNoControlCharacters) {
  const std::string text = wrong("\"\\u001b[2J\" = 1\n[radio]\nsource = \"\\u001b[31m\\u009b\"\n");
  EXPECT_THAT(text, Not(HasSubstr("\x1b")));
  EXPECT_THAT(text, HasSubstr("a.toml:1:1: unknown key \"?[2J\" at the top level"));
  EXPECT_THAT(text, HasSubstr("not \"?[31m?\""));
}

TEST(ConfigHostileTextTest, ControlCharactersInValuesAreRefused) {
  EXPECT_NE(wrong("[spool]\npath = \"/tmp/a\\u0000b\"\n"), "");
  EXPECT_NE(wrong("[radio]\ndevice = \"a\\nb\"\n"), "");
}

TEST(ConfigHostileTextTest, LongKeysAreCutInMessages) {
  EXPECT_LT(wrong(repeated("k", 100'000) + " = 1\n").size(), 400U);
}

TEST(ConfigHostileTextTest, AFileFullOfNonsenseStaysBounded) {
  std::string text;
  for (int i = 0; text.size() < 250'000; ++i) text += "k" + std::to_string(i) + "=1\n";
  const LoadResult loaded = load_text(text, "a.toml", {});
  ASSERT_FALSE(loaded);
  EXPECT_EQ(loaded.error().list.size(), kMaxDiagnostics);
  EXPECT_GT(loaded.error().omitted, 20'000U);
}

TEST(ConfigHostileTextTest, TextThatIsTooLargeIsNotParsed) {
  EXPECT_EQ(wrong(std::string(kMaxFileBytes + 1, ' ')), "a.toml:1:1: the text is too large\n");
}

}  // namespace
}  // namespace airspool::config::test
