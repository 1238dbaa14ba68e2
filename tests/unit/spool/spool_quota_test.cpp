// SPDX-License-Identifier: Apache-2.0
#include <set>

#include "spool_fixture.h"

namespace airspool::spool {
namespace {

class SpoolQuotaTest : public SpoolFixture {
 protected:
  SpoolQuotaTest() {
    settings_.max_bytes = kMinSpoolBytes;
    settings_.batch_records = 100;
    settings_.sinks = {{"lake", StartAt::kOldest, LeaseOrder::kOldestFirst}};
  }

  // Records that differ in everything, so that a batch takes some pages.
  void fill(Spool& spool, int batches) {
    for (int i = 0; i < batches * 100; ++i) {
      Record one = record();
      state_ = state_ * 6364136223846793005U + 1442695040888963407U;
      one.state.icao24 = Icao24::icao(static_cast<std::uint32_t>(state_ >> 40U));
      one.state.position =
          GeoPosition{static_cast<double>(state_ >> 33U) * 1e-8, static_cast<double>(state_ >> 32U) * 1e-8};
      one.state.callsign = std::to_string(state_ >> 44U);
      spool.append(std::move(one));
    }
  }
  // Each seq of a run is in the text, or a gap covers it.
  static void expect_all_told(const std::string& text, std::int64_t last) {
    std::set<std::int64_t> told;
    for (const std::int64_t seq : seqs(text)) told.insert(seq);
    for (const std::string& gap : lines_of_kind(text, "gap")) {
      const auto number = [&](const std::string& key) {
        return std::stoll(gap.substr(gap.find("\"" + key + "\":") + key.size() + 3));
      };
      for (std::int64_t seq = number("from"); seq <= number("to"); ++seq) told.insert(seq);
    }
    EXPECT_EQ(static_cast<std::int64_t>(told.size()), last);
    EXPECT_EQ(*told.rbegin(), last);
  }

  std::uint64_t state_ = 42;
};

TEST_F(SpoolQuotaTest, TheOldestGoAndTheFileKeepsItsSize) {
  Spool spool = open();
  fill(spool, 200);
  const SpoolStat stat = spool.stat();
  EXPECT_EQ(stat.last_error, "");
  EXPECT_EQ(stat.unstored_batches, 0);
  EXPECT_LE(static_cast<std::int64_t>(std::filesystem::file_size(settings_.path)), settings_.max_bytes);
  EXPECT_LT(stat.batches, 200);
  EXPECT_GT(stat.batches, 10);
  ASSERT_EQ(stat.drops.size(), 1U);
  EXPECT_EQ(stat.drops[0].sink, "lake");
  EXPECT_EQ(stat.drops[0].reason, "quota");
  EXPECT_EQ(stat.drops[0].batches + stat.batches, 200);
  EXPECT_EQ(stat.drops[0].records + stat.records, 20'000);
  EXPECT_EQ(stat.sinks[0].batches, stat.batches);
}

TEST_F(SpoolQuotaTest, WhatWasDroppedIsAnnouncedOnce) {
  Spool spool = open();
  fill(spool, 200);
  const std::string all = text(lease(spool, "lake"));
  // The last batch that dropped another cannot tell of that one: the next does.
  fill(spool, 1);
  const std::string rest = text(lease(spool, "lake"));
  expect_all_told(all + rest, spool.stored_seq());
  EXPECT_EQ(lines_of_kind(rest, "gap").size(), 1U) << "a stretch of dropped batches is one gap";
  EXPECT_EQ(lines_of_kind(all + rest, "start").size(), 1U) << "told again when the batch that said it was dropped";
}

TEST_F(SpoolQuotaTest, GapsAreNotForgottenInARestart) {
  std::int64_t last = 0;
  {
    Spool spool = open();
    fill(spool, 100);
    last = spool.stored_seq();
  }
  Spool spool = open();
  const Lease kept = lease(spool, "lake");
  settle(spool, kept);
  fill(spool, 1);
  const std::vector<std::string> gaps = lines_of_kind(text(lease(spool, "lake")), "gap");
  ASSERT_EQ(gaps.size(), 1U);
  const std::string old_run = text(kept) + gaps[0] + "\n";
  expect_all_told(old_run, last);
}

TEST_F(SpoolQuotaTest, DeliveredGapsAreNotToldAgain) {
  Spool spool = open();
  fill(spool, 100);
  settle(spool, lease(spool, "lake"));
  fill(spool, 1);
  settle(spool, lease(spool, "lake"));
  fill(spool, 1);
  const Lease leased = lease(spool, "lake");
  EXPECT_EQ(leased.batches.size(), 1U);
  EXPECT_TRUE(lines_of_kind(text(leased), "gap").empty());
}

TEST_F(SpoolQuotaTest, ABatchInFlightMayBeDroppedToo) {
  Spool spool = open();
  fill(spool, 1);
  const Lease first = lease(spool, "lake");
  fill(spool, 200);
  settle(spool, first, Settlement::kReturned);
  EXPECT_NE(lease(spool, "lake", 1).batches.at(0)->header.id, first.batches[0]->header.id);
}

TEST_F(SpoolQuotaTest, DroppingCountsForTheSinksThatWaited) {
  settings_.sinks = {{"lake", StartAt::kOldest}, {"home", StartAt::kOldest}};
  Spool spool = open();
  for (int i = 0; i < 100; ++i) {
    fill(spool, 1);
    settle(spool, lease(spool, "lake"));
  }
  for (const DropStat& drop : spool.stat().drops) EXPECT_EQ(drop.sink, "home");
}

TEST_F(SpoolQuotaTest, ASmallerQuotaTakesEffectAtTheNextStart) {
  settings_.max_bytes = std::int64_t{4} << 20;
  {
    Spool spool = open();
    fill(spool, 300);
    EXPECT_EQ(spool.stat().batches, 300);
  }
  settings_.max_bytes = kMinSpoolBytes;
  Spool spool = open();
  fill(spool, 1);
  EXPECT_EQ(spool.stat().last_error, "");
  EXPECT_LT(spool.stat().bytes, kMinSpoolBytes);
  EXPECT_GT(spool.stat().batches, 10);
}

TEST_F(SpoolQuotaTest, ABatchLargerThanTheSpoolIsAnErrorInWords) {
  settings_.batch_records = kMaxBatchRecords;
  Spool spool = open();
  fill(spool, 200);
  EXPECT_NE(spool.stat().last_error.find("spool.max_bytes"), std::string::npos) << spool.stat().last_error;
  EXPECT_EQ(spool.stored_seq(), 0);
}

}  // namespace
}  // namespace airspool::spool
