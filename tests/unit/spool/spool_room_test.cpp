// SPDX-License-Identifier: Apache-2.0
#include <map>
#include <set>

#include "spool_fixture.h"
#include "thin.h"

namespace airspool::spool {
namespace {

using std::chrono::hours;

// Age, reserve, a sink's own limit, thinning. The quota in bytes is in spool_quota_test.cpp.
class SpoolRoomTest : public SpoolFixture {
 protected:
  SpoolRoomTest() {
    settings_.batch_records = 100;
    settings_.sinks = {{"lake", StartAt::kOldest, LeaseOrder::kOldestFirst}};
    settings_.free_bytes = [this](const std::string&) { return free_; };
  }

  // Records of 50 aircraft in turn, with bodies of some pages.
  void fill(Spool& spool, int batches) {
    for (int i = 0; i < batches * static_cast<int>(settings_.batch_records); ++i) {
      Record one = record();
      state_ = state_ * 6364136223846793005U + 1442695040888963407U;
      one.state.icao24 = Icao24::icao(0x3C0000U + static_cast<std::uint32_t>(i % 50));
      one.state.position =
          GeoPosition{static_cast<double>(state_ >> 33U) * 1e-8, static_cast<double>(state_ >> 32U) * 1e-8};
      one.state.callsign = std::to_string(state_ >> 44U);
      spool.append(std::move(one));
    }
  }
  static DropStat drop(const SpoolStat& stat, const std::string& reason, const std::string& sink = "lake") {
    for (const DropStat& one : stat.drops) {
      if (one.reason == reason && one.sink == sink) return one;
    }
    return {};
  }
  std::int64_t file_bytes() const { return static_cast<std::int64_t>(std::filesystem::file_size(settings_.path)); }

