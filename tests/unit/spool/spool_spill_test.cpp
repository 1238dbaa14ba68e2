// SPDX-License-Identifier: Apache-2.0
#include <fstream>
#include <functional>

#include <sys/wait.h>

#include <airspool/spool/browse.h>

#include "spool_fixture.h"

namespace airspool::spool {
namespace {

class SpoolSpillTest : public SpoolFixture {
 protected:
  SpoolSpillTest() {
    settings_.durability = Durability::kSpill;
    settings_.sinks = {{"lake", StartAt::kOldest, LeaseOrder::kOldestFirst},
                       {"home", StartAt::kOldest, LeaseOrder::kOldestFirst}};
  }

  // In a process that ends without a word when the story is told: a power cut, for what is in memory.
  static void run_until_power_cut(const std::function<void()>& story) {
    const pid_t child = fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
      story();
      _exit(0);
    }
    int status = 0;
    waitpid(child, &status, 0);
    ASSERT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0);
  }
  void deliver_everything(Spool& spool) {
    settle(spool, lease(spool, "lake"));
    settle(spool, lease(spool, "home"));
  }
};

TEST_F(SpoolSpillTest, WhatIsAcknowledgedInTimeIsNeverWritten) {
  std::string first_run;
  {
    Spool spool = open();
    first_run = spool.spool_id();
    for (int i = 0; i < 50; ++i) {
      append(spool, 10);
      EXPECT_EQ(spool.stat().memory_batches, 1);
      deliver_everything(spool);
      pass(spool, 10);
      EXPECT_EQ(spool.stat().memory_batches, 0);
      EXPECT_EQ(spool.stat().batches, 0);
    }
    EXPECT_EQ(spool.stored_seq(), 500);
    EXPECT_EQ(spool.stat().unstored_batches, 0);
  }
  Spool spool = open();
  append(spool, 10);
  const std::string all = text(lease(spool, "lake"));
  EXPECT_EQ(lines_of_kind(all, "start").at(0), R"({"schema":1,"kind":"start","spool_id":")" + spool.spool_id() +
                                                   R"(","station_id":"roof-1","previous_spool_id":")" + first_run +
                                                   R"(","previous_seq":500})");
  EXPECT_TRUE(lines_of_kind(all, "gap").empty()) << "it ended in order";
  EXPECT_TRUE(spool.stat().drops.empty());
}

TEST_F(SpoolSpillTest, WhatIsNotAcknowledgedInTimeIsWritten) {
  run_until_power_cut([&] {
    Spool spool = open();
    append(spool, 10);
    pass(spool, 59);
    if (spool.stat().batches != 0) _exit(1);
    pass(spool, 1);
    if (spool.stat().batches != 1 || spool.stat().memory_batches != 0) _exit(2);
    append(spool, 10);
    _exit(0);
  });
  Spool spool = open();
  EXPECT_EQ(first_seqs(lease(spool, "lake")), std::vector<std::int64_t>{1}) << "the second was in memory";
}

TEST_F(SpoolSpillTest, ASuddenEndIsAnnouncedWithAnOpenEnd) {
  run_until_power_cut([&] {
    Spool spool = open();
    append(spool, 100);
    deliver_everything(spool);
    pass(spool, 3600);
    append(spool, 20);
    _exit(spool.stored_seq() == 100 ? 0 : 1);
  });
  {
    Spool spool = open();
    append(spool, 10);
    const Lease leased = lease(spool, "lake");
    const std::string all = text(leased);
    const std::vector<std::string> gaps = lines_of_kind(all, "gap");
    ASSERT_EQ(gaps.size(), 1U);
    EXPECT_NE(gaps[0].find(R"("from":101,"reason":"spill-lost")"), std::string::npos) << gaps[0];
    EXPECT_NE(all.find(R"("previous_seq":100)"), std::string::npos);
    EXPECT_GT(leased.batches[0]->header.id, 12) << "ids that were given out in memory are not used again";
    ASSERT_EQ(spool.stat().drops.size(), 1U);
    EXPECT_EQ(spool.stat().drops[0].reason, "spill-lost");
    deliver_everything(spool);
  }
  Spool spool = open();
  append(spool, 10);
  EXPECT_TRUE(lines_of_kind(text(lease(spool, "home")), "gap").empty()) << "told once";
}

