// SPDX-License-Identifier: Apache-2.0
#include "kafka_outcome.h"

namespace airspool::uplink::kafka {

Judgement judge(rd_kafka_resp_err_t error) {
  // Names of the protocol: KIP-1 and the table of error codes in Kafka's protocol guide; those with a double underscore
  // are librdkafka's own.
  switch (error) {
    case RD_KAFKA_RESP_ERR_NO_ERROR:
      return {Verdict::kDelivered, "", ""};

    case RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC:
    case RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION:
    case RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART:
      return {Verdict::kMistake, "unknown-topic", "create the topic, or let this user see it"};
    case RD_KAFKA_RESP_ERR_TOPIC_EXCEPTION:
      return {Verdict::kMistake, "topic-invalid", "choose another topic"};
    case RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED:
      return {Verdict::kMistake, "not-authorised", "allow this user to write to the topic"};
    case RD_KAFKA_RESP_ERR_CLUSTER_AUTHORIZATION_FAILED:
    case RD_KAFKA_RESP_ERR_TRANSACTIONAL_ID_AUTHORIZATION_FAILED:
      return {Verdict::kMistake, "not-authorised",
              "allow this user to write idempotently (IdempotentWrite on the cluster)"};
    case RD_KAFKA_RESP_ERR_POLICY_VIOLATION:
    case RD_KAFKA_RESP_ERR_THROTTLING_QUOTA_EXCEEDED:
      return {Verdict::kMistake, "quota", "raise the quota of this user"};
    case RD_KAFKA_RESP_ERR_INVALID_TIMESTAMP:
      return {Verdict::kMistake, "clock", "set this machine's clock, or the topic's message.timestamp limits"};
    case RD_KAFKA_RESP_ERR_UNSUPPORTED_COMPRESSION_TYPE:
    case RD_KAFKA_RESP_ERR_UNSUPPORTED_FOR_MESSAGE_FORMAT:
    case RD_KAFKA_RESP_ERR_UNSUPPORTED_VERSION:
    case RD_KAFKA_RESP_ERR__UNSUPPORTED_FEATURE:
      return {Verdict::kMistake, "unsupported",
              "the brokers are older than Kafka 2.1: set compression.type in [sink.properties]"};
    case RD_KAFKA_RESP_ERR_INVALID_REQUIRED_ACKS:
      return {Verdict::kMistake, "unsupported", "the topic does not take acks=all"};

    case RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE:
    case RD_KAFKA_RESP_ERR_RECORD_LIST_TOO_LARGE:
    case RD_KAFKA_RESP_ERR_INVALID_MSG_SIZE:
      return {Verdict::kApart, "too-large", "raise the topic's max.message.bytes"};
    case RD_KAFKA_RESP_ERR_INVALID_RECORD:
      return {Verdict::kApart, "payload-invalid", "the topic does not take such records"};

    case RD_KAFKA_RESP_ERR__MSG_TIMED_OUT:
    case RD_KAFKA_RESP_ERR__TIMED_OUT:
    case RD_KAFKA_RESP_ERR__TIMED_OUT_QUEUE:
    case RD_KAFKA_RESP_ERR_REQUEST_TIMED_OUT:
      return {Verdict::kAgain, "timeout", ""};
    case RD_KAFKA_RESP_ERR__TRANSPORT:
    case RD_KAFKA_RESP_ERR_NETWORK_EXCEPTION:
    case RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN:
      return {Verdict::kAgain, "connection-lost", ""};
    case RD_KAFKA_RESP_ERR__FATAL:
    case RD_KAFKA_RESP_ERR__PURGE_QUEUE:
    case RD_KAFKA_RESP_ERR__PURGE_INFLIGHT:
      return {Verdict::kAgain, "producer-renewed", ""};
    default:
      return {Verdict::kAgain, "broker-error", ""};
  }
}

}  // namespace airspool::uplink::kafka
