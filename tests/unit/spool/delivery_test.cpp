// SPDX-License-Identifier: Apache-2.0
#include "spool_fixture.h"

namespace airspool::spool {
namespace {

using Seqs = std::vector<std::int64_t>;

class SpoolDeliveryTest : public SpoolFixture {
 protected:
  SpoolDeliveryTest() { settings_.sinks = {{"lake", StartAt::kOldest}}; }

  static std::int64_t backlog(Spool& spool, const std::string& sink) {
    for (const SinkStat& stat : spool.stat().sinks) {
      if (stat.name == sink) return stat.batches;
    }
    return -1;
  }
};

TEST_F(SpoolDeliveryTest, ABatchIsLeasedOnceUntilItIsSettled) {
  Spool spool = open();
  append(spool, 10);
  const Lease first = lease(spool, "lake");
  EXPECT_EQ(first_seqs(first), Seqs{1});
  EXPECT_TRUE(lease(spool, "lake").batches.empty());
  settle(spool, first, Settlement::kReturned);
  EXPECT_EQ(first_seqs(lease(spool, "lake")), Seqs{1});
}

TEST_F(SpoolDeliveryTest, AnAcceptedBatchIsGone) {
  {
    Spool spool = open();
    append(spool, 20);
    settle(spool, lease(spool, "lake", 1));
    EXPECT_EQ(spool.stat().batches, 1);
    EXPECT_EQ(spool.stat().records, 10);
  }
  Spool spool = open();
  EXPECT_EQ(first_seqs(lease(spool, "lake")), Seqs{11});
}

TEST_F(SpoolDeliveryTest, WhatWasLeasedAndNotSettledComesAgainAfterARestart) {
  {
    Spool spool = open();
    append(spool, 20);
    EXPECT_EQ(lease(spool, "lake").batches.size(), 2U);
  }
  Spool spool = open();
  EXPECT_EQ(first_seqs(lease(spool, "lake")), (Seqs{1, 11}));
}

TEST_F(SpoolDeliveryTest, ABatchStaysUntilEverySinkHasIt) {
  settings_.sinks = {{"lake", StartAt::kOldest}, {"home", StartAt::kOldest}};
  Spool spool = open();
  append(spool, 10);
  settle(spool, lease(spool, "lake"));
  EXPECT_EQ(spool.stat().batches, 1);
  EXPECT_EQ(backlog(spool, "lake"), 0);
  EXPECT_EQ(backlog(spool, "home"), 1);
  settle(spool, lease(spool, "home"));
  EXPECT_EQ(spool.stat().batches, 0);
}

TEST_F(SpoolDeliveryTest, EachSinkDrainsAtItsOwnPace) {
  settings_.sinks = {{"lake", StartAt::kOldest}, {"home", StartAt::kOldest}};
  {
    Spool spool = open();
    append(spool, 50);
    settle(spool, lease(spool, "lake"));
    settle(spool, lease(spool, "home", 2));
  }
  Spool spool = open();
  EXPECT_EQ(backlog(spool, "lake"), 0);
  EXPECT_EQ(first_seqs(lease(spool, "home")), (Seqs{21, 31, 41}));
}

TEST_F(SpoolDeliveryTest, AcksOutOfOrderAreRemembered) {
  {
    Spool spool = open();
    append(spool, 50);
    const Lease leased = lease(spool, "lake");
    spool.settle({"lake", leased.batches[3]->header.id, Settlement::kAccepted, ""});
    spool.settle({"lake", leased.batches[1]->header.id, Settlement::kAccepted, ""});
  }
  Spool spool = open();
  EXPECT_EQ(first_seqs(lease(spool, "lake")), (Seqs{1, 21, 41}));
}

TEST_F(SpoolDeliveryTest, LiveGoesBeforeTheBacklogAndBothInOrder) {
  Spool spool = open();
  append(spool, 30);
  pass(spool, 60);
  append(spool, 20);
  EXPECT_EQ(first_seqs(lease(spool, "lake", 3)), (Seqs{31, 41, 1}));
  append(spool, 10);
  EXPECT_EQ(first_seqs(lease(spool, "lake")), (Seqs{51, 11, 21}));
}

TEST_F(SpoolDeliveryTest, OldestFirstIsTheOrderOfSealing) {
  settings_.sinks[0].order = LeaseOrder::kOldestFirst;
  Spool spool = open();
  append(spool, 20);
  pass(spool, 60);
  append(spool, 10);
  EXPECT_EQ(first_seqs(lease(spool, "lake")), (Seqs{1, 11, 21}));
}

TEST_F(SpoolDeliveryTest, APreviousRunIsBacklog) {
  {
    Spool spool = open();
    append(spool, 10);
  }
  Spool spool = open();
  append(spool, 20);
  EXPECT_EQ(first_seqs(lease(spool, "lake", 1)), Seqs{1});
  EXPECT_EQ(first_seqs(lease(spool, "lake")), (Seqs{11, 1}));
}

TEST_F(SpoolDeliveryTest, ALeaseKeepsToTheBytesAskedFor) {
  Spool spool = open();
  append(spool, 40);
  const std::size_t size = static_cast<std::size_t>(spool.stat().bytes) / 4;
  EXPECT_EQ(spool.lease({"lake", 10, size * 2 + size / 2}).batches.size(), 2U);
  EXPECT_EQ(spool.lease({"lake", 10, 1}).batches.size(), 1U) << "one goes, however large";
}

TEST_F(SpoolDeliveryTest, ARequestStaysOpenUntilThereIsSomething) {
  Spool spool = open();
  spool.handle(LeaseRequest{"lake", 5, 1 << 20});
  EXPECT_TRUE(pass(spool, 3).empty());
  append(spool, 10);
  const std::vector<Lease> leases = pass(spool, 1);
  ASSERT_EQ(leases.size(), 1U);
  EXPECT_EQ(leases[0].sink, "lake");
  EXPECT_EQ(first_seqs(leases[0]), Seqs{1});
  append(spool, 10);
  EXPECT_TRUE(pass(spool, 1).empty()) << "answered once";
}

TEST_F(SpoolDeliveryTest, TheNextRequestReplacesTheOpenOne) {
  Spool spool = open();
  spool.handle(LeaseRequest{"lake", 1, 1 << 20});
  spool.handle(LeaseRequest{"lake", 3, 1 << 20});
  append(spool, 50);
  const std::vector<Lease> leases = pass(spool, 1);
  ASSERT_EQ(leases.size(), 1U);
  EXPECT_EQ(leases[0].batches.size(), 3U);
}

TEST_F(SpoolDeliveryTest, ASettleOfWhatIsNotHeldIsIgnored) {
  Spool spool = open();
  append(spool, 10);
  spool.settle({"lake", 1, Settlement::kAccepted, ""});
  spool.settle({"lake", 77, Settlement::kAccepted, ""});
  spool.settle({"nobody", 1, Settlement::kAccepted, ""});
  const Lease leased = lease(spool, "lake");
  EXPECT_EQ(leased.batches.size(), 1U);
  settle(spool, leased);
  settle(spool, leased, Settlement::kReturned);
  EXPECT_TRUE(lease(spool, "lake").batches.empty());
  EXPECT_TRUE(lease(spool, "nobody").batches.empty());
}

TEST_F(SpoolDeliveryTest, ANewSinkStartsNowOrWithTheOldest) {
  settings_.sinks = {{"lake", StartAt::kOldest}};
  {
    Spool spool = open();
    append(spool, 20);
  }
  settings_.sinks = {{"lake", StartAt::kOldest}, {"fresh", StartAt::kNow}, {"archive", StartAt::kOldest}};
  Spool spool = open();
  EXPECT_EQ(backlog(spool, "fresh"), 0);
  EXPECT_EQ(backlog(spool, "archive"), 2);
  append(spool, 10);
  EXPECT_EQ(first_seqs(lease(spool, "fresh")), Seqs{21 - 20});
  EXPECT_EQ(backlog(spool, "archive"), 3);
}

TEST_F(SpoolDeliveryTest, StartingNowCountsOnlyForANewName) {
  settings_.sinks = {{"lake", StartAt::kNow}};
  {
    Spool spool = open();
    append(spool, 20);
  }
  Spool spool = open();
  EXPECT_EQ(backlog(spool, "lake"), 2);
}

TEST_F(SpoolDeliveryTest, ASinkThatIsGoneHoldsNothing) {
  settings_.sinks = {{"lake", StartAt::kOldest}, {"home", StartAt::kOldest}};
  {
    Spool spool = open();
    append(spool, 20);
    settle(spool, lease(spool, "lake"));
  }
  settings_.sinks = {{"lake", StartAt::kOldest}};
  settings_.release_after = std::chrono::minutes(10);
  {
    Spool spool = open();
    pass(spool, 60);
    const SpoolStat stat = spool.stat();
    EXPECT_EQ(stat.batches, 2) << "shown first, and kept for a while";
    ASSERT_EQ(stat.sinks.size(), 2U);
    EXPECT_EQ(stat.sinks[1].name, "home");
    EXPECT_TRUE(stat.sinks[1].removed);
    EXPECT_EQ(stat.sinks[1].records, 20);
    pass(spool, 541);
    EXPECT_EQ(spool.stat().batches, 0);
    EXPECT_EQ(spool.stat().sinks.size(), 1U);
  }
  EXPECT_EQ(Spool::inspect(settings_.path)->sinks.size(), 1U);
}

TEST_F(SpoolDeliveryTest, ASinkThatComesBackInTimeHasLostNothing) {
  settings_.sinks = {{"lake", StartAt::kOldest}, {"home", StartAt::kOldest}};
  {
    Spool spool = open();
    append(spool, 20);
    settle(spool, lease(spool, "lake"));
  }
  settings_.sinks = {{"lake", StartAt::kOldest}};
  {
    Spool spool = open();
    append(spool, 10);
    settle(spool, lease(spool, "lake"));
  }
  settings_.sinks = {{"lake", StartAt::kOldest}, {"home", StartAt::kOldest}};
  Spool spool = open();
  EXPECT_EQ(first_seqs(lease(spool, "home")), (Seqs{1, 11, 1}));
}

TEST_F(SpoolDeliveryTest, WithoutSinksBatchesAreKeptForOneToCome) {
  settings_.sinks.clear();
  {
    Spool spool = open();
    append(spool, 20);
  }
  {
    Spool spool = open();
    EXPECT_EQ(spool.stat().batches, 2);
  }
  settings_.sinks = {{"lake", StartAt::kOldest}};
  Spool spool = open();
  EXPECT_EQ(backlog(spool, "lake"), 2);
}

TEST_F(SpoolDeliveryTest, ARejectedBatchGoesToTheDeadLettersAndIsAnnounced) {
  settings_.sinks = {{"lake", StartAt::kOldest}, {"home", StartAt::kOldest}};
  Spool spool = open();
  append(spool, 20);
  Lease leased = lease(spool, "lake");
  spool.settle({"lake", leased.batches[0]->header.id, Settlement::kRejected, "malformed"});
  append(spool, 10);

  const SpoolStat stat = spool.stat();
  EXPECT_EQ(stat.dead_batches, 1);
  EXPECT_EQ(stat.dead_bytes, static_cast<std::int64_t>(leased.batches[0]->bytes.size()));
  EXPECT_EQ(stat.sinks[0].dead_batches, 1);
  EXPECT_EQ(stat.sinks[1].dead_batches, 0);
  ASSERT_EQ(stat.drops.size(), 1U);
  EXPECT_EQ(stat.drops[0].sink, "lake");
  EXPECT_EQ(stat.drops[0].reason, "rejected");
  EXPECT_EQ(stat.drops[0].records, 10);
  EXPECT_EQ(backlog(spool, "home"), 3);

  append(spool, 10);
  const std::vector<std::string> gaps = lines_of_kind(text(lease(spool, "lake")), "gap");
  ASSERT_EQ(gaps.size(), 1U);
  EXPECT_NE(gaps[0].find(R"("from":1,"to":10,"reason":"rejected")"), std::string::npos) << gaps[0];
}

TEST_F(SpoolDeliveryTest, DeadLettersAreCapped) {
  settings_.max_bytes = kMinSpoolBytes;
  Spool spool = open();
  for (int i = 0; i < 100; ++i) {
    append(spool, 10);
    settle(spool, lease(spool, "lake"), Settlement::kRejected);
  }
  ASSERT_TRUE(spool.flush());
  const SpoolStat stat = spool.stat();
  EXPECT_GT(stat.dead_batches, 0);
  EXPECT_LE(stat.dead_bytes, settings_.max_bytes / 20);
  ASSERT_EQ(stat.drops.size(), 2U);
  EXPECT_EQ(stat.drops[0].reason, "dead-letter");
  EXPECT_EQ(stat.drops[0].batches, 100 - stat.dead_batches);
  EXPECT_EQ(stat.drops[1].reason, "rejected");
  EXPECT_EQ(stat.drops[1].batches, 100);
  EXPECT_EQ(stat.batches, 0);
}

TEST_F(SpoolDeliveryTest, ARejectionSurvivesTheEnd) {
  {
    Spool spool = open();
    append(spool, 10);
    settle(spool, lease(spool, "lake"), Settlement::kRejected);
  }
  const auto stat = Spool::inspect(settings_.path);
  EXPECT_EQ(stat->batches, 0);
  EXPECT_EQ(stat->dead_batches, 1);
}

TEST_F(SpoolDeliveryTest, AcksAreWrittenWithTheNextBatchOrAfterAWhile) {
  Spool spool = open();
  append(spool, 10);
  settle(spool, lease(spool, "lake"));
  const auto in_file = [&] {  // looks at a copy, as a crash would leave it
    const auto copy = folder_ / "copy.db";
    std::filesystem::copy_file(settings_.path, copy, std::filesystem::copy_options::overwrite_existing);
    std::filesystem::copy_file(settings_.path + "-wal", copy.string() + "-wal",
                               std::filesystem::copy_options::overwrite_existing);
    return Spool::inspect(copy)->batches;
  };
  pass(spool, 5);
  EXPECT_EQ(in_file(), 1);
  pass(spool, 15);
  EXPECT_EQ(in_file(), 0);
}

TEST_F(SpoolDeliveryTest, TheStatAddsUp) {
  settings_.sinks = {{"lake", StartAt::kOldest}, {"home", StartAt::kOldest}};
  Spool spool = open();
  append(spool, 10);
  clock_.advance(std::chrono::seconds(5));
  append(spool, 24);
  settle(spool, lease(spool, "lake", 1));
  EXPECT_EQ(lease(spool, "lake", 1).batches.size(), 1U);
  const SpoolStat stat = spool.stat();
  EXPECT_TRUE(stat.running);
  EXPECT_EQ(stat.batches, 3);
  EXPECT_EQ(stat.records, 30);
  EXPECT_EQ(stat.open_records, 4);
  EXPECT_EQ(stat.last_seq, 30);
  EXPECT_EQ(stat.sinks[0].batches, 2);
  EXPECT_EQ(stat.sinks[0].records, 20);
  EXPECT_EQ(stat.sinks[0].in_flight, 1);
  EXPECT_EQ(stat.sinks[1].records, 30);
  EXPECT_EQ(stat.sinks[1].bytes, stat.bytes);
  EXPECT_EQ(*stat.newest_sealed - *stat.oldest_sealed, std::chrono::seconds(5));
  EXPECT_GT(stat.file_bytes, 0);
}

TEST(SpoolStatTest, IsOneJsonObject) {
  SpoolStat stat;
  stat.path = "/tmp/a \"b\"\n";
  stat.oldest_sealed = WallTime(std::chrono::milliseconds(1234));
  stat.sinks.resize(2);
  stat.sinks[0].name = "lake";
  stat.drops.push_back({"lake", "quota", 1, 2});
  EXPECT_EQ(
      to_json(stat),
      R"({"path":"/tmp/a \"b\"\u000a","running":false,"spool_id":"","last_seq":0,"batches":0,"records":0,)"
      R"("bytes":0,"held_batches":0,"held_records":0,"clock":{"known":false},"oldest_sealed_ms":1234,"newest_sealed_ms":null,"open_records":0,"unstored_batches":0,"memory_batches":0,"salvaging":false,"quarantined_files":0,)"
      R"("file_bytes":0,"max_bytes":0,"dead_batches":0,"dead_bytes":0,"written_today":null,"written_a_year":null,"disk_written_today":null,"disk_written_a_year":null,"sinks":[{"name":"lake","batches":0,)"
      R"("records":0,"bytes":0,"in_flight":0,"held_batches":0,"dead_batches":0,"max_bytes":0,"removed":false},{"name":"","batches":0,"records":0,"bytes":0,)"
      R"("in_flight":0,"held_batches":0,"dead_batches":0,"max_bytes":0,"removed":false}],"drops":[{"sink":"lake","reason":"quota","batches":1,"records":2}],)"
      R"("last_error":""})");
}

}  // namespace
}  // namespace airspool::spool