TEST_F(SpoolSpillTest, AWriteThroughRunThatEndsSuddenlyAnnouncesNothing) {
  settings_.durability = Durability::kWriteThrough;
  run_until_power_cut([&] {
    Spool spool = open();
    append(spool, 15);
    _exit(0);
  });
  Spool spool = open();
  append(spool, 10);
  EXPECT_TRUE(lines_of_kind(text(lease(spool, "lake")), "gap").empty());
}

TEST_F(SpoolSpillTest, TheSinkThatHasABatchDoesNotGetItAgain) {
  run_until_power_cut([&] {
    Spool spool = open();
    append(spool, 30);
    settle(spool, lease(spool, "lake", 2));
    pass(spool, 61);
    _exit(spool.stat().batches == 3 ? 0 : 1);
  });
  Spool spool = open();
  EXPECT_EQ(first_seqs(lease(spool, "lake")), std::vector<std::int64_t>{21});
  EXPECT_EQ(first_seqs(lease(spool, "home")), (std::vector<std::int64_t>{1, 11, 21}));
}

TEST_F(SpoolSpillTest, TheEndWritesWhatIsLeft) {
  {
    Spool spool = open();
    append(spool, 25);
    settle(spool, lease(spool, "home"));
  }
  const auto stat = Spool::inspect(settings_.path);
  EXPECT_EQ(stat->batches, 3);
  EXPECT_EQ(stat->records, 25);
  EXPECT_EQ(stat->last_seq, 25);
  Spool spool = open();
  EXPECT_EQ(first_seqs(lease(spool, "lake")), (std::vector<std::int64_t>{1, 11, 21}));
  EXPECT_EQ(first_seqs(lease(spool, "home")), std::vector<std::int64_t>{21});
}

TEST_F(SpoolSpillTest, ManyBytesInMemorySpillEarly) {
  settings_.batch_records = 5000;
  settings_.spill_after = std::chrono::hours(1);
  Spool spool = open();
  std::uint64_t state = 1;
  int batches = 0;
  while (spool.stat().batches == 0 && batches < 500) {
    for (int i = 0; i < 5000; ++i) {
      Record one = record();
      state = state * 6364136223846793005U + 1442695040888963407U;
      one.state.callsign = std::to_string(state) + std::to_string(state * state);
      spool.append(std::move(one));
    }
    ++batches;
  }
  EXPECT_LT(batches, 500);
  EXPECT_GT(spool.stat().memory_batches, 10);
  EXPECT_EQ(spool.stat().last_error, "");
}

TEST_F(SpoolSpillTest, ARejectedBatchGoesToTheDeadLettersFromMemory) {
  Spool spool = open();
  append(spool, 20);
  settle(spool, lease(spool, "home"));
  settle(spool, lease(spool, "lake", 1), Settlement::kRejected);
  settle(spool, lease(spool, "lake"));
  pass(spool, 20);
  const SpoolStat stat = spool.stat();
  EXPECT_EQ(stat.dead_batches, 1);
  EXPECT_EQ(stat.memory_batches, 0);
  EXPECT_EQ(stat.batches, 0);
  ASSERT_EQ(stat.drops.size(), 1U);
  EXPECT_EQ(stat.drops[0].reason, "rejected");
  for (int i = 0; i < 5; ++i) {  // told in one batch, and not again once that one is delivered
    append(spool, 10);
    const Lease leased = lease(spool, "lake");
    EXPECT_EQ(lines_of_kind(text(leased), "gap").size(), i == 0 ? 1U : 0U) << i;
    settle(spool, leased);
    settle(spool, lease(spool, "home"));
    pass(spool, 20);
  }
}

TEST_F(SpoolSpillTest, OneRejectedRecordIsBuriedAloneAndWhatTheRestToldIsTold) {
  Spool spool = open();
  append(spool, 10);
  settle(spool, lease(spool, "home"));
  const Lease leased = lease(spool, "lake");
  const std::string all = text(leased);
  const std::size_t at = all.find("{\"schema\":1,\"record_id\":\"" + spool.spool_id() + "-4\"");
  ASSERT_NE(at, std::string::npos);
  const std::string line = all.substr(at, all.find('\n', at) + 1 - at);
  auto part = std::make_shared<Batch>();
  part->header = leased.batches[0]->header;
  part->header.first_seq = part->header.last_seq = 4;
  part->header.count = 1;
  part->bytes = *BatchEncoder::create()->encode(line);
  spool.settle({"lake", leased.batches[0]->header.id, Settlement::kRejected, "too large", part});
  ASSERT_TRUE(spool.flush());
  const SpoolStat stat = spool.stat();
  EXPECT_EQ(stat.dead_batches, 1);
  EXPECT_EQ(stat.batches, 0);
  ASSERT_EQ(stat.drops.size(), 1U);
  EXPECT_EQ(stat.drops[0].records, 1);
  append(spool, 10);
  const std::string next = text(lease(spool, "lake"));
  EXPECT_EQ(lines_of_kind(next, "start").size(), 0U) << "the start was delivered with the rest";
  const auto gaps = lines_of_kind(next, "gap");
  ASSERT_EQ(gaps.size(), 1U);
  EXPECT_NE(gaps[0].find("\"from\":4,\"to\":4,\"reason\":\"rejected\"}"), std::string::npos) << gaps[0];
  // Tried again, it is a batch of one record.
  ASSERT_TRUE(spool.answer(kRequeueCommand, to_json(RequeueRequest{"", "too large"})));
  EXPECT_NE(text(lease(spool, "lake")).find(line), std::string::npos);
}

