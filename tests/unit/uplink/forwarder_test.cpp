// SPDX-License-Identifier: Apache-2.0
#include <chrono>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include <gtest/gtest.h>

#include <airspool/uplink/forwarder.h>

#include "fakes/fake_sink.h"

namespace airspool::uplink {
namespace {

using namespace std::chrono_literals;
using test::FakePlace;
using test::FakeSink;

class ForwarderTest : public testing::Test {
 protected:
  void add(const std::string& name, FakePlace& place, SinkPolicy policy = {}, SinkWindow window = {4, 1 << 20}) {
    lanes_.push_back({std::make_unique<FakeSink>(name, place, window), std::move(policy)});
  }
  void start() { forwarder_.emplace(std::move(lanes_), to_store_, from_store_, clock_, 7, metrics_); }
  spool::BatchPtr batch(std::int64_t id, bool simulated = false) {
    spool::Batch made;
    made.header.id = id;
    made.header.count = 10;
    made.header.sealed = clock_.wall_now();
    made.header.simulated = simulated;
    made.bytes = "batch " + std::to_string(id) + "\n";
    return std::make_shared<const spool::Batch>(std::move(made));
  }
  void lease(const std::string& sink, std::vector<spool::BatchPtr> batches) {
    ASSERT_TRUE(from_store_.try_push({sink, std::move(batches)}));
  }
  void step() {
    forwarder_->step(clock_.boot_now());
    while (auto request = to_store_.try_pop()) {
      if (auto* settle = std::get_if<spool::Settle>(&*request)) settled_.push_back(*settle);
      if (auto* lease = std::get_if<spool::LeaseRequest>(&*request)) requests_.push_back(*lease);
    }
  }
  // Time passes in steps of 100 ms until the place was offered something more; how much passed.
  std::chrono::milliseconds until_next_offer(const FakePlace& place) {
    const std::size_t before = place.offered.size();
    std::chrono::milliseconds passed{0};
    while (place.offered.size() == before && passed < 10min) {
      clock_.advance(100ms);
      passed += 100ms;
      step();
    }
    return passed;
  }

