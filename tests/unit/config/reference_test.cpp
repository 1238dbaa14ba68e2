// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <set>

#include <gmock/gmock.h>

#include <airspool/config/reference.h>

namespace airspool::config::test {
namespace {

using testing::HasSubstr;
using testing::Not;

std::string section_of(const KeyDoc& doc) { return doc.path.substr(0, doc.path.rfind('.')); }

TEST(ConfigReferenceTest, EveryKeyIsThereOnce) {
  std::set<std::string> seen;
  for (const KeyDoc& doc : key_docs()) EXPECT_TRUE(seen.insert(doc.path).second) << doc.path;
}

// TOML cannot go back to a section's own keys once a section inside it was begun.
TEST(ConfigReferenceTest, KeysOfASectionStandTogether) {
  std::set<std::string> closed;
  std::string current;
  for (const KeyDoc& doc : key_docs()) {
    if (section_of(doc) == current) continue;
    EXPECT_TRUE(closed.insert(section_of(doc)).second) << doc.path;
    current = section_of(doc);
  }
}

TEST(ConfigReferenceTest, EveryKeySaysWhatItTakesAndDoes) {
  for (const KeyDoc& doc : key_docs()) {
    EXPECT_FALSE(doc.type.empty()) << doc.path;
    EXPECT_TRUE(doc.required || !doc.default_value.empty()) << doc.path;
    const bool sentence = doc.doc.ends_with('.') || doc.doc.ends_with(" ...");
    EXPECT_TRUE(sentence) << doc.path;
  }
}

TEST(ConfigReferenceTest, TextHasEveryKey) {
  const std::string text = reference_text("");
  for (const KeyDoc& doc : key_docs()) {
    const std::string key = doc.path.substr(doc.path.rfind('.') + 1);
    if (key == "*") continue;
    EXPECT_THAT(text, HasSubstr("\n  " + key + "\n"));
  }
}

TEST(ConfigReferenceTest, TextOfOneSectionHoldsItsKeysAlone) {
  const std::string text = reference_text("radio");
  EXPECT_THAT(text, HasSubstr("[radio]\n"));
  EXPECT_THAT(text, HasSubstr("[radio.sim]\n"));
  EXPECT_THAT(text, HasSubstr("Takes \"auto\", \"agc\" or a number from 0 to 60 dB. Default: \"auto\"."));
  EXPECT_THAT(text, Not(HasSubstr("[station]")));
}

TEST(ConfigReferenceTest, NoSuchSectionGivesNothing) { EXPECT_EQ(reference_text("radoi"), ""); }

TEST(ConfigReferenceTest, FitsATerminal) {
  const std::string text = reference_text("");
  std::size_t start = 0;
  while (start < text.size()) {
    const std::size_t end = text.find('\n', start);
    EXPECT_LE(end - start, 120U) << text.substr(start, end - start);
    start = end + 1;
  }
}

TEST(ConfigReferenceTest, SecretsAreMarked) {
  const auto& docs = key_docs();
  const auto is_secret = [&](std::string_view path) {
    return std::any_of(docs.begin(), docs.end(), [&](const KeyDoc& doc) { return doc.path == path && doc.secret; });
  };
  EXPECT_TRUE(is_secret("sink[].properties.*"));
  EXPECT_TRUE(is_secret("sink[].url"));
  EXPECT_FALSE(is_secret("sink[].topic"));
}

}  // namespace
}  // namespace airspool::config::test
