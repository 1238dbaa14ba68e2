// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>

#include <airspool/core/result.h>

#include "loading.h"

namespace airspool::config::test {
namespace {

using testing::HasSubstr;

TEST(ConfigDiagnosticsTest, UnknownKeySuggestsTheNearest) {
  EXPECT_EQ(wrong("[sampling]\n  intervall_s = 5\n"),
            "a.toml:2:3: unknown key \"intervall_s\" in [sampling]; did you mean \"interval_s\"?\n");
}

TEST(ConfigDiagnosticsTest, SwappedLettersAreNear) {
  EXPECT_THAT(wrong("[radio]\ngian = 3\n"),
              HasSubstr("a.toml:2:1: unknown key \"gian\" in [radio]; did you mean \"gain\"?"));
}

TEST(ConfigDiagnosticsTest, ALongerWordForAKeyIsNear) {
  EXPECT_THAT(wrong("[station]\nlatitude = 3\n"), HasSubstr("did you mean \"lat\"?"));
}

TEST(ConfigDiagnosticsTest, KeyOfAnotherSectionIsSentThere) {
  EXPECT_EQ(wrong("[radio]\nlocation_accuracy = 1\n"),
            "a.toml:2:1: unknown key \"location_accuracy\" in [radio]; it belongs into [station]\n");
}

TEST(ConfigDiagnosticsTest, KeyNearNothingListsWhatThereIs) {
  EXPECT_THAT(wrong("[clock]\nzzzzzz = 1\n"),
              testing::StartsWith("a.toml:2:1: unknown key \"zzzzzz\" in [clock]; known there: trust, hold_max_s (this "
                                  "is airspool "));
}

TEST(ConfigDiagnosticsTest, UnknownSection) {
  EXPECT_EQ(wrong("\n[statoin]\nname = 'x'\n"),
            "a.toml:2:2: unknown key \"statoin\" at the top level; did you mean \"station\"?\n");
}

TEST(ConfigDiagnosticsTest, QuotedKeyWithDotsIsNoPath) {
  EXPECT_THAT(wrong("\"station.lat\" = 3\n"), HasSubstr("a.toml:1:1: unknown key \"station.lat\" at the top level"));
}

TEST(ConfigDiagnosticsTest, WrongTypePointsAtTheValue) {
  EXPECT_EQ(wrong("[radio]\nbias_tee = \"yes\"\n"), "a.toml:2:12: radio.bias_tee must be true or false, not \"yes\"\n");
}

TEST(ConfigDiagnosticsTest, OutOfRangeSaysTheRangeAndTheUnit) {
  EXPECT_EQ(wrong("[radio]\ngain = 61\n"),
            "a.toml:2:8: radio.gain must be \"auto\", \"agc\" or a number from 0 to 60 dB, not 61\n");
}

TEST(ConfigDiagnosticsTest, BadWordListsTheWordsAndSuggests) {
  EXPECT_EQ(wrong("[sampling]\nfields = [\"roll\", \"wint\"]\n"),
            "a.toml:2:19: sampling.fields must hold \"selected_altitude\", \"roll\", \"mach\", \"indicated_airspeed\", "
            "\"true_airspeed\", \"wind\", \"temperature\" or \"emergency\", not \"wint\"; did you mean \"wind\"?\n");
  EXPECT_EQ(wrong("[sampling]\npolicy = \"adaptiv\"\n"),
            "a.toml:2:10: sampling.policy must be \"interval\", \"every-change\" or \"adaptive\", not \"adaptiv\"; "
            "did you mean \"adaptive\"?\n");
}

TEST(ConfigDiagnosticsTest, ItemOfAListIsPointedAt) {
  EXPECT_EQ(wrong("[opensky]\nicao24 = [\"3c6444\", \"3c644x\"]\n"),
            "a.toml:2:21: opensky.icao24 must hold six hexadecimal digits, such as \"3c6444\", not \"3c644x\"\n");
}

TEST(ConfigDiagnosticsTest, MissingKeyStandsAtTheHeaderOfItsTable) {
  EXPECT_EQ(wrong("[[sink]]\nname = \"lake\"\ntype = \"kafka\"\n"),
            "a.toml:1:1: a sink of type \"kafka\" needs the key \"brokers\": a list of texts, each host:port, such as "
            "\"127.0.0.1:30005\"\n");
}

TEST(ConfigDiagnosticsTest, ValueInPlaceOfASection) {
  EXPECT_EQ(wrong("radio = 5\n"),
            "a.toml:1:1: radio is a section: write [radio] on a line of its own, once, and its keys below it\n");
}

TEST(ConfigDiagnosticsTest, OneBracketInPlaceOfTwo) {
  EXPECT_EQ(wrong("[sink]\ntype = \"file\"\npath = \"x\"\n"),
            "a.toml:1:2: sink is a list of tables: write [[sink]] with two brackets, once for each\n");
}

TEST(ConfigDiagnosticsTest, BrokenTomlSaysWhere) {
  EXPECT_THAT(wrong("[radio]\ngain = = 4\n"), HasSubstr("a.toml:2:8: not valid TOML: "));
}

TEST(ConfigDiagnosticsTest, DuplicateKeyIsBrokenToml) {
  EXPECT_THAT(wrong("[radio]\ngain = 4\ngain = 5\n"), HasSubstr("a.toml:3:"));
}

TEST(ConfigDiagnosticsTest, EverythingAtOnceInFileOrder) {
  EXPECT_EQ(wrong("[radio]\nppm = 1.5\ngian = 1\n[clock]\ntrust = \"allways\"\n[station]\nlat = 91\nlon = 0\n"),
            "a.toml:2:7: radio.ppm must be a whole number from -200 to 200 ppm, not 1.5\n"
            "a.toml:3:1: unknown key \"gian\" in [radio]; did you mean \"gain\"?\n"
            "a.toml:5:9: clock.trust must be \"auto\", \"always\" or \"synced\", not \"allways\"; did you mean "
            "\"always\"?\n"
            "a.toml:7:7: station.lat must be a number from -90 to 90 degrees, not 91\n");
}

TEST(ConfigDiagnosticsTest, ColumnsCountCharactersNotBytes) {
  EXPECT_THAT(wrong("radio = { device = \"Dächer\", ppm = \"x\" }\n"), HasSubstr("a.toml:1:36: radio.ppm must be"));
}

TEST(ConfigDiagnosticsTest, AtMostAHundredThenHowManyMore) {
  std::string text;
  for (int i = 0; i < 130; ++i) text += "zzz" + std::to_string(i) + " = 1\n";
  const LoadResult loaded = load_text(text, "a.toml", {});
  ASSERT_FALSE(loaded);
  EXPECT_EQ(loaded.error().list.size(), 100U);
  EXPECT_EQ(loaded.error().list.back().line, 100U);
  EXPECT_THAT(loaded.error().text(), HasSubstr("\n... and 30 more\n"));
}

TEST(ConfigDiagnosticsTest, EndsWithTheStatusOfAConfigurationError) { EXPECT_EQ(exit_status(ErrorCode::kConfig), 78); }

}  // namespace
}  // namespace airspool::config::test