  std::optional<std::int64_t> free_ = std::int64_t{1} << 40;
  std::uint64_t state_ = 7;
};

TEST_F(SpoolRoomTest, WhatIsTooOldGoesAndIsAnnounced) {
  settings_.max_age = hours(2);
  Spool spool = open();
  fill(spool, 2);
  clock_.advance(hours(1));
  fill(spool, 1);
  clock_.advance(hours(1) + std::chrono::minutes(1));
  fill(spool, 1);
  const SpoolStat stat = spool.stat();
  EXPECT_EQ(stat.batches, 2);
  EXPECT_EQ(drop(stat, "age").batches, 2);
  EXPECT_EQ(drop(stat, "age").records, 200);
  fill(spool, 1);
  const std::vector<std::string> gaps = lines_of_kind(text(lease(spool, "lake")), "gap");
  ASSERT_EQ(gaps.size(), 1U);
  EXPECT_NE(gaps[0].find(R"("from":1,"to":200,"reason":"age")"), std::string::npos) << gaps[0];
}

TEST_F(SpoolRoomTest, AClockThatNobodyVouchesForDoesNotEmptyTheSpool) {
  settings_.max_age = hours(2);
  {
    Spool spool = open();
    fill(spool, 3);
  }
  clock_.step_wall(hours(24 * 365 * 12));  // 2038
  clock_.set_state(ClockState::kFreeRunning);
  Spool spool = open();
  fill(spool, 1);
  EXPECT_EQ(drop(spool.stat(), "age").batches, 0);
  clock_.advance(hours(2) + std::chrono::minutes(1));
  fill(spool, 1);
  EXPECT_EQ(drop(spool.stat(), "age").batches, 3) << "time that passed while it ran counts";
}

TEST_F(SpoolRoomTest, TheReserveOfTheDiskIsRestoredFromTheOldest) {
  settings_.reserve_bytes = std::int64_t{100} << 20;
  Spool spool = open();
  fill(spool, 300);
  const std::int64_t before = file_bytes();
  free_ = settings_.reserve_bytes - (before / 2);
  fill(spool, 1);
  fill(spool, 1);
  const SpoolStat stat = spool.stat();
  EXPECT_EQ(stat.last_error, "");
  EXPECT_LT(file_bytes(), before * 6 / 10) << "the file gave its space back";
  EXPECT_GT(drop(stat, "reserve").batches, 50);
  EXPECT_EQ(drop(stat, "reserve").batches + stat.batches, 302);
  EXPECT_EQ(drop(stat, "quota").batches, 0);
}

TEST_F(SpoolRoomTest, AShortDiskStopsTheFileFromGrowing) {
  settings_.reserve_bytes = std::int64_t{100} << 20;
  Spool spool = open();
  fill(spool, 200);
  free_ = settings_.reserve_bytes;
  const std::int64_t before = file_bytes();
  fill(spool, 100);
  EXPECT_LE(file_bytes(), before + 16 * 4096);
  EXPECT_EQ(spool.stat().last_error, "");
}

TEST_F(SpoolRoomTest, ADiskThatOthersFilledLeavesTheSpoolItsMinimum) {
  settings_.reserve_bytes = std::int64_t{1} << 30;
  Spool spool = open();
  fill(spool, 300);
  free_ = 0;
  for (int i = 0; i < 5; ++i) fill(spool, 1);
  const SpoolStat stat = spool.stat();
  EXPECT_EQ(stat.last_error, "");
  EXPECT_GT(stat.batches, 5);
  EXPECT_LE(file_bytes(), 2 * kMinSpoolBytes);
  EXPECT_EQ(spool.stored_seq(), 30'500);
  free_ = std::nullopt;  // nobody knows: no reserve
  fill(spool, 50);
  EXPECT_EQ(spool.stat().batches, stat.batches + 50);
}

TEST_F(SpoolRoomTest, ASinkOverItsLimitLosesItsOldestAndNoOtherDoes) {
  settings_.sinks = {{"lake", StartAt::kOldest}, {"home", StartAt::kOldest}};
  settings_.sinks[1].max_backlog_bytes = 20'000;
  std::int64_t kept = 0;
  {
    Spool spool = open();
    fill(spool, 50);
    const SpoolStat stat = spool.stat();
    EXPECT_EQ(stat.batches, 50) << "lake holds all of them";
    EXPECT_EQ(stat.sinks[0].batches, 50);
    kept = stat.sinks[1].batches;
    EXPECT_LE(stat.sinks[1].bytes, 20'000);
    EXPECT_GT(kept, 2);
    EXPECT_EQ(drop(stat, "backlog", "home").batches, 50 - kept);
    EXPECT_EQ(drop(stat, "backlog", "lake").batches, 0);
    settle(spool, lease(spool, "lake"));
    EXPECT_EQ(spool.stat().batches, kept) << "nobody holds what home gave up";
  }
  Spool spool = open();
  EXPECT_EQ(spool.stat().sinks[1].batches, kept) << "remembered";
  fill(spool, 1);
  const std::vector<std::string> gaps = lines_of_kind(text(lease(spool, "home")), "gap");
  ASSERT_FALSE(gaps.empty());
  EXPECT_NE(gaps.front().find(R"("from":1,"to":)"), std::string::npos);
  EXPECT_NE(gaps.front().find(R"("reason":"backlog")"), std::string::npos);
}

TEST_F(SpoolRoomTest, WithoutALimitOfItsOwnASinkHasItsShareOfTheQuota) {
  settings_.sinks = {{"lake", StartAt::kOldest}, {"home", StartAt::kOldest}};
  Spool spool = open();
  EXPECT_EQ(spool.stat().sinks[0].max_bytes, settings_.max_bytes / 2);
}

TEST_F(SpoolRoomTest, DeadLettersThatAreNotEvenKeptAreCounted) {
  settings_.max_bytes = kMinSpoolBytes;
  Spool spool = open();
  for (int i = 0; i < 20; ++i) {
    fill(spool, 1);
    settle(spool, lease(spool, "lake"), Settlement::kRejected);
  }
  ASSERT_TRUE(spool.flush());
  const SpoolStat stat = spool.stat();
  EXPECT_LE(stat.dead_bytes, kMinSpoolBytes / 20);
  EXPECT_EQ(drop(stat, "dead-letter").batches, 20 - stat.dead_batches);
  EXPECT_EQ(drop(stat, "rejected").batches, 20);
}

TEST_F(SpoolRoomTest, ThinningLeavesACoarserTrackInsteadOfAHole) {
  settings_.when_full = WhenFull::kThin;
  settings_.batch_records = 500;
  settings_.max_bytes = std::int64_t{1} << 20;
  Spool spool = open();
  fill(spool, 100);
  const SpoolStat stat = spool.stat();
  EXPECT_EQ(stat.last_error, "");
  EXPECT_EQ(drop(stat, "quota").batches, 0);
  EXPECT_GT(drop(stat, "thinned").batches, 10);
  EXPECT_EQ(drop(stat, "thinned").records + stat.records, 50'000);
  EXPECT_EQ(stat.sinks[0].records, stat.records);
  EXPECT_EQ(stat.sinks[0].bytes, stat.bytes);

  fill(spool, 1);
  const Lease all = lease(spool, "lake");
  std::set<std::int64_t> seen;
  std::map<std::string, int> names;
  for (const BatchPtr& batch : all.batches) {
    const std::string lines = decode_batch(batch->bytes).value();
    const std::vector<std::int64_t> inside = seqs(lines);
    EXPECT_EQ(inside.size(), batch->header.count);
    EXPECT_EQ(batch->header.last_seq - batch->header.first_seq, 499);
    for (const std::int64_t seq : inside) {
      EXPECT_GE(seq, batch->header.first_seq);
      EXPECT_LE(seq, batch->header.last_seq);
      EXPECT_TRUE(seen.insert(seq).second);
    }
    if (batch->header.thinned > 0) {
      EXPECT_LE(batch->header.count, 250U);
      EXPECT_NE(name_of(batch->header).find("-thinned"), std::string::npos);
    }
    ++names[name_of(batch->header)];
  }
  EXPECT_EQ(names.size(), all.batches.size());
  EXPECT_EQ(all.batches.front()->header.first_seq, 1) << "no batch is gone";
  const std::vector<std::string> gaps = lines_of_kind(text(all), "gap");
  ASSERT_FALSE(gaps.empty());
  EXPECT_NE(gaps.back().find(R"("from":1,"to":)"), std::string::npos) << gaps.back();
  EXPECT_NE(gaps.back().find(R"("reason":"thinned")"), std::string::npos);
}

TEST_F(SpoolRoomTest, WhatCannotBeThinnedFurtherGoes) {
  settings_.when_full = WhenFull::kThin;
  settings_.batch_records = 500;
  settings_.max_bytes = std::int64_t{1} << 20;
  Spool spool = open();
  fill(spool, 200);
  const SpoolStat stat = spool.stat();
  EXPECT_EQ(stat.last_error, "");
  EXPECT_GT(drop(stat, "quota").batches, 10);
  EXPECT_EQ(drop(stat, "thinned").records + drop(stat, "quota").records + stat.records, 100'000);
  const Lease all = lease(spool, "lake");
  int thinned = 0;
  for (const BatchPtr& batch : all.batches) thinned = std::max(thinned, batch->header.thinned);
  EXPECT_EQ(thinned, 3);
  EXPECT_LE(all.batches.back()->header.thinned, 0);
  EXPECT_EQ(static_cast<std::int64_t>(all.batches.size()), stat.batches);
}

TEST_F(SpoolRoomTest, ABatchInFlightIsNotThinned) {
  settings_.when_full = WhenFull::kThin;
  settings_.batch_records = 500;
  settings_.max_bytes = std::int64_t{1} << 20;
  Spool spool = open();
  fill(spool, 15);
  const Lease before = lease(spool, "lake", 10);
  fill(spool, 90);
  settle(spool, before, Settlement::kReturned);
  const Lease after = lease(spool, "lake", 11);
  for (std::size_t i = 0; i < 10; ++i) EXPECT_TRUE(after.batches[i]->bytes == before.batches[i]->bytes);
  EXPECT_GT(after.batches[10]->header.thinned, 0);
}

TEST(ThinTest, KeepsEveryOtherRecordOfEachAircraftAndAllNotices) {
  std::string text = "{\"schema\":1,\"kind\":\"gap\",\"spool_id\":\"x\"}\n";
  for (int i = 0; i < 12; ++i) {
    text += "{\"icao24\":\"" +
            std::string(i % 3 == 0   ? "3c0001"
                        : i % 3 == 1 ? "3c0002"
                                     : "3c0003") +
            "\",\"seq\":" + std::to_string(i) + "}\n";
  }
  const ThinnedText once = thin_ndjson(text, 5, 0);
  EXPECT_EQ(once.records, 6);
  EXPECT_EQ(once.text.find("{\"schema\":1,\"kind\":\"gap\""), 0U);
  for (const char* aircraft : {"3c0001", "3c0002", "3c0003"}) {
    std::size_t count = 0;
    for (std::size_t at = once.text.find(aircraft); at != std::string::npos; at = once.text.find(aircraft, at + 1)) {
      ++count;
    }
    EXPECT_EQ(count, 2U) << aircraft;
  }
}

TEST(ThinTest, AnAircraftWithOneRecordABatchKeepsItInEveryOtherBatch) {
  // Two lines: of one aircraft at least one record stays in a batch anyway.
  int kept = 0;
  std::string line = "{\"icao24\":\"3c0001\"}\n";
  for (std::int64_t batch = 0; batch < 16; ++batch) {
    std::string text = line;
    for (int other = 100; other < 120; ++other) text += "{\"icao24\":\"3c0" + std::to_string(other) + "\"}\n";
    if (thin_ndjson(text, batch, 0).text.find(line) != std::string::npos) ++kept;
  }
  EXPECT_EQ(kept, 8);
  EXPECT_EQ(thin_ndjson(line, 1, 0).records, 1);
  EXPECT_EQ(thin_ndjson(line, 2, 0).records, 1);
  EXPECT_EQ(thin_ndjson("", 2, 0).records, 0);
}

}  // namespace
}  // namespace airspool::spool