TEST_F(SpoolSpillTest, WhatABatchWouldHaveToldIsToldAgainWhenOneSinkRejectsIt) {
  Spool spool = open();
  append(spool, 10);
  settle(spool, lease(spool, "home"));
  settle(spool, lease(spool, "lake"), Settlement::kRejected);
  pass(spool, 20);  // the dead letter and its gap are in the file
  append(spool, 10);
  settle(spool, lease(spool, "lake"), Settlement::kRejected);  // it told of the start and of the gap
  settle(spool, lease(spool, "home"));
  pass(spool, 20);
  append(spool, 10);
  const std::string all = text(lease(spool, "lake"));
  EXPECT_EQ(lines_of_kind(all, "start").size(), 1U) << all;
  EXPECT_EQ(lines_of_kind(all, "gap").size(), 1U) << all;
  EXPECT_NE(all.find(R"("from":1,"to":20,"reason":"rejected")"), std::string::npos) << all;
}

TEST_F(SpoolSpillTest, LiveGoesFirstFromMemoryToo) {
  settings_.sinks[0].order = LeaseOrder::kLiveFirst;
  Spool spool = open();
  append(spool, 20);
  pass(spool, 40);
  append(spool, 10);
  EXPECT_EQ(first_seqs(lease(spool, "lake")), (std::vector<std::int64_t>{21, 1, 11}));
  EXPECT_EQ(spool.stat().memory_batches, 3);
}

TEST_F(SpoolSpillTest, WithoutSinksBatchesAreWrittenForOneToCome) {
  settings_.sinks.clear();
  Spool spool = open();
  append(spool, 20);
  pass(spool, 61);
  EXPECT_EQ(spool.stat().batches, 2);
}

TEST_F(SpoolSpillTest, TheStartNamesTheRunBeforeAlsoWhenOurRowIsWrittenFirst) {
  std::string first_run;
  {
    Spool spool = open();
    first_run = spool.spool_id();
    append(spool, 10);
  }
  Spool spool = open();
  settle(spool, lease(spool, "lake"));  // a transaction of acks, before anything of this run was sealed
  settle(spool, lease(spool, "home"));
  pass(spool, 20);
  append(spool, 10);
  const std::string all = text(lease(spool, "lake"));
  ASSERT_EQ(lines_of_kind(all, "start").size(), 1U) << all;
  EXPECT_NE(all.find(R"("previous_spool_id":")" + first_run + R"(","previous_seq":10)"), std::string::npos) << all;
}

TEST_F(SpoolSpillTest, ARunThatStoredNothingDoesNotInheritTheSeqOfTheOneBefore) {
  {
    Spool spool = open();
    append(spool, 500);
  }
  std::string second;
  std::string path = settings_.path + ".id";
  run_until_power_cut([&] {
    Spool spool = open();
    append(spool, 20);  // in memory alone
    std::ofstream(path) << spool.spool_id();
    _exit(0);
  });
  std::ifstream(path) >> second;
  EXPECT_EQ(Spool::inspect(settings_.path)->last_seq, 0);
  Spool spool = open();
  append(spool, 10);
  const std::string all = text(lease(spool, "lake"));
  const auto gaps = lines_of_kind(all, "gap");
  ASSERT_EQ(gaps.size(), 1U);
  EXPECT_NE(gaps[0].find("\"spool_id\":\"" + second + "\",\"station_id\":\"roof-1\",\"from\":1,"), std::string::npos)
      << gaps[0];
}

}  // namespace
}  // namespace airspool::spool
