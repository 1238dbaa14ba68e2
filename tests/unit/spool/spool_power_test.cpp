// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <fstream>

#include <airspool/spool/browse.h>

#include "fakes/fault_disk.h"
#include "spool_fixture.h"
#include "store.h"

namespace airspool::spool {
namespace {

using test::FaultDisk;

// Stories that end in the dark: what is durable at a power cut must be enough for the next run to tell the rest.
class SpoolPowerTest : public SpoolFixture {
 protected:
  SpoolPowerTest() { settings_.sinks = {{"lake", StartAt::kOldest, LeaseOrder::kOldestFirst}}; }

  FaultDisk disk_;
};

TEST_F(SpoolPowerTest, AGapIsDurableBeforeWhatFollowsIt) {
  std::int64_t stored = 0;
  {
    Spool spool = open();
    append(spool, 10);
    disk_.set_state(FaultDisk::State::kReadOnly);
    append(spool, 700);  // 64 batches fit into memory: the oldest are given up
    disk_.set_state(FaultDisk::State::kHealthy);
    int commits = 0;
    disk_.watch([&](FaultDisk::Operation operation, FaultDisk::Part part) {
      if (operation == FaultDisk::Operation::kSync && part == FaultDisk::Part::kWal && ++commits == 2)
        disk_.cut_power();
    });
    pass(spool, 2);
    stored = spool.stored_seq();
    ASSERT_GT(stored, 10);
    ASSERT_LT(stored, 710);
    disk_.watch({});
  }
  disk_.restore_power();
  Spool spool = open();
  append(spool, 10);
  const std::string all = text(lease(spool, "lake"));
  const auto gaps = lines_of_kind(all, "gap");
  ASSERT_FALSE(gaps.empty());  // the transaction that the power cut tore may be told as well
  EXPECT_NE(gaps[0].find("\"from\":11,\"to\":70,\"reason\":\"store-failed\"}"), std::string::npos) << gaps[0];
}

TEST_F(SpoolPowerTest, AnEndRightAfterTheDiskCameBackStoresWhatWaits) {
  {
    Spool spool = open();
    append(spool, 10);
    disk_.set_state(FaultDisk::State::kGone);
    append(spool, 20);
    EXPECT_EQ(spool.stored_seq(), 10);
    disk_.set_state(FaultDisk::State::kHealthy);  // the old connection is beyond use
    EXPECT_TRUE(spool.flush());
    EXPECT_EQ(spool.stored_seq(), 30);
  }
  Spool spool = open();
  EXPECT_EQ(first_seqs(lease(spool, "lake")), (std::vector<std::int64_t>{1, 11, 21}));
}

TEST_F(SpoolPowerTest, AByteInTheNameOfAColumnIsDamageLikeAnyOther) {
  {
    Spool spool = open();
    append(spool, 30);
  }
  std::fstream file(settings_.path, std::ios::in | std::ios::out | std::ios::binary);
  std::string page(4096, '\0');
  file.read(page.data(), 4096);
  const auto at = page.find("CREATE TABLE notice(id INTEGER PRIMARY KEY, batch");
  ASSERT_NE(at, std::string::npos);
  file.seekp(static_cast<std::streamoff>(at) + 45);
  file.put('c');  // "catch"
  file.close();
  Spool spool = open();
  pass(spool, 2);  // what is readable comes over
  EXPECT_EQ(first_seqs(lease(spool, "lake")), (std::vector<std::int64_t>{1, 11, 21}));
}

TEST_F(SpoolPowerTest, WhatASinkSaysWhileACommitIsInDoubtIsKept) {
  Spool spool = open();
  append(spool, 10);
  const Lease leased = lease(spool, "lake");
  // All of the next commit reaches the disk, and then the disk is gone before it says so.
  disk_.watch([this](FaultDisk::Operation operation, FaultDisk::Part) {
    if (operation == FaultDisk::Operation::kSync) disk_.set_state(FaultDisk::State::kGone);
  });
  append(spool, 10);
  EXPECT_EQ(spool.stored_seq(), 10);
  disk_.watch({});
  settle(spool, leased, Settlement::kRejected);
  disk_.set_state(FaultDisk::State::kHealthy);
  pass(spool, 10);
  EXPECT_EQ(spool.stored_seq(), 20);
  ASSERT_TRUE(spool.flush());
  EXPECT_EQ(spool.stat().dead_batches, 1);
  EXPECT_EQ(spool.stat().batches, 1);
  append(spool, 10);
  const auto gaps = lines_of_kind(text(lease(spool, "lake")), "gap");
  ASSERT_EQ(gaps.size(), 1U);
  EXPECT_NE(gaps[0].find("\"from\":1,\"to\":10,\"reason\":\"rejected\"}"), std::string::npos) << gaps[0];
}

TEST_F(SpoolPowerTest, TryingLettersAgainForgetsNoneThatWasRejectedJustNow) {
  {
    Spool spool = open();
    append(spool, 20);
    const Lease leased = lease(spool, "lake");
    ASSERT_EQ(leased.batches.size(), 2U);
    spool.settle({"lake", leased.batches[0]->header.id, Settlement::kRejected, "malformed"});
    ASSERT_TRUE(spool.flush());
    spool.settle({"lake", leased.batches[1]->header.id, Settlement::kRejected, "other"});
    ASSERT_TRUE(spool.answer(kRequeueCommand, to_json(RequeueRequest{"", "malformed"})));
    disk_.cut_power();
  }
  disk_.restore_power();
  Spool spool = open();
  EXPECT_EQ(spool.stat().dead_batches, 1);
  append(spool, 10);
  const std::string all = text(lease(spool, "lake"));
  EXPECT_EQ(seqs(all).front(), 1);
  const auto gaps = lines_of_kind(all, "gap");
  EXPECT_TRUE(std::ranges::any_of(gaps, [](const std::string& gap) {
    return gap.find("\"to\":20,\"reason\":\"rejected\"}") != std::string::npos;
  })) << all;
}

TEST_F(SpoolPowerTest, AGapThatIsToBeToldAlreadyIsNotToldTwice) {
  auto store = Store::open(settings_.path, Purpose::kRun);
  ASSERT_TRUE(store);
  for (int i = 0; i < 100; ++i) {
    ASSERT_TRUE(store->announce_gap("aaaabbbbccccdddd", 1, 1668, "damaged"));
    ASSERT_TRUE(store->announce_gap("aaaabbbbccccdddd", 649, 672, "damaged"));
  }
  EXPECT_EQ(store->pending_notices(1000)->size(), 1U);
  ASSERT_TRUE(store->announce_gap("aaaabbbbccccdddd", 649, 672, "quota"));
  EXPECT_EQ(store->pending_notices(1000)->size(), 2U);
}

}  // namespace
}  // namespace airspool::spool
