// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>

#include <librdkafka/rdkafka.h>

namespace airspool::uplink::kafka {

// What only a person can mend is tried again this often (never a dead letter: a mistake in the cloud buries nothing).
inline constexpr std::chrono::milliseconds kMistakePause{60'000};

enum class Verdict : std::uint8_t {
  kDelivered,
  kAgain,    // lost on the way, or the cluster is busy with itself: the forwarder's pace
  kMistake,  // a person must mend something: Retry in kMistakePause, red light
  kApart,    // something in this set of messages is not taken: to be sent in smaller sets, until the one is alone
};

// What a delivery report, or a refusal to enqueue, means for the record. `cause` is one fixed word for counters,
// `advice` the next step for a person ("" where there is none).
struct Judgement {
  Verdict verdict = Verdict::kAgain;
  const char* cause = "broker-error";
  const char* advice = "";
};
Judgement judge(rd_kafka_resp_err_t error);

}  // namespace airspool::uplink::kafka
