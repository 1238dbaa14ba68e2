// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <librdkafka/rdkafka.h>

#include <airspool/core/result.h>
#include <airspool/uplink/kafka_sink.h>

#include "errand.h"
#include "kafka_properties.h"

namespace airspool::uplink::kafka {

struct FreeEvent {
  void operator()(rd_kafka_event_t* event) const { rd_kafka_event_destroy(event); }
};
using Event = std::unique_ptr<rd_kafka_event_t, FreeEvent>;

// One message. `key` is copied; `value` must stay where it is until its delivery report, unless `copy_value`.
struct Message {
  std::string_view key;
  std::string_view value;
  std::string_view station;
  bool replay = false;
  bool copy_value = false;
  void* tag = nullptr;  // comes back with the delivery report
};

// One producer of librdkafka, and the topics it writes to. Everything that it has to say comes through next_event:
// there are no callbacks. One thread owns it. Destroying it may block for seconds (see retire).
class Producer {
 public:
  // kConfig: librdkafka's words about settings that do not fit together, or about files that do not hold what they
  // should; else as make_conf.
  static Result<std::unique_ptr<Producer>> open(const KafkaSinkSettings& settings, const SetSize& size);
  ~Producer();
  Producer(const Producer&) = delete;
  Producer& operator=(const Producer&) = delete;

  rd_kafka_resp_err_t produce(const Message& message) { return produce(topic_, message); }
  rd_kafka_resp_err_t produce_status(const Message& message) { return produce(status_topic_, message); }
  // Waits for so long at most; null when there is none.
  Event next_event(std::chrono::milliseconds wait);
  [[nodiscard]] rd_kafka_t* handle() { return handle_; }
  // What ended this producer for good, in words; nothing while it is well.
  [[nodiscard]] std::optional<std::pair<rd_kafka_resp_err_t, std::string>> fatal_error() const;

 private:
  Producer() = default;
  rd_kafka_resp_err_t produce(rd_kafka_topic_t* topic, const Message& message);

  rd_kafka_t* handle_ = nullptr;
  rd_kafka_queue_t* queue_ = nullptr;
  rd_kafka_topic_t* topic_ = nullptr;
  rd_kafka_topic_t* status_topic_ = nullptr;
};

// Ends a producer on a thread of its own, with what its messages point to: librdkafka waits there for its threads, one
// of which may be waiting for a name server. What is unanswered is dropped. Nothing when there is no thread to give:
// then it was done here.
std::optional<Errand<bool>> retire(std::unique_ptr<Producer> producer,
                                   std::vector<std::shared_ptr<const std::string>> values);

}  // namespace airspool::uplink::kafka
