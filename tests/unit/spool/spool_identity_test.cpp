// SPDX-License-Identifier: Apache-2.0
#include <numeric>

#include "spool_fixture.h"

namespace airspool::spool {
namespace {

class SpoolIdentityTest : public SpoolFixture {
 protected:
  SpoolIdentityTest() { settings_.sinks = {{"lake", StartAt::kOldest, LeaseOrder::kOldestFirst}}; }
};

TEST_F(SpoolIdentityTest, SealsWhenTheBatchIsFull) {
  Spool spool = open();
  append(spool, 9);
  EXPECT_EQ(spool.stored_seq(), 0);
  append(spool, 1);
  EXPECT_EQ(spool.stored_seq(), 10);
}

TEST_F(SpoolIdentityTest, SealsWhenTheBatchPeriodIsOver) {
  Spool spool = open();
  append(spool, 3);
  pass(spool, 9);
  EXPECT_EQ(spool.stored_seq(), 0);
  pass(spool, 1);
  EXPECT_EQ(spool.stored_seq(), 3);
}

TEST_F(SpoolIdentityTest, ThePeriodCountsFromTheFirstRecord) {
  Spool spool = open();
  pass(spool, 60);
  append(spool, 1);
  pass(spool, 9);
  EXPECT_EQ(spool.stored_seq(), 0);
}

TEST_F(SpoolIdentityTest, SeqRunsFromOneWithoutAHole) {
  Spool spool = open();
  append(spool, 35);
  ASSERT_TRUE(spool.flush());
  const std::vector<std::int64_t> found = seqs(text(lease(spool, "lake")));
  std::vector<std::int64_t> expected(35);
  std::iota(expected.begin(), expected.end(), 1);
  EXPECT_EQ(found, expected);
}

TEST_F(SpoolIdentityTest, HeadersSayWhatIsInside) {
  Spool spool = open();
  append(spool, 10);
  spool.append(record(RecordSource::kSim));
  ASSERT_TRUE(spool.flush());
  const Lease leased = lease(spool, "lake");
  ASSERT_EQ(leased.batches.size(), 2U);
  const BatchHeader& header = leased.batches[1]->header;
  EXPECT_EQ(header.station_id, "roof-1");
  EXPECT_EQ(header.spool_id, spool.spool_id());
  EXPECT_EQ(header.first_seq, 11);
  EXPECT_EQ(header.last_seq, 11);
  EXPECT_EQ(header.count, 1U);
  EXPECT_EQ(header.sealed, clock_.wall_now());
  EXPECT_TRUE(header.simulated);
  EXPECT_FALSE(leased.batches[0]->header.simulated);
}

TEST_F(SpoolIdentityTest, ABatchIsTheSameAfterARestart) {
  Lease before;
  {
    Spool spool = open();
    append(spool, 10);
    before = lease(spool, "lake");
  }
  Spool spool = open();
  const Lease after = lease(spool, "lake");
  ASSERT_EQ(after.batches.size(), 1U);
  EXPECT_EQ(after.batches[0]->bytes, before.batches[0]->bytes);
  EXPECT_EQ(after.batches[0]->header.id, before.batches[0]->header.id);
  EXPECT_EQ(after.batches[0]->header.spool_id, before.batches[0]->header.spool_id);
  EXPECT_EQ(after.batches[0]->header.sealed, before.batches[0]->header.sealed);
  EXPECT_NE(spool.spool_id(), before.batches[0]->header.spool_id);
}

TEST_F(SpoolIdentityTest, SpoolIdsAre16CharactersOfBase32) {
  const std::string first = open().spool_id();
  const std::string second = open().spool_id();
  EXPECT_EQ(first.size(), 16U);
  EXPECT_EQ(first.find_first_not_of("abcdefghijklmnopqrstuvwxyz234567"), std::string::npos) << first;
  EXPECT_NE(first, second);
}

TEST_F(SpoolIdentityTest, TheFirstRunNamesNoPrevious) {
  Spool spool = open();
  append(spool, 10);
  EXPECT_EQ(lines_of_kind(text(lease(spool, "lake")), "start"),
            std::vector<std::string>{R"({"schema":1,"kind":"start","spool_id":")" + spool.spool_id() +
                                     R"(","station_id":"roof-1"})"});
}

TEST_F(SpoolIdentityTest, TheNextRunNamesThePreviousAndItsLastSeq) {
  std::string previous;
  {
    Spool spool = open();
    append(spool, 25);
    previous = spool.spool_id();
  }
  Spool spool = open();
  append(spool, 20);
  const Lease leased = lease(spool, "lake");
  ASSERT_EQ(leased.batches.size(), 5U);
  EXPECT_EQ(lines_of_kind(text(leased), "start").size(), 2U);
  const std::string first = decode_batch(leased.batches[3]->bytes).value();
  EXPECT_EQ(first.substr(0, first.find('\n')), R"({"schema":1,"kind":"start","spool_id":")" + spool.spool_id() +
                                                   R"(","station_id":"roof-1","previous_spool_id":")" + previous +
                                                   R"(","previous_seq":25})");
}

TEST_F(SpoolIdentityTest, ThePreviousRunIsKnownWhenEverythingWasDelivered) {
  std::string previous;
  {
    Spool spool = open();
    append(spool, 20);
    previous = spool.spool_id();
    settle(spool, lease(spool, "lake"));
  }
  const auto stat = Spool::inspect(settings_.path);
  ASSERT_TRUE(stat);
  EXPECT_EQ(stat->batches, 0);
  EXPECT_EQ(stat->last_seq, 20);
  Spool spool = open();
  append(spool, 10);
  const Lease leased = lease(spool, "lake");
  EXPECT_EQ(leased.batches.front()->header.id, 3) << "ids are never used again";
  EXPECT_NE(text(leased).find(R"("previous_spool_id":")" + previous + R"(","previous_seq":20)"), std::string::npos);
}

TEST_F(SpoolIdentityTest, ARunThatStoredNothingIsNotNamed) {
  std::string previous;
  {
    Spool spool = open();
    append(spool, 10);
    previous = spool.spool_id();
  }
  { Spool idle = open(); }
  Spool spool = open();
  append(spool, 10);
  EXPECT_NE(text(lease(spool, "lake")).find(R"("previous_spool_id":")" + previous), std::string::npos);
}

TEST_F(SpoolIdentityTest, TheEndOfTheProgramStoresTheOpenBatch) {
  {
    Spool spool = open();
    append(spool, 3);
  }
  EXPECT_EQ(Spool::inspect(settings_.path)->records, 3);
}

}  // namespace
}  // namespace airspool::spool
