// SPDX-License-Identifier: Apache-2.0
#include "store_stage.h"

#include <chrono>
#include <filesystem>

#include <gtest/gtest.h>
#include <unistd.h>

namespace airspool::collector {
namespace {

using namespace std::chrono_literals;

// The whole life of a store thread on one thread: records and requests are there, and closed, before it starts.
class StoreStageTest : public testing::Test {
 protected:
  StoreStageTest() {
    const auto* info = testing::UnitTest::GetInstance()->current_test_info();
    folder_ = testing::TempDir() + "airspool-store-" + info->name() + "-" + std::to_string(::getpid());
    std::filesystem::create_directories(folder_);
  }
  ~StoreStageTest() override { std::filesystem::remove_all(folder_); }

  void run() {
    spool::SpoolSettings settings;
    settings.path = folder_ + "/spool.db";
    settings.station_id = "roof-1";
    settings.sinks = {{"lake", spool::StartAt::kOldest, spool::LeaseOrder::kLiveFirst}};
    auto spool = spool::Spool::open(settings, clock_);
    ASSERT_TRUE(spool) << spool.error().message;
    records_.close();
    requests_.close();
    StoreStage(std::move(*spool), {records_, requests_, leases_, questions_, stat_, last_batch_leased_}, clock_,
               metrics_)
        .run();
  }

  std::string folder_;
  RecordChannel records_{8};
  Channel<spool::StoreRequest> requests_{8};
  Channel<spool::Lease> leases_{1};
  Channel<SpoolQuestion> questions_{8};
  Board<spool::SpoolStat> stat_;
  metrics::Registry metrics_;
  std::promise<void> last_batch_leased_;
  ManualClock clock_{WallTime{1'790'000'000s}, BootTime{100s}};
};

TEST_F(StoreStageTest, StoresAndOffersTheOpenBatchWhenTheStreamEnds) {
  ASSERT_TRUE(records_.try_push(std::vector<Record>(3)));
  ASSERT_TRUE(requests_.try_push(spool::LeaseRequest{"lake", 10, 1'000'000}));
  run();
  const auto lease = leases_.try_pop();
  ASSERT_TRUE(lease);
  EXPECT_EQ(lease->sink, "lake");
  ASSERT_EQ(lease->batches.size(), 1U);
  EXPECT_EQ(lease->batches.front()->header.count, 3U);
  EXPECT_EQ(stat_.latest()->last_seq, 3);
  EXPECT_EQ(stat_.latest()->open_records, 0);
  EXPECT_NE(metrics_.prometheus_text().find("airspool_spool_backlog_batches{sink=\"lake\"} 1"), std::string::npos);
  EXPECT_EQ(last_batch_leased_.get_future().wait_for(0s), std::future_status::ready);
}

TEST_F(StoreStageTest, KeepsBatchesThatNobodyFetches) {
  ASSERT_TRUE(leases_.try_push(spool::Lease{}));  // no room for another
  ASSERT_TRUE(records_.try_push(std::vector<Record>(3)));
  ASSERT_TRUE(requests_.try_push(spool::LeaseRequest{"lake", 10, 1'000'000}));
  run();
  ASSERT_EQ(stat_.latest()->sinks.size(), 1U);
  EXPECT_EQ(stat_.latest()->sinks.front().batches, 1);
  EXPECT_EQ(stat_.latest()->sinks.front().in_flight, 0);
}

TEST_F(StoreStageTest, AnswersQuestionsAndRefusesThoseThatComeTooLate) {
  ASSERT_TRUE(records_.try_push(std::vector<Record>(3)));
  std::vector<std::future<Result<std::string>>> answers;
  for (int i = 0; i < 8; ++i) {
    SpoolQuestion question{"spool.page", "{}", {}};
    answers.push_back(question.answer.get_future());
    ASSERT_TRUE(questions_.try_push(std::move(question)));
  }
  run();
  EXPECT_TRUE(answers.front().get());
  const auto last = answers.back().get();
  ASSERT_FALSE(last) << "one a turn, and there are few turns here";
  EXPECT_EQ(last.error().code, ErrorCode::kUnavailable);
  SpoolQuestion late;
  EXPECT_FALSE(questions_.try_push(std::move(late)));
}

}  // namespace
}  // namespace airspool::collector
