// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include <gtest/gtest.h>
#include <poll.h>

#include <airspool/core/channel.h>
#include <airspool/core/clock.h>
#include <airspool/core/metrics.h>
#include <airspool/spool/batch_codec.h>
#include <airspool/uplink/forwarder.h>
#include <airspool/uplink/sink.h>

#include "fakes/fake_sink.h"

// What every Sink promises (uplink/sink.h), held against each of them. A World is a place that a sink delivers to:
//
//   static std::string missing();        why this world cannot run here; empty when it can
//   const Clock& clock();                the clock of its sinks
//   std::unique_ptr<Sink> open();        a new sink to this place
//   void take_away(); void bring_back(); the other side goes and comes, keeping what it accepted
//   std::string delivered();             all bytes that arrived, in order, as somebody else reads them
//   static std::string expected(batch);  what of them is this batch: its very bytes, or its records
//
// The tests wait for things that real programs do, by polling; a limit on the number of polls makes a hang a failure.
namespace airspool::contract {

inline constexpr int kManyPolls = 2000;
inline constexpr std::chrono::milliseconds kPoll{20};

inline spool::BatchPtr make_batch(std::int64_t id, std::size_t records = 20) {
  static spool::BatchEncoder encoder = std::move(*spool::BatchEncoder::create());
  std::string text;
  for (std::size_t i = 0; i < records; ++i) {
    text += "{\"schema\":1,\"seq\":" + std::to_string(id * 1000 + static_cast<std::int64_t>(i)) + "}\n";
  }
  spool::Batch batch;
  batch.header.id = id;
  batch.header.station_id = "roof-1";
  batch.header.spool_id = "contractspool000";
  batch.header.first_seq = id * 1000;
  batch.header.last_seq = id * 1000 + static_cast<std::int64_t>(records) - 1;
  batch.header.count = static_cast<std::uint32_t>(records);
  batch.header.sealed = SystemClock().wall_now();
  batch.bytes = *encoder.encode(text);
  return std::make_shared<const spool::Batch>(std::move(batch));
}

// For worlds where the bytes of a batch arrive as they are; for worlds where each of its records does, as a line.
inline std::string whole(const spool::Batch& batch) { return batch.bytes; }
inline std::string records(const spool::Batch& batch) { return *spool::decode_batch(batch.bytes); }

// A sink under test with the answers it gave so far.
class Client {
 public:
  Client(std::unique_ptr<uplink::Sink> sink, const Clock& clock) : sink_(std::move(sink)), clock_(clock) {}

  uplink::Sink& sink() { return *sink_; }
  std::vector<uplink::Answer>& answers() { return answers_; }

  void poll() {
    for (uplink::Answer& answer : sink_->poll(clock_.boot_now() + kPoll)) answers_.push_back(std::move(answer));
  }
  bool until(const std::function<bool()>& reached, int polls = kManyPolls) {
    for (int i = 0; i < polls; ++i) {
      if (reached()) return true;  // once only: asking may do something, such as an offer
      poll();
      ::poll(nullptr, 0, 3);  // what we wait for is done by another program
    }
    return false;
  }
  bool connect() {
    return until([this] { return sink_->health().connected; });
  }
  // Offers until it is taken.
  bool hand_over(const spool::BatchPtr& batch, bool replay = false) {
    return until([&] { return sink_->offer(batch, replay) == uplink::Offer::kTaken; });
  }
  // Offers again and again, as the forwarder would, until it is accepted.
  bool deliver(const spool::BatchPtr& batch) {
    for (int round = 0; round < kManyPolls; ++round) {
      if (!hand_over(batch)) return false;
      const std::size_t before = answers_.size();
      if (!until([&] { return answers_.size() > before; })) return false;
      if (accepted(batch->header.id)) return true;
    }
    return false;
  }
  [[nodiscard]] bool accepted(std::int64_t id) const { return count<uplink::Accepted>(id) > 0; }
  template <typename Kind>
  [[nodiscard]] std::size_t count(std::int64_t id) const {
    std::size_t found = 0;
    for (const uplink::Answer& answer : answers_) {
      found += answer.batch_id == id && std::holds_alternative<Kind>(answer.outcome) ? 1 : 0;
    }
    return found;
  }
  void destroy() { sink_.reset(); }

