// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <airspool/spool/stat_text.h>

namespace airspool::spool {
namespace {

using std::chrono::seconds;

SpoolStat example() {
  SpoolStat stat;
  stat.path = "/var/lib/airspool/spool.db";
  stat.running = true;
  stat.spool_id = "abcdefghijklmnop";
  stat.last_seq = 500;
  stat.batches = 1;
  stat.records = 500;
  stat.bytes = 2048;
  stat.oldest_sealed = WallTime(seconds(1000));
  stat.newest_sealed = WallTime(seconds(1000));
  stat.file_bytes = 8192;
  stat.max_bytes = std::int64_t{1} << 30;
  stat.sinks = {{"lake", 1, 500, 2048, 1, 0}, {"home", 0, 0, 0, 0, 0}};
  stat.drops = {{"lake", "quota", 2, 1000}};
  return stat;
}

TEST(StatTextTest, ReadsBackWhatWasWritten) {
  const auto read = stat_from_json(to_json(example()));
  ASSERT_TRUE(read);
  EXPECT_EQ(to_json(*read), to_json(example()));
}

TEST(StatTextTest, TellsEachSinkAndEveryLoss) {
  const std::string text = to_text(example(), WallTime(seconds(1060)));
  EXPECT_NE(text.find("1 batch, 500 records, 2.0 KiB; oldest 60 s ago"), std::string::npos) << text;
  EXPECT_NE(text.find("lake: still to take 1 batch, 500 records, 2.0 KiB, 1 under way"), std::string::npos) << text;
  EXPECT_NE(text.find("home: has everything"), std::string::npos) << text;
  EXPECT_NE(text.find("LOST      2 batches, 1000 records (quota) for sink lake"), std::string::npos) << text;
}

TEST(StatTextTest, RefusesWhatIsNoObjectAndPassesOverForeignTypes) {
  EXPECT_FALSE(stat_from_json("[]"));
  EXPECT_FALSE(stat_from_json("{"));
  const auto odd = stat_from_json(R"({"batches":"many","sinks":[7,{"name":5}],"later":1})");
  ASSERT_TRUE(odd);
  EXPECT_EQ(odd->batches, 0);
  EXPECT_EQ(odd->sinks.size(), 1U);
}

}  // namespace
}  // namespace airspool::spool
