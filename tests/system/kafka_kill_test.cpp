// SPDX-License-Identifier: Apache-2.0
#include <cstdio>
#include <cstdlib>
#include <map>
#include <random>

#include <gtest/gtest.h>

#include "arrivals.h"
#include "box.h"
#include "contract/kafka.h"

// The promise with Kafka: simulated sky -> airspool -> a real broker over TLS and SCRAM, while the broker and the
// collector are killed by turns; kcat reads what arrived. AIRSPOOL_DEATHS makes it longer, AIRSPOOL_SEED repeats a run.
namespace airspool::whole {
namespace {

using contract::RealKafka;
using nlohmann::json;

unsigned number_from(const char* variable, unsigned otherwise) {
  const char* text = std::getenv(variable);  // NOLINT(concurrency-mt-unsafe): one thread
  return text == nullptr ? otherwise : static_cast<unsigned>(std::strtoul(text, nullptr, 10));
}

class KafkaKillTest : public testing::Test {
 protected:
  void SetUp() override {
    const std::string missing = RealKafka::missing();
    if (!missing.empty()) GTEST_SKIP() << "SKIPPED: " << missing;
    const RealKafka& kafka = RealKafka::instance();
    box_.configure(
        "[[sink]]\nname = \"lake\"\ntype = \"kafka\"\nbrokers = [\"" + kafka.listener("scram") + "\"]\ntopic = \"" +
        topic_ + "\"\nfrom = \"oldest\"\nsecurity = \"scram-sha-512\"\n" + "username = \"edge\"\npassword_file = \"" +
        kafka.path("password") + "\"\nca_file = \"" + kafka.path("tls/ca.pem") +
        "\"\n[sink.properties]\n\"reconnect.backoff.ms\" = \"100\"\n\"reconnect.backoff.max.ms\" = \"500\"\n");
  }

  void note_what_is_stored() {
    const json stat = box_.spool_stat();
    ASSERT_TRUE(stat.is_object());
    EXPECT_FALSE(stat.at("running").get<bool>());
    EXPECT_TRUE(stat.at("drops").empty()) << stat;
    const auto spool_id = stat.at("spool_id").get<std::string>();
    if (!spool_id.empty()) stored_[spool_id] = stat.at("last_seq").get<std::int64_t>();
  }

  Box box_;
  std::string topic_ = contract::new_topic();
  std::map<std::string, std::int64_t> stored_;  // the last seq, by spool_id
};

TEST_F(KafkaKillTest, WhatWasStoredArrivesThroughDeathsOfTheBrokerAndOfTheCollector) {
  const unsigned seed = number_from("AIRSPOOL_SEED", 1090);
  const unsigned deaths = number_from("AIRSPOOL_DEATHS", 3);
  SCOPED_TRACE("AIRSPOOL_SEED=" + std::to_string(seed));
  std::mt19937 random(seed);
  const auto wait = [&random](unsigned least_ms, unsigned most_ms) {
    ::poll(nullptr, 0, static_cast<int>(least_ms + random() % (most_ms - least_ms)) * kSlowness);
  };
  RealKafka& kafka = RealKafka::instance();

  box_.start();
  for (unsigned death = 0; death < deaths; ++death) {
    wait(1500, 5000);
    if (death % 2 == 0) {
      kafka.kill();
      wait(0, 1000);
      kafka.start();
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
  EXPECT_TRUE(eventually(60s, [this] { return box_.runs_with_nothing_left(); })) << box_.spool_stat() << box_.log();
  EXPECT_EQ(box_.stop(), 0) << box_.log();
  ASSERT_NO_FATAL_FAILURE(note_what_is_stored());
  EXPECT_EQ(box_.backlog(), 0);

  Arrivals arrivals;
  arrivals.read(contract::read_topic(kafka.listener(), topic_));
  arrivals.expect_all_of(stored_);
  EXPECT_GE(arrivals.records(), 100U);
  std::printf("seed %u, %u deaths: %zu runs, %zu records arrived, %zu of them more than once\n", seed, deaths,
              stored_.size(), arrivals.records(), arrivals.resent_records);
}

}  // namespace
}  // namespace airspool::whole
