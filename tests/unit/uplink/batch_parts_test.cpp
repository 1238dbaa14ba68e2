// SPDX-License-Identifier: Apache-2.0
#include "uplink/batch_parts.h"

#include <string>

#include <gtest/gtest.h>

namespace airspool::uplink {
namespace {

std::string line(std::int64_t seq, std::size_t padding = 10) {
  return R"({"schema":1,"record_id":"abc-)" + std::to_string(seq) + R"(","pad":")" + std::string(padding, 'x') +
         "\"}\n";
}

BatchCutter::Fits at_most(std::size_t bytes) {
  return [bytes](const BatchPart& part) { return part.payload->size() <= bytes; };
}

TEST(BatchPartsTest, CutsAtLineEndsKeepingTheOrder) {
  BatchCutter cutter(false);
  std::string text;
  for (int seq = 1; seq <= 20; ++seq) text += line(seq, static_cast<std::size_t>(seq));
  const auto parts = cutter.cut(text, "abc-1", at_most(150));
  ASSERT_TRUE(parts);
  EXPECT_GT(parts->size(), 5U);
  std::string joined;
  for (const BatchPart& part : *parts) {
    EXPECT_LE(part.payload->size(), 150U);
    EXPECT_EQ(part.payload->back(), '\n');
    joined += *part.payload;
  }
  EXPECT_EQ(joined, text);
}

TEST(BatchPartsTest, EachPartBearsTheNameOfItsFirstRecordAndItsOwnCount) {
  BatchCutter cutter(false);
  const std::string notice = "{\"schema\":1,\"kind\":\"gap\",\"from\":1,\"to\":2}\n";
  const auto parts = cutter.cut(notice + line(7) + line(8) + line(9), "abc-7", at_most(150));
  ASSERT_TRUE(parts);
  ASSERT_EQ(parts->size(), 2U);
  EXPECT_EQ((*parts)[0].name, "abc-7");
  EXPECT_EQ((*parts)[0].count, 2U) << "a notice is no record";
  EXPECT_EQ((*parts)[1].name, "abc-9");
  EXPECT_EQ((*parts)[1].count, 1U);
}

TEST(BatchPartsTest, APartIsABatchThatAnybodyCanUnpack) {
  BatchCutter cutter(true);
  const auto parts = cutter.cut(line(1) + line(2), "abc-1", at_most(1 << 20));
  ASSERT_TRUE(parts);
  ASSERT_EQ(parts->size(), 2U) << "asked to cut, it cuts";
  EXPECT_EQ(*spool::decode_batch(*(*parts)[0].payload), line(1));
  EXPECT_EQ(*cutter.text_of(*(*parts)[1].payload), line(2));
}

TEST(BatchPartsTest, ALineThatFitsNowhereComesAlone) {
  BatchCutter cutter(false);
  const auto parts = cutter.cut(line(1) + line(2, 5000) + line(3), "abc-1", at_most(200));
  ASSERT_TRUE(parts);
  ASSERT_EQ(parts->size(), 3U);
  EXPECT_TRUE((*parts)[1].single);
  EXPECT_EQ(*(*parts)[1].payload, line(2, 5000));
}

TEST(BatchPartsTest, OneLineStaysOneLine) {
  BatchCutter cutter(false);
  for (const std::string& text : {line(1), std::string("{}"), std::string("\n"), std::string()}) {
    const auto parts = cutter.cut(text, "abc-1", at_most(1));
    ASSERT_TRUE(parts);
    ASSERT_EQ(parts->size(), 1U) << text;
    EXPECT_EQ(*parts->front().payload, text);
  }
}

TEST(BatchPartsTest, RejectedLinesAreABatchOfThemselves) {
  RejectedLines rejected;
  EXPECT_TRUE(rejected.empty());
  ASSERT_TRUE(rejected.add(line(5), "too large", "too-large"));
  ASSERT_TRUE(rejected.add(line(9), "too large", "too-large"));
  spool::BatchHeader header;
  header.spool_id = "abc";
  header.first_seq = 1;
  header.last_seq = 20;
  header.count = 20;
  const auto batch = rejected.as_batch(header);
  ASSERT_TRUE(batch);
  EXPECT_EQ((*batch)->header.first_seq, 5);
  EXPECT_EQ((*batch)->header.last_seq, 9);
  EXPECT_EQ((*batch)->header.count, 2U);
  EXPECT_EQ(*spool::decode_batch((*batch)->bytes), line(5) + line(9));
}

TEST(BatchPartsTest, ALineThatIsNoRecordCannotBeRejectedAlone) {
  RejectedLines rejected;
  EXPECT_FALSE(rejected.add("{\"schema\":1,\"kind\":\"gap\"}\n", "too large", "too-large"));
}

}  // namespace
}  // namespace airspool::uplink
