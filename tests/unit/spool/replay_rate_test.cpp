// SPDX-License-Identifier: Apache-2.0
#include "spool_fixture.h"

namespace airspool::spool {
namespace {

using Seqs = std::vector<std::int64_t>;

// Batches of 10 records; a backlog of 100 batches, and 20 records a second for it: a batch every half second.
class ReplayRateTest : public SpoolFixture {
 protected:
  ReplayRateTest() { settings_.sinks = {{"lake", StartAt::kOldest, LeaseOrder::kLiveFirst, 20.0}}; }

  void make_backlog(Spool& spool) {
    append(spool, 1000);
    pass(spool, 60);
  }
  // What a sink that takes everything at once gets in so many seconds.
  std::int64_t records_in(Spool& spool, const std::string& sink, int seconds) {
    std::int64_t records = 0;
    for (int tick = 0; tick < seconds * 20; ++tick) {
      clock_.advance(std::chrono::milliseconds(50));
      const Lease leased = lease(spool, sink);
      for (const BatchPtr& batch : leased.batches) records += batch->header.count;
      settle(spool, leased);
    }
    return records;
  }
};

TEST_F(ReplayRateTest, TheBacklogLeavesAtTheRateThatWasSet) {
  Spool spool = open();
  make_backlog(spool);
  // A first burst of one second, then the rate; the last batch may go on credit.
  EXPECT_NEAR(records_in(spool, "lake", 30), 20 + 30 * 20, 10);
}

TEST_F(ReplayRateTest, WhatIsLiveIsNeverSlowedDown) {
  Spool spool = open();
  make_backlog(spool);
  (void)records_in(spool, "lake", 5);
  append(spool, 500);
  const Lease leased = lease(spool, "lake");
  EXPECT_GE(leased.batches.size(), 50U);
  EXPECT_EQ(leased.batches.front()->header.first_seq, 1001);
}

TEST_F(ReplayRateTest, LiveBatchesCostTheBacklogNothing) {
  Spool spool = open();
  make_backlog(spool);
  (void)records_in(spool, "lake", 5);
  append(spool, 500);
  EXPECT_NEAR(records_in(spool, "lake", 10), 500 + 10 * 20, 10);
}

TEST_F(ReplayRateTest, AnIdleSinkSavesUpNoMoreThanASecond) {
  Spool spool = open();
  make_backlog(spool);
  settle(spool, lease(spool, "lake"));
  pass(spool, 600);
  EXPECT_LE(lease(spool, "lake").batches.size(), 3U);
}

TEST_F(ReplayRateTest, ABatchThatIsLargerThanASecondGoesAndIsPaidForAfterwards) {
  settings_.sinks[0].replay_rate = 2.0;
  Spool spool = open();
  make_backlog(spool);
  EXPECT_EQ(first_seqs(lease(spool, "lake")), Seqs{1});
  pass(spool, 4);
  EXPECT_TRUE(lease(spool, "lake").batches.empty());
  pass(spool, 1);
  EXPECT_EQ(first_seqs(lease(spool, "lake")), Seqs{11});
}

TEST_F(ReplayRateTest, EachSinkHasItsOwnRate) {
  settings_.sinks.push_back({"home", StartAt::kOldest});
  Spool spool = open();
  make_backlog(spool);
  EXPECT_NEAR(records_in(spool, "lake", 10), 20 + 200, 10);
  EXPECT_EQ(records_in(spool, "home", 1), 1000);
}

TEST_F(ReplayRateTest, OldestFirstKeepsToItsOrder) {
  settings_.sinks[0].order = LeaseOrder::kOldestFirst;
  Spool spool = open();
  make_backlog(spool);
  append(spool, 10);
  std::int64_t last = 0;
  for (int second = 0; second < 60; ++second) {
    for (const std::int64_t seq : first_seqs(lease(spool, "lake"))) {
      EXPECT_GT(seq, last);
      last = seq;
    }
    pass(spool, 1);
  }
  EXPECT_EQ(last, 1001);
}

TEST_F(ReplayRateTest, AnOpenRequestIsAnsweredWhenTheRateAllowsIt) {
  Spool spool = open();
  make_backlog(spool);
  (void)lease(spool, "lake");
  spool.handle(LeaseRequest{"lake", 5, 1 << 20});
  EXPECT_EQ(pass(spool, 2).size(), 1U);
}

}  // namespace
}  // namespace airspool::spool
