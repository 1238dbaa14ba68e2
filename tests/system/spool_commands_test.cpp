// SPDX-License-Identifier: Apache-2.0
#include <set>
#include <sstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sysexits.h>

#include "box.h"
#include "contract/mosquitto.h"

// `airspool spool` as its users know it, while a broker goes away and comes back.
namespace airspool::whole {
namespace {

using contract::Mosquitto;
using nlohmann::json;
using testing::HasSubstr;

class SpoolCommandsTest : public testing::Test {
 protected:
  void SetUp() override {
    const std::string missing = Mosquitto::missing();
    if (!missing.empty()) GTEST_SKIP() << "SKIPPED: " << missing;
    box_.configure("[[sink]]\nname = \"home\"\ntype = \"mqtt\"\nurl = \"" + mosquitto_.url() +
                   "\"\nfrom = \"oldest\"\n");
    mosquitto_.start();
    box_.start();
    ASSERT_TRUE(eventually(20s, [this] { return box_.runs_with_nothing_left(); })) << box_.log();
  }
  Outcome spool(std::vector<std::string> words) {
    words.insert(words.begin(), "spool");
    words.insert(words.end(), {"--path", box_.path("spool.db")});
    return box_.command(words);
  }
  static std::vector<std::string> lines_of(const std::string& text) {
    std::vector<std::string> lines;
    std::istringstream stream(text);
    for (std::string line; std::getline(stream, line);) lines.push_back(line);
    return lines;
  }
  void pull_the_network_until_batches_wait() {
    mosquitto_.kill();
    ASSERT_TRUE(eventually(30s, [this] { return box_.backlog() >= 5; })) << box_.log();
  }

  Mosquitto mosquitto_;
  Box box_;
};

TEST_F(SpoolCommandsTest, TheQueueGrowsWhileTheBrokerIsAwayAndDrainsWhenItIsBack) {
  pull_the_network_until_batches_wait();
  EXPECT_EQ(spool({"drain", "--timeout", "0.5"}).status, EX_TEMPFAIL);

  EXPECT_THAT(spool({"list"}).out, HasSubstr("home"));
  const std::vector<std::string> listed = lines_of(spool({"list", "--json"}).out);
  ASSERT_GE(listed.size(), 5U);
  const json oldest = json::parse(listed.front());
  EXPECT_EQ(oldest.at("sinks"), json::array({"home"}));

  const Outcome verified = spool({"verify"});
  EXPECT_EQ(verified.status, 0) << verified.out << verified.err;
  EXPECT_THAT(verified.out, HasSubstr("good: "));

  mosquitto_.start();
  const Outcome drained = spool({"drain", "--timeout", "60"});
  EXPECT_EQ(drained.status, 0) << drained.err;
  EXPECT_EQ(box_.stop(), 0);
  EXPECT_EQ(box_.backlog(), 0);
  EXPECT_EQ(spool({"drain"}).out, "nothing waits\n");
}

TEST_F(SpoolCommandsTest, WhatWaitsCanBeExportedWhileItRunsAndWhileNot) {
  pull_the_network_until_batches_wait();
  const std::vector<std::string> running = lines_of(spool({"export"}).out);
  EXPECT_EQ(box_.stop(), 0);
  const Outcome waits = spool({"drain"});
  EXPECT_EQ(waits.status, EX_UNAVAILABLE);
  EXPECT_THAT(waits.err, HasSubstr("airspool run"));

  const std::vector<std::string> stopped = lines_of(spool({"export"}).out);
  ASSERT_GE(running.size(), 20U);
  ASSERT_GE(stopped.size(), running.size());
  EXPECT_TRUE(std::equal(running.begin(), running.end(), stopped.begin()));

  std::set<std::int64_t> times;
  std::size_t records = 0;
  for (const std::string& line : stopped) {
    const json record = json::parse(line);
    if (record.contains("kind")) continue;
    ++records;
    times.insert(record.at("event_time_ms").get<std::int64_t>());
  }
  const Outcome csv = spool({"export", "--format", "csv", "--output", box_.path("all.csv")});
  EXPECT_EQ(csv.status, 0) << csv.err;
  EXPECT_EQ(lines_of(content_of(box_.path("all.csv"))).size(), records + 1);

  // Each record is before or after a moment.
  const std::int64_t middle = *std::next(times.begin(), static_cast<std::ptrdiff_t>(times.size() / 2));
  std::ostringstream moment;
  moment << middle / 1000 << '.' << std::to_string(1000 + middle % 1000).substr(1);
  const std::size_t before = lines_of(spool({"export", "--until", moment.str()}).out).size();
  const std::size_t after = lines_of(spool({"export", "--since", moment.str()}).out).size();
  EXPECT_GT(before, 0U);
  EXPECT_GT(after, 0U);
  EXPECT_EQ(before + after, records);
  EXPECT_EQ(spool({"export", "--since", "yesterday"}).status, EX_USAGE);
}

TEST_F(SpoolCommandsTest, VerifyNamesTheBatchesThatAreBad) {
  pull_the_network_until_batches_wait();
  EXPECT_EQ(box_.stop(), 0);
  // One byte in the middle of each frame, also of those that are deleted; the pages of the file stay whole.
  const std::string path = box_.path("spool.db");
  std::string bytes = content_of(path);
  const std::string magic = "\x28\xB5\x2F\xFD";
  for (auto at = bytes.find(magic); at != std::string::npos; at = bytes.find(magic, at + 1)) {
    bytes.at(at + 60) = static_cast<char>(bytes.at(at + 60) ^ 0x55);
  }
  std::ofstream(path, std::ios::binary) << bytes;
  const Outcome verified = spool({"verify"});
  EXPECT_EQ(verified.status, 1);
  EXPECT_THAT(verified.out, HasSubstr("batch "));
  EXPECT_THAT(verified.out, HasSubstr(" problems"));
  EXPECT_EQ(spool({"export"}).status, EX_DATAERR);
}

}  // namespace
}  // namespace airspool::whole
