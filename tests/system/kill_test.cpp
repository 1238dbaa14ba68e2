// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <random>
#include <set>
#include <sstream>

#include <gtest/gtest.h>

#include <airspool/spool/batch_codec.h>

#include "arrivals.h"
#include "box.h"
#include "contract/mosquitto.h"

// The promise, on the whole stream: simulated sky -> airspool -> a real broker -> a subscriber with a persistent
// session, while the collector and the broker are killed again and again. AIRSPOOL_SEED repeats a run.
namespace airspool::whole {
namespace {

using contract::Mosquitto;
using nlohmann::json;

constexpr int kDeathsOfTheCollector = 10;
constexpr int kDeathsOfTheBroker = 5;

unsigned seed_of_this_run() {
  const char* text = std::getenv("AIRSPOOL_SEED");  // NOLINT(concurrency-mt-unsafe): one thread
  return text == nullptr ? 1090 : static_cast<unsigned>(std::strtoul(text, nullptr, 10));
}

std::string bytes_of_hex(const std::string& hex) {
  std::string bytes;
  for (std::size_t i = 0; i + 1 < hex.size(); i += 2) {
    bytes.push_back(static_cast<char>(std::strtol(hex.substr(i, 2).c_str(), nullptr, 16)));
  }
  return bytes;
}

class KillTest : public testing::Test {
 protected:
  void SetUp() override {
    const std::string missing = Mosquitto::missing();
    if (!missing.empty()) GTEST_SKIP() << "SKIPPED: " << missing;
    mosquitto_.forget_at_death();
    // What the broker would hold back from a slow subscriber, after it has acknowledged it to the collector, dies with
    // it: it must hold back nothing.
    mosquitto_.set_listener("allow_anonymous true\nmax_inflight_messages 65535\n");
    box_.configure("[[sink]]\nname = \"home\"\ntype = \"mqtt\"\nurl = \"" + mosquitto_.url() +
                   "\"\ntopic = \"air/{station}/states\"\non_no_subscribers = \"retry\"\nfrom = \"oldest\"\n");
  }

  void start_broker() {
    subscriptions_before_ = subscriptions();
    mosquitto_.start();
  }
  // How often a subscriber was let in, over all lives of the broker.
  [[nodiscard]] std::size_t subscriptions() const {
    const std::string log = mosquitto_.log();
    constexpr std::string_view kWords = "Sending SUBACK to witness";
    std::size_t count = 0;
    for (auto at = log.find(kWords); at != std::string::npos; at = log.find(kWords, at + 1)) ++count;
    return count;
  }
  [[nodiscard]] bool subscribed() {
    return eventually(20s, [this] { return subscriptions() > subscriptions_before_; });
  }

  // Bytes that the broker has sent and its clients have not read yet.
  [[nodiscard]] bool clients_have_read_everything() const {
    std::ifstream table("/proc/net/tcp");
    std::array<char, 32> broker{};
    std::snprintf(broker.data(), broker.size(), "0100007F:%04X", static_cast<unsigned>(mosquitto_.port()));
    std::string line;
    std::getline(table, line);
    while (std::getline(table, line)) {
      std::istringstream words(line);
      std::string number;
      std::string local;
      std::string remote;
      std::string state;
      std::string queues;
      words >> number >> local >> remote >> state >> queues;
      if (remote == broker.data() && queues.substr(queues.find(':') + 1) != "00000000") return false;
    }
    return true;
  }

  // At a moment that nothing in it knows of. The moment is when it is frozen; what it had handed to the kernel by then
  // may still be read, as it would be from a broker on another machine, where a subscriber that tries to answer is not
  // told at once that nobody is there any more.
  void kill_broker() {
    ASSERT_TRUE(subscribed()) << "the subscriber did not come back";
    mosquitto_.freeze();
    EXPECT_TRUE(eventually(10s, [this] { return clients_have_read_everything(); }));
    mosquitto_.kill();
  }

