// SPDX-License-Identifier: Apache-2.0
#include <string>

#include <gmock/gmock.h>

#include <airspool/config/reference.h>

#include "program.h"

namespace airspool::test {
namespace {

using testing::HasSubstr;
using testing::Not;

bool has(const std::string& program) { return run_shell("command -v " + program).status == 0; }

class DocumentsTest : public ProgramTest {};

TEST_F(DocumentsTest, TheReferenceHasEveryKeyInItsSection) {
  const Outcome docs = airspool("config docs");
  ASSERT_EQ(docs.status, 0);
  for (const config::KeyDoc& doc : config::key_docs()) {
    const std::string key = doc.path.substr(doc.path.rfind('.') + 1);
    if (key == "*") continue;
    EXPECT_THAT(docs.out, HasSubstr("\n| `" + key + "` | ")) << doc.path;
  }
  EXPECT_THAT(docs.out, HasSubstr("\n## `[[sink]]`\n"));
}

TEST_F(DocumentsTest, ManualPagesAreCleanManualPages) {
  ASSERT_EQ(airspool("docs man --output " + path("airspool.1")).status, 0);
  ASSERT_EQ(airspool("docs man-config --output " + path("airspool.toml.5")).status, 0);
  EXPECT_THAT(read("airspool.1"), HasSubstr("\n.SS \"airspool spool stat\"\n"));
  EXPECT_THAT(read("airspool.1"), Not(HasSubstr("airspool docs")));
  EXPECT_THAT(read("airspool.toml.5"), HasSubstr("\n.SH \"[opensky.around]\"\n"));
  if (!has("mandoc")) GTEST_SKIP() << "mandoc is not installed: the pages were not looked at by it";
  const Outcome lint = run_shell("cd " + quoted(folder_.string()) + " && mandoc -T lint -W warning airspool.* 2>&1");
  EXPECT_EQ(lint.status, 0) << lint.out;
}

TEST_F(DocumentsTest, WhatCannotBeWrittenIsSaid) {
  const Outcome outcome = airspool("docs man --output " + path("none/airspool.1"));
  EXPECT_EQ(outcome.status, 74);
  EXPECT_THAT(outcome.out, HasSubstr("none/airspool.1: cannot be written"));
}

class CompletionTest : public DocumentsTest {
 protected:
  void SetUp() override {
    DocumentsTest::SetUp();
    if (!has("bash")) GTEST_SKIP() << "bash is not installed";
    ASSERT_EQ(airspool("docs completion --output " + path("airspool")).status, 0);
  }
  // What bash would propose for the words of a line, the last of which is being typed.
  [[nodiscard]] std::string proposed(const std::string& words) const {
    const std::string script = "compopt() { :; }; . " + path("airspool") + "; COMP_WORDS=(" + words +
                               "); COMP_CWORD=$((${#COMP_WORDS[@]} - 1)); _airspool; echo \"${COMPREPLY[*]}\"";
    return run_shell("cd " + quoted(folder_.string()) + " && bash -c " + quoted(script) + " 2>&1").out;
  }
};

TEST_F(CompletionTest, KnowsCommandsOptionsKeysAndFiles) {
  EXPECT_EQ(proposed("airspool sp"), "spool\n");
  EXPECT_EQ(proposed("airspool spool re"), "requeue-dead\n");
  EXPECT_EQ(proposed("airspool spool export --si"), "--since\n");
  EXPECT_EQ(proposed("airspool run --set radio.g"), "radio.gain=\n");
  EXPECT_EQ(proposed("airspool config keys stati"), "station\n");
  write("my-recording.cu8", "");
  EXPECT_EQ(proposed("airspool replay my"), "my-recording.cu8\n");
}

}  // namespace
}  // namespace airspool::test