  ManualClock clock_{WallTime{std::chrono::hours(500'000)}, BootTime{1h}};
  metrics::Registry metrics_;
  Channel<spool::StoreRequest> to_store_{64};
  Channel<spool::Lease> from_store_{64};
  std::vector<SinkLane> lanes_;
  std::optional<Forwarder> forwarder_;
  std::vector<spool::Settle> settled_;
  std::vector<spool::LeaseRequest> requests_;
};

TEST_F(ForwarderTest, AsksForAsMuchAsTheWindowHasRoomFor) {
  FakePlace place;
  add("a", place, {}, {4, 1000});
  start();
  step();
  ASSERT_EQ(requests_.size(), 1U);
  EXPECT_EQ(requests_[0].sink, "a");
  EXPECT_EQ(requests_[0].max_batches, 4U);
  EXPECT_EQ(requests_[0].max_bytes, 1000U);
}

TEST_F(ForwarderTest, KeepsOneRequestOpenInsteadOfRepeatingIt) {
  FakePlace place;
  add("a", place);
  start();
  step();
  step();
  step();
  EXPECT_EQ(requests_.size(), 1U);
}

TEST_F(ForwarderTest, TurnsAnAckIntoASettlementAndAsksAgain) {
  FakePlace place;
  add("a", place);
  start();
  step();
  lease("a", {batch(1)});
  step();
  ASSERT_EQ(settled_.size(), 1U);
  EXPECT_EQ(settled_[0].batch_id, 1);
  EXPECT_EQ(settled_[0].settlement, spool::Settlement::kAccepted);
  EXPECT_EQ(requests_.back().max_batches, 4U);
}

TEST_F(ForwarderTest, RetriesFirstWithinASecondThenEverMoreSlowlyUpToTheCap) {
  FakePlace place;
  place.answers[1] = std::deque<Outcome>(12, Outcome{Retry{0ms, "try later", "test"}});
  add("a", place);
  start();
  lease("a", {batch(1)});
  step();
  std::chrono::milliseconds limit = 1000ms;
  for (int i = 0; i < 12; ++i) {
    const auto waited = until_next_offer(place);
    EXPECT_LE(waited, limit + 100ms) << "retry " << i;
    EXPECT_GE(waited, limit / 2) << "retry " << i;
    limit = std::min<std::chrono::milliseconds>(60s, limit * 2);
  }
  EXPECT_EQ(settled_.size(), 1U);
}

TEST_F(ForwarderTest, ObeysTheTimeThatASinkNames) {
  FakePlace place;
  place.answers[1] = {Retry{60s, "not authorised", "not-authorised"}};
  add("a", place);
  start();
  lease("a", {batch(1)});
  step();
  EXPECT_EQ(until_next_offer(place), 60s);
}

TEST_F(ForwarderTest, OneBatchThatIsRetriedDoesNotStopTheOthers) {
  FakePlace place;
  place.answers[1] = {Retry{60s, "too large", "too-large"}};
  add("a", place, {}, {1, 1 << 20});
  start();
  lease("a", {batch(1)});
  step();
  EXPECT_EQ(requests_.back().max_batches, 1U);
  lease("a", {batch(2)});
  step();
  EXPECT_EQ(place.accepted, std::vector<std::int64_t>{2});
}

TEST_F(ForwarderTest, HoldsOnlySoManyBatchesThatWait) {
  FakePlace place;
  add("a", place, {}, {1, 1 << 20});
  start();
  for (std::int64_t id = 1; id <= 16; ++id) {
    place.answers[id] = {Retry{60s, "quota", "quota"}};
    lease("a", {batch(id)});
    step();
  }
  requests_.clear();
  step();
  EXPECT_TRUE(requests_.empty());
}

TEST_F(ForwarderTest, ADeliveryEndsTheWaitOfOthersThatWereOnlyPaced) {
  FakePlace place;
  place.answers[1] = {Retry{0ms, "nobody listens", "no-subscribers"}};
  add("a", place);
  start();
  lease("a", {batch(1)});
  step();
  lease("a", {batch(2)});
  step();
  step();
  EXPECT_EQ(place.accepted, (std::vector<std::int64_t>{2, 1}));
}

TEST_F(ForwarderTest, TakesBackTheRequestOfASinkThatIsDown) {
  FakePlace place;
  add("a", place);
  start();
  step();
  place.away = true;
  step();
  EXPECT_EQ(requests_.back().max_batches, 0U);
  place.away = false;
  step();
  EXPECT_EQ(requests_.back().max_batches, 4U);
}

TEST_F(ForwarderTest, ASilentSinkChangesNothingForAnotherOne) {
  FakePlace mute;
  mute.silent = true;
  FakePlace place;
  add("mute", mute);
  add("good", place);
  start();
  for (std::int64_t id = 1; id <= 20; ++id) {
    lease("mute", {batch(id)});
    lease("good", {batch(id)});
    step();
  }
  EXPECT_EQ(place.accepted.size(), 20U);
  EXPECT_EQ(mute.offered.size(), 4U);
}

TEST_F(ForwarderTest, TellsASinkWhatIsAReplay) {
  FakePlace place;
  add("a", place);
  start();
  const auto old = batch(1);
  clock_.advance(31s);
  lease("a", {old, batch(2)});
  step();
  EXPECT_EQ(place.offered, (std::vector<std::pair<std::int64_t, bool>>{{1, true}, {2, false}}));
}

TEST_F(ForwarderTest, RejectsSimulatedBatchesWhereTheyMustNotGo) {
  FakePlace place;
  SinkPolicy policy;
  policy.refuse_simulated = true;
  add("cloud", place, policy);
  start();
  lease("cloud", {batch(1, true), batch(2, false)});
  step();
  EXPECT_EQ(place.accepted, std::vector<std::int64_t>{2});
  ASSERT_EQ(settled_.size(), 2U);
  EXPECT_EQ(settled_[0].settlement, spool::Settlement::kRejected);
  EXPECT_NE(settled_[0].reason.find("--allow-sim"), std::string::npos);
  EXPECT_EQ(forwarder_->status()[0].rejected, 1U);
}

TEST_F(ForwarderTest, OfABatchThatIsRejectedInPartTheRestCountsAsDelivered) {
  FakePlace place;
  auto part = std::make_shared<spool::Batch>(*batch(1));
  part->header.count = 1;
  place.answers[1] = {Reject{"a record is too large", "too-large", part}};
  add("a", place);
  start();
  lease("a", {batch(1)});
  step();
  ASSERT_EQ(settled_.size(), 1U);
  EXPECT_EQ(settled_[0].settlement, spool::Settlement::kRejected);
  EXPECT_EQ(settled_[0].part, part);
  EXPECT_EQ(metrics_.value("airspool_sink_records_total", {{"sink", "a"}}), 9.0);
  EXPECT_TRUE(forwarder_->status()[0].last_ack);
}

TEST_F(ForwarderTest, PassesARejectOnWithItsReason) {
  FakePlace place;
  place.answers[1] = {Reject{"payload format invalid", "payload-invalid"}};
  add("a", place);
  start();
  lease("a", {batch(1)});
  step();
  ASSERT_EQ(settled_.size(), 1U);
  EXPECT_EQ(settled_[0].settlement, spool::Settlement::kRejected);
  EXPECT_EQ(settled_[0].reason, "payload format invalid");
  EXPECT_NE(metrics_.prometheus_text().find("payload-invalid"), std::string::npos);
}

TEST_F(ForwarderTest, AStopDeliversWhatIsDueAndReturnsTheRest) {
  FakePlace place;
  place.answers[2] = {Retry{60s, "quota", "quota"}};
  FakePlace mute;
  mute.silent = true;
  add("a", place);
  add("mute", mute);
  start();
  lease("a", {batch(1), batch(2)});
  lease("mute", {batch(1)});
  forwarder_->stop(clock_.boot_now() + 5s);
  step();
  EXPECT_FALSE(forwarder_->done());
  clock_.advance(5s);
  step();
  EXPECT_TRUE(forwarder_->done());
  ASSERT_EQ(settled_.size(), 3U);
  EXPECT_EQ(settled_[0].settlement, spool::Settlement::kAccepted);
  EXPECT_EQ(settled_[1].settlement, spool::Settlement::kReturned);
  EXPECT_EQ(settled_[1].batch_id, 2);
  EXPECT_EQ(settled_[2].sink, "mute");
  EXPECT_EQ(settled_[2].settlement, spool::Settlement::kReturned);
}

TEST_F(ForwarderTest, AStopWithNothingHeldIsOverAtOnce) {
  FakePlace place;
  add("a", place);
  start();
  step();
  forwarder_->stop(clock_.boot_now() + 5s);
  step();
  EXPECT_TRUE(forwarder_->done());
}

TEST_F(ForwarderTest, KeepsSettlementsWhileTheStoreIsBusy) {
  FakePlace place;
  add("a", place);
  start();
  for (std::size_t i = 0; i < to_store_.capacity(); ++i) ASSERT_TRUE(to_store_.try_push(spool::LeaseRequest{}));
  lease("a", {batch(1)});
  forwarder_->step(clock_.boot_now());
  while (to_store_.try_pop()) {
  }
  step();
  ASSERT_EQ(settled_.size(), 1U);
  EXPECT_EQ(settled_[0].batch_id, 1);
}

TEST_F(ForwarderTest, ReturnsALeaseForASinkThatDoesNotExist) {
  FakePlace place;
  add("a", place);
  start();
  lease("ghost", {batch(1)});
  step();
  ASSERT_EQ(settled_.size(), 1U);
  EXPECT_EQ(settled_[0].sink, "ghost");
  EXPECT_EQ(settled_[0].settlement, spool::Settlement::kReturned);
}

TEST_F(ForwarderTest, StatusTellsWhatHappened) {
  FakePlace place;
  place.answers[2] = {Retry{60s, "quota", "quota"}};
  SinkPolicy policy;
  policy.type = "fake";
  add("a", place, policy);
  start();
  lease("a", {batch(1), batch(2)});
  step();
  clock_.advance(40s);
  const auto status = forwarder_->status();
  ASSERT_EQ(status.size(), 1U);
  EXPECT_EQ(status[0].type, "fake");
  EXPECT_TRUE(status[0].connected);
  EXPECT_EQ(status[0].accepted, 1U);
  EXPECT_EQ(status[0].retried, 1U);
  EXPECT_EQ(status[0].waiting, 1U);
  EXPECT_DOUBLE_EQ(status[0].lag_s, 40.0);
  EXPECT_EQ(status[0].last_ack, clock_.wall_now() - 40s);
}

}  // namespace
}  // namespace airspool::uplink