  // Looked up in the file, while nobody runs.
  void note_what_is_stored() {
    const json stat = box_.spool_stat();
    ASSERT_TRUE(stat.is_object());
    EXPECT_FALSE(stat.at("running").get<bool>());
    EXPECT_TRUE(stat.at("drops").empty()) << stat;
    const auto spool_id = stat.at("spool_id").get<std::string>();
    if (!spool_id.empty()) stored_[spool_id] = stat.at("last_seq").get<std::int64_t>();
  }

  Mosquitto mosquitto_;
  Box box_;
  std::size_t subscriptions_before_ = 0;
  std::map<std::string, std::int64_t> stored_;  // the last seq, by spool_id
};

TEST_F(KillTest, WhatWasStoredArrivesThroughDeathsOfTheCollectorAndOfTheBroker) {
  const unsigned seed = seed_of_this_run();
  SCOPED_TRACE("AIRSPOOL_SEED=" + std::to_string(seed));
  std::mt19937 random(seed);
  std::vector<bool> broker_dies(kDeathsOfTheBroker, true);
  broker_dies.resize(kDeathsOfTheBroker + kDeathsOfTheCollector, false);
  std::shuffle(broker_dies.begin(), broker_dies.end(), random);
  const auto wait = [&random](unsigned least_ms, unsigned most_ms) {
    ::poll(nullptr, 0, static_cast<int>(least_ms + random() % (most_ms - least_ms)) * kSlowness);
  };

  start_broker();
  mosquitto_.subscribe({"-D", "connect", "receive-maximum", "65535"});
  box_.start();
  for (const bool broker : broker_dies) {
    wait(400, 4500);
    if (broker) {
      ASSERT_NO_FATAL_FAILURE(kill_broker());
      wait(0, 800);
      start_broker();
    } else {
      box_.kill();
      ASSERT_NO_FATAL_FAILURE(note_what_is_stored());
      box_.start();
    }
  }

  // The end of the sky, and then as long as it takes to deliver what is left.
  wait(1500, 2500);
  EXPECT_EQ(box_.stop(), 0) << box_.log();
  ASSERT_NO_FATAL_FAILURE(note_what_is_stored());
  box_.start({"--set", "radio.source=none", "--set", "status.listen=127.0.0.1:0"});
  EXPECT_TRUE(eventually(40s, [this] { return box_.runs_with_nothing_left(); })) << box_.spool_stat() << box_.log();
  EXPECT_EQ(box_.stop(), 0) << box_.log();
  ASSERT_NO_FATAL_FAILURE(note_what_is_stored());
  EXPECT_EQ(box_.backlog(), 0);

  mosquitto_.freeze();
  EXPECT_TRUE(eventually(10s, [this] { return clients_have_read_everything(); }));
  std::size_t stored = 0;
  for (const auto& [spool_id, last] : stored_) stored += static_cast<std::size_t>(last);
  // The subscriber has read it all, and has only to write it down.
  Arrivals arrivals;
  std::size_t batches = 0;
  eventually(5s, [&] {
    arrivals = {};
    batches = 0;
    const std::string received = mosquitto_.received_lines();
    std::istringstream lines(received.substr(0, received.rfind('\n') + 1));
    for (std::string line; std::getline(lines, line); ++batches) {
      const auto text = spool::decode_batch(bytes_of_hex(line));
      EXPECT_TRUE(text) << text.error().message;
      if (text) arrivals.read(*text);
    }
    return arrivals.records() >= stored || HasFatalFailure();
  });

  arrivals.expect_all_of(stored_);
  // Enough happened for this to mean something.
  EXPECT_GE(stored_.size(), 4U);
  EXPECT_GE(batches, 50U);
  std::printf("seed %u: %zu runs stored %zu records; %zu batches arrived, %zu records more than once\n", seed,
              stored_.size(), stored, batches, arrivals.resent_records);
}

}  // namespace
}  // namespace airspool::whole
