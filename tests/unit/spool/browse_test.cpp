// SPDX-License-Identifier: Apache-2.0
#include <set>

#include <gmock/gmock.h>

#include <airspool/spool/browse.h>
#include <airspool/spool/record_codec.h>
#include <airspool/spool/record_table.h>

#include "base64.h"
#include "spool_fixture.h"

namespace airspool::spool {
namespace {

using testing::ElementsAre;

class BrowseTest : public SpoolFixture {
 protected:
  BrowseTest() { settings_.sinks = {{"lake", StartAt::kOldest}, {"home", StartAt::kOldest}}; }

  template <typename Door>
  static StoredPage page(Door& door, const PageRequest& request) {
    const auto answer = door.answer(kPageCommand, to_json(request));
    if (!answer) {
      ADD_FAILURE() << answer.error().message;
      return {};
    }
    return page_from_json(*answer).value();
  }
  template <typename Door>
  static Requeued requeue(Door& door, const RequeueRequest& request) {
    const auto answer = door.answer(kRequeueCommand, to_json(request));
    if (!answer) {
      ADD_FAILURE() << answer.error().message;
      return {};
    }
    return requeued_from_json(*answer).value();
  }
  static std::vector<std::int64_t> first_seqs_of(const StoredPage& page) {
    std::vector<std::int64_t> seqs;
    for (const StoredBatch& batch : page.batches) seqs.push_back(batch.header.first_seq);
    return seqs;
  }
  SpoolFile file() { return std::move(SpoolFile::open(settings_.path, SpoolFile::Purpose::kChange).value()); }