 private:
  std::unique_ptr<uplink::Sink> sink_;
  const Clock& clock_;
  std::vector<uplink::Answer> answers_;
};

template <typename World>
class SinkContract : public testing::Test {
 protected:
  void SetUp() override {
    const std::string missing = World::missing();
    if (!missing.empty()) GTEST_SKIP() << "SKIPPED: " << missing;
    world_.emplace();
  }
  Client client() { return {world_->open(), world_->clock()}; }
  // The reader is another program and may need a moment.
  bool arrived(const spool::BatchPtr& batch, Client& client) {
    return client.until([&] { return world_->delivered().find(World::expected(*batch)) != std::string::npos; });
  }

  std::optional<World> world_;
};
TYPED_TEST_SUITE_P(SinkContract);

TYPED_TEST_P(SinkContract, AcceptedMeansThatAllOfItArrived) {
  Client client = this->client();
  const auto batch = make_batch(1);
  ASSERT_TRUE(client.deliver(batch)) << client.sink().health().detail;
  EXPECT_TRUE(this->arrived(batch, client));
}

TYPED_TEST_P(SinkContract, AnswersEachBatchOnce) {
  Client client = this->client();
  for (std::int64_t id = 1; id <= 30; ++id) ASSERT_TRUE(client.hand_over(make_batch(id)));
  ASSERT_TRUE(client.until([&] { return client.answers().size() >= 30; }));
  for (int i = 0; i < 5; ++i) client.poll();
  std::set<std::int64_t> ids;
  for (const uplink::Answer& answer : client.answers()) ids.insert(answer.batch_id);
  EXPECT_EQ(client.answers().size(), 30U);
  EXPECT_EQ(ids.size(), 30U);
}

TYPED_TEST_P(SinkContract, KeepsTheOrderWhenNothingFails) {
  Client client = this->client();
  std::string sent;
  for (std::int64_t id = 1; id <= 30; ++id) {
    const auto batch = make_batch(id);
    sent += TypeParam::expected(*batch);
    ASSERT_TRUE(client.hand_over(batch));
  }
  ASSERT_TRUE(client.until([&] { return client.accepted(30); }));
  EXPECT_TRUE(client.until([&] { return this->world_->delivered() == sent; }));
}

TYPED_TEST_P(SinkContract, WhatIsBeyondTheWindowIsNotTaken) {
  Client client = this->client();
  ASSERT_TRUE(client.connect()) << client.sink().health().detail;
  const std::size_t window = client.sink().window().batches;
  std::size_t taken = 0;
  while (taken <= window &&
         client.sink().offer(make_batch(static_cast<std::int64_t>(taken) + 1), false) == uplink::Offer::kTaken) {
    ++taken;
  }
  EXPECT_EQ(taken, window);
  ASSERT_TRUE(client.until([&] { return client.answers().size() == window; }));
  EXPECT_TRUE(client.hand_over(make_batch(1000)));
}

TYPED_TEST_P(SinkContract, NothingIsAcceptedWhileTheOtherSideIsAway) {
  Client client = this->client();
  ASSERT_TRUE(client.deliver(make_batch(1)));
  this->world_->take_away();
  const auto batch = make_batch(2);
  for (int i = 0; i < 20; ++i) {
    client.sink().offer(batch, false);
    client.poll();
  }
  EXPECT_FALSE(client.accepted(2));
  EXPECT_EQ(client.template count<uplink::Reject>(2), 0U);
  ASSERT_TRUE(client.until([&] { return !client.sink().health().connected; }));
  EXPECT_FALSE(client.sink().health().detail.empty());
}

TYPED_TEST_P(SinkContract, RecoversByItselfAndDeliversWhatWasRetried) {
  Client client = this->client();
  ASSERT_TRUE(client.deliver(make_batch(1)));
  this->world_->take_away();
  const auto batch = make_batch(2);
  for (int i = 0; i < 5; ++i) {
    client.sink().offer(batch, false);
    client.poll();
  }
  this->world_->bring_back();
  ASSERT_TRUE(client.deliver(batch)) << client.sink().health().detail;
  EXPECT_TRUE(this->arrived(batch, client));
  EXPECT_TRUE(client.sink().health().connected);
}

TYPED_TEST_P(SinkContract, WaitsForAnOtherSideThatIsNotThereAtTheStart) {
  this->world_->take_away();
  Client client = this->client();
  const auto batch = make_batch(1);
  for (int i = 0; i < 5; ++i) {
    client.sink().offer(batch, false);
    client.poll();
  }
  EXPECT_FALSE(client.accepted(1));
  this->world_->bring_back();
  ASSERT_TRUE(client.deliver(batch)) << client.sink().health().detail;
  EXPECT_TRUE(this->arrived(batch, client));
}

TYPED_TEST_P(SinkContract, CanBeDestroyedAtAnyMoment) {
  for (int polls = 0; polls < 12; ++polls) {
    Client client = this->client();
    for (int i = 0; i < polls; ++i) {
      client.sink().offer(make_batch(i + 1), false);
      client.sink().poll(this->world_->clock().boot_now());
    }
    client.destroy();
  }
  Client client = this->client();
  EXPECT_TRUE(client.deliver(make_batch(100)));
}

TYPED_TEST_P(SinkContract, CanBeDestroyedWhileTheOtherSideIsAway) {
  Client client = this->client();
  ASSERT_TRUE(client.connect());
  for (std::int64_t id = 1; id <= 4; ++id) client.sink().offer(make_batch(id), false);
  this->world_->take_away();
  client.poll();
  client.destroy();
}

TYPED_TEST_P(SinkContract, ASilentSinkBesideItChangesNothing) {
  test::FakePlace mute;
  mute.silent = true;
  std::vector<uplink::SinkLane> lanes;
  lanes.push_back({std::make_unique<test::FakeSink>("mute", mute), {}});
  auto sink = this->world_->open();
  const std::string name = sink->name();
  lanes.push_back({std::move(sink), {}});
  Channel<spool::StoreRequest> to_store(64);
  Channel<spool::Lease> from_store(64);
  metrics::Registry metrics;
  uplink::Forwarder forwarder(std::move(lanes), to_store, from_store, this->world_->clock(), 1, metrics);

  // A store with forty batches for each sink.
  std::set<std::int64_t> accepted;
  std::int64_t next_mute = 1;
  std::int64_t next = 1;
  for (int round = 0; round < 20 * kManyPolls && accepted.size() < 40; ++round) {
    // As the thread that owns a forwarder would: connecting takes others their time.
    const auto pause = forwarder.step(this->world_->clock().boot_now());
    if (pause.count() > 0) ::poll(nullptr, 0, 1);
    while (auto request = to_store.try_pop()) {
      if (const auto* settle = std::get_if<spool::Settle>(&*request)) {
        ASSERT_EQ(settle->settlement, spool::Settlement::kAccepted);
        accepted.insert(settle->batch_id);
      }
      const auto* lease = std::get_if<spool::LeaseRequest>(&*request);
      if (lease == nullptr || lease->max_batches == 0) continue;
      std::int64_t& id = lease->sink == name ? next : next_mute;
      std::vector<spool::BatchPtr> batches;
      for (std::size_t i = 0; i < lease->max_batches && id <= 40; ++i) batches.push_back(make_batch(id++));
      if (batches.empty()) continue;
      ASSERT_TRUE(from_store.try_push({lease->sink, std::move(batches)}));
    }
  }
  EXPECT_EQ(accepted.size(), 40U);
  EXPECT_EQ(mute.offered.size(), 4U);
}

REGISTER_TYPED_TEST_SUITE_P(SinkContract, AcceptedMeansThatAllOfItArrived, AnswersEachBatchOnce,
                            KeepsTheOrderWhenNothingFails, WhatIsBeyondTheWindowIsNotTaken,
                            NothingIsAcceptedWhileTheOtherSideIsAway, RecoversByItselfAndDeliversWhatWasRetried,
                            WaitsForAnOtherSideThatIsNotThereAtTheStart, CanBeDestroyedAtAnyMoment,
                            CanBeDestroyedWhileTheOtherSideIsAway, ASilentSinkBesideItChangesNothing);

}  // namespace airspool::contract