  // Two batches rejected by lake, and one that home has not taken.
  void reject_two() {
    Spool spool = open();
    append(spool, 20);
    settle(spool, lease(spool, "lake"), Settlement::kRejected);
    settle(spool, lease(spool, "home"));
    append(spool, 10);
    settle(spool, lease(spool, "lake"));
  }
};

TEST_F(BrowseTest, PagesFollowEachOtherAndTellWhoWaits) {
  Spool spool = open();
  append(spool, 50);
  settle(spool, lease(spool, "lake", 2));
  const StoredPage first = page(spool, {.rows = 3});
  EXPECT_THAT(first_seqs_of(first), ElementsAre(1, 11, 21));
  EXPECT_TRUE(first.more);
  EXPECT_THAT(first.batches[0].sinks, ElementsAre("home"));
  EXPECT_THAT(first.batches[2].sinks, ElementsAre("home", "lake"));
  EXPECT_EQ(first.batches[0].header.spool_id, spool.spool_id());
  EXPECT_EQ(first.batches[0].header.count, 10U);
  EXPECT_FALSE(first.batches[0].bytes);
  const StoredPage second = page(spool, {.after = first.batches.back().row, .rows = 3});
  EXPECT_THAT(first_seqs_of(second), ElementsAre(31, 41));
  EXPECT_FALSE(second.more);
}

TEST_F(BrowseTest, BytesAreTheStoredBytes) {
  Spool spool = open();
  append(spool, 20);
  const StoredPage read = page(spool, {.with_bytes = true});
  const Lease leased = lease(spool, "lake");
  ASSERT_EQ(read.batches.size(), 2U);
  EXPECT_EQ(read.batches[0].bytes, leased.batches[0]->bytes);
  EXPECT_EQ(read.batches[1].bytes, leased.batches[1]->bytes);
}

TEST_F(BrowseTest, AFileThatNobodyRunsGivesTheSamePages) {
  std::string running;
  {
    Spool spool = open();
    append(spool, 30);
    settle(spool, lease(spool, "home", 1));
    ASSERT_TRUE(spool.flush());
    running = spool.answer(kPageCommand, to_json(PageRequest{.with_bytes = true})).value();
  }
  SpoolFile looked = file();
  EXPECT_EQ(looked.answer(kPageCommand, to_json(PageRequest{.with_bytes = true})).value(), running);
}

TEST_F(BrowseTest, AFileIsNotOpenedTwiceNorWhileItRuns) {
  {
    const Spool spool = open();
    EXPECT_EQ(SpoolFile::open(settings_.path).error().code, ErrorCode::kUnavailable);
  }
  const SpoolFile first = file();
  EXPECT_EQ(SpoolFile::open(settings_.path).error().code, ErrorCode::kUnavailable);
  EXPECT_EQ(SpoolFile::open(settings_.path + "-none").error().code, ErrorCode::kNotFound);
}

TEST_F(BrowseTest, DeadLettersTellWhoRejectedThemAndWhy) {
  reject_two();
  SpoolFile looked = file();
  const StoredPage dead = page(looked, {.dead = true, .with_bytes = true});
  EXPECT_THAT(first_seqs_of(dead), ElementsAre(1, 11));
  EXPECT_THAT(dead.batches[0].sinks, ElementsAre("lake"));
  EXPECT_EQ(dead.batches[0].reason, "because");
  EXPECT_EQ(dead.batches[0].rejected, clock_.wall_now());
  EXPECT_EQ(seqs(decode_batch(*dead.batches[1].bytes).value()).front(), 11);
}

TEST_F(BrowseTest, ARequeuedLetterComesOnceMoreToItsSinkOnlyWithTheSameRecords) {
  std::string before;
  Spool spool = open();
  append(spool, 20);
  const Lease rejected = lease(spool, "lake");
  before = text(rejected);
  settle(spool, rejected, Settlement::kRejected);
  settle(spool, lease(spool, "home"));
  ASSERT_TRUE(spool.flush());
  EXPECT_EQ(spool.stat().dead_batches, 2);

  const Requeued told = requeue(spool, {});
  EXPECT_EQ(told.batches, 2);
  EXPECT_EQ(told.records, 20);
  EXPECT_FALSE(told.more);
  EXPECT_EQ(spool.stat().dead_batches, 0);
  EXPECT_TRUE(lease(spool, "home").batches.empty());
  const Lease again = lease(spool, "lake");
  EXPECT_EQ(text(again), before);
  settle(spool, again);
  ASSERT_TRUE(spool.flush());
  EXPECT_EQ(spool.stat().batches, 0);
}

TEST_F(BrowseTest, RequeueingSurvivesARestartAndKeepsTheIdentityOfTheRun) {
  std::string run;
  {
    Spool spool = open();
    run = spool.spool_id();
    append(spool, 20);
    settle(spool, lease(spool, "lake", 1), Settlement::kRejected);
    settle(spool, lease(spool, "lake"));
    settle(spool, lease(spool, "home"));
    ASSERT_TRUE(spool.flush());
    EXPECT_EQ(requeue(spool, {}).batches, 1);
  }
  Spool spool = open();
  EXPECT_EQ(first_seqs(lease(spool, "lake")), (std::vector<std::int64_t>{1}));
  EXPECT_TRUE(lease(spool, "home").batches.empty());
  append(spool, 10);
  const auto starts = lines_of_kind(text(lease(spool, "home")), "start");
  // After it the one that the rejected batch carried.
  ASSERT_FALSE(starts.empty());
  EXPECT_NE(starts.front().find("\"previous_spool_id\":\"" + run + "\",\"previous_seq\":20}"), std::string::npos)
      << starts.front();
}

TEST_F(BrowseTest, RequeueingIntoAFileIsSeenByTheNextRun) {
  reject_two();
  {
    SpoolFile looked = file();
    EXPECT_EQ(requeue(looked, {}).batches, 2);
    EXPECT_TRUE(page(looked, {.dead = true}).batches.empty());
  }
  Spool spool = open();
  EXPECT_EQ(first_seqs(lease(spool, "lake")), (std::vector<std::int64_t>{1, 11}));
  EXPECT_EQ(first_seqs(lease(spool, "home")), (std::vector<std::int64_t>{21}));
  append(spool, 10);
  const auto starts = lines_of_kind(text(lease(spool, "home")), "start");
  // After it the one that the rejected batch carried.
  ASSERT_FALSE(starts.empty());
  EXPECT_NE(starts.front().find("\"previous_seq\":30}"), std::string::npos) << starts.back();
}

TEST_F(BrowseTest, OnlyWhatFitsIsRequeuedAndASinkThatIsGoneKeepsItsLetters) {
  reject_two();
  SpoolFile looked = file();
  EXPECT_EQ(requeue(looked, {.sink = "home"}).batches, 0);
  EXPECT_EQ(requeue(looked, {.reason = "malformed"}).batches, 0);
  const Requeued one = requeue(looked, {.sink = "lake", .reason = "beca", .rows = 1});
  EXPECT_EQ(one.batches, 1);
  EXPECT_TRUE(one.more);
  EXPECT_EQ(requeue(looked, {.after = one.after}).batches, 1);
}

TEST_F(BrowseTest, LettersOfASinkThatIsNotConfiguredAreNamed) {
  reject_two();
  settings_.sinks = {{"home", StartAt::kOldest}};
  Spool spool = open();
  const Requeued told = requeue(spool, {});
  EXPECT_EQ(told.batches, 0);
  EXPECT_THAT(told.gone, ElementsAre("lake"));
}

TEST_F(BrowseTest, AWholeFileIsGood) {
  reject_two();
  SpoolFile looked = file();
  const CheckResult check = check_from_json(looked.answer(kCheckCommand, "{}").value()).value();
  EXPECT_TRUE(check.checked);
  EXPECT_EQ(check.problem, "");
}

TEST_F(BrowseTest, WhatIsNoQuestionIsRefused) {
  Spool spool = open();
  EXPECT_EQ(SpoolFile::open(settings_.path).error().code, ErrorCode::kUnavailable);
  EXPECT_EQ(spool.answer("spool.weather", "{}").error().code, ErrorCode::kUsage);
  EXPECT_EQ(spool.answer(kPageCommand, "[]").error().code, ErrorCode::kInvalidData);
  EXPECT_TRUE(spool.answer(kPageCommand, "{\"rows\":-3,\"after\":\"x\"}"));
  EXPECT_FALSE(page_from_json("{}"));
}

TEST(Base64Test, KnowsTheVectorsOfTheRfcAndAllBytes) {
  // RFC 4648 section 10.
  const std::pair<const char*, const char*> vectors[] = {{"", ""},
                                                         {"f", "Zg=="},
                                                         {"fo", "Zm8="},
                                                         {"foo", "Zm9v"},
                                                         {"foob", "Zm9vYg=="},
                                                         {"fooba", "Zm9vYmE="},
                                                         {"foobar", "Zm9vYmFy"}};
  for (const auto& [bytes, text] : vectors) {
    EXPECT_EQ(to_base64(bytes), text);
    EXPECT_EQ(from_base64(text), bytes);
  }
  std::string all;
  for (int i = 0; i < 256; ++i) all += static_cast<char>(i);
  EXPECT_EQ(from_base64(to_base64(all)), all);
  EXPECT_FALSE(from_base64("Zg="));
  EXPECT_FALSE(from_base64("Z!=="));
  EXPECT_FALSE(from_base64("=m9v"));
}

class RecordTableTest : public SpoolFixture {
 protected:
  static std::vector<std::string> cells(std::string row) {
    EXPECT_TRUE(row.ends_with("\r\n"));
    row.resize(row.size() - 2);
    std::vector<std::string> found{""};
    bool quoted = false;
    for (std::size_t i = 0; i < row.size(); ++i) {
      if (row[i] == '"' && quoted && i + 1 < row.size() && row[i + 1] == '"') {
        found.back() += row[i++];
      } else if (row[i] == '"') {
        quoted = !quoted;
      } else if (row[i] == ',' && !quoted) {
        found.emplace_back();
      } else {
        found.back() += row[i];
      }
    }
    return found;
  }
};

TEST_F(RecordTableTest, ARowHasACellForEachColumn) {
  Spool spool = open();
  Record odd = record();
  odd.state.callsign = "A,B\"C";
  spool.append(odd);
  ASSERT_TRUE(spool.flush());
  const std::string lines =
      decode_batch(
          *page_from_json(spool.answer(kPageCommand, R"({"with_bytes":true})").value()).value().batches.at(0).bytes)
          .value();
  LineReader reader;
  std::string rows;
  for (std::size_t at = 0; at < lines.size();) {
    const std::size_t end = lines.find('\n', at);
    const auto line = reader.read(std::string_view(lines).substr(at, end - at));
    ASSERT_TRUE(line);
    if (line->is_record) {
      EXPECT_EQ(line->seq, 1);
      EXPECT_EQ(line->record_id, spool.spool_id() + "-1");
      reader.append_csv(rows);
    }
    at = end + 1;
  }
  const auto columns = cells(csv_header());
  const auto row = cells(rows);
  ASSERT_EQ(row.size(), columns.size());
  const auto cell = [&](const std::string& name) {
    return row.at(static_cast<std::size_t>(std::ranges::find(columns, name) - columns.begin()));
  };
  EXPECT_EQ(cell("icao24"), "3c6544");
  EXPECT_EQ(cell("callsign"), "A,B\"C");
  EXPECT_EQ(cell("baro_altitude"), "11277.6");
  EXPECT_EQ(cell("squawk"), "");
  EXPECT_EQ(cell("on_ground"), "false");
}

TEST(LineReaderTest, TellsRecordsNoticesAndNonsenseApart) {
  LineReader reader;
  EXPECT_FALSE(reader.read(R"({"schema":1,"kind":"gap"})")->is_record);
  EXPECT_FALSE(reader.read("{\"schema\":1"));
  EXPECT_FALSE(reader.read(R"({"schema":1,"icao24":"3c6544"})"));
}

}  // namespace
}  // namespace airspool::spool
