// SPDX-License-Identifier: Apache-2.0
#include "kafka_producer.h"

#include <array>
#include <utility>

namespace airspool::uplink::kafka {
namespace {

// librdkafka takes bytes as void*, and does not write to them.
void* unconst(std::string_view bytes) {
  return const_cast<char*>(bytes.data());  // NOLINT(cppcoreguidelines-pro-type-const-cast)
}

void add(rd_kafka_headers_t* headers, std::string_view name, std::string_view value) {
  rd_kafka_header_add(headers, name.data(), static_cast<ssize_t>(name.size()), value.data(),
                      static_cast<ssize_t>(value.size()));
}

rd_kafka_vu_t bytes(rd_kafka_vtype_t what, std::string_view value) {
  rd_kafka_vu_t unit{};
  unit.vtype = what;
  unit.u.mem.ptr = unconst(value);
  unit.u.mem.size = value.size();
  return unit;
}

}  // namespace

Result<std::unique_ptr<Producer>> Producer::open(const KafkaSinkSettings& settings, const SetSize& size) {
  auto conf = make_conf(settings, size);
  if (!conf) return tl::unexpected(conf.error());
  rd_kafka_conf_set_events(conf->get(), RD_KAFKA_EVENT_DR | RD_KAFKA_EVENT_ERROR | RD_KAFKA_EVENT_LOG |
                                            RD_KAFKA_EVENT_STATS | RD_KAFKA_EVENT_OAUTHBEARER_TOKEN_REFRESH);
  std::array<char, 512> words{};
  std::unique_ptr<Producer> producer(new Producer());
  producer->handle_ = rd_kafka_new(RD_KAFKA_PRODUCER, conf->get(), words.data(), words.size());
  if (producer->handle_ == nullptr) {
    return fail(ErrorCode::kConfig, "librdkafka does not take these settings: " + std::string(words.data()));
  }
  static_cast<void>(conf->release());  // it belongs to the producer now
  producer->queue_ = rd_kafka_queue_get_main(producer->handle_);
  rd_kafka_set_log_queue(producer->handle_, producer->queue_);
  producer->topic_ = rd_kafka_topic_new(producer->handle_, settings.topic.c_str(), nullptr);
  if (producer->topic_ == nullptr) {
    return fail(ErrorCode::kConfig,
                "topic \"" + settings.topic + "\" is not one: " + rd_kafka_err2str(rd_kafka_last_error()));
  }
  if (!settings.status_topic.empty()) {
    producer->status_topic_ = rd_kafka_topic_new(producer->handle_, settings.status_topic.c_str(), nullptr);
    if (producer->status_topic_ == nullptr) {
      return fail(ErrorCode::kConfig, "status_topic \"" + settings.status_topic +
                                          "\" is not one: " + rd_kafka_err2str(rd_kafka_last_error()));
    }
  }
  return producer;
}

Producer::~Producer() {
  if (handle_ == nullptr) return;
  rd_kafka_purge(handle_, RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT | RD_KAFKA_PURGE_F_NON_BLOCKING);
  if (status_topic_ != nullptr) rd_kafka_topic_destroy(status_topic_);
  if (topic_ != nullptr) rd_kafka_topic_destroy(topic_);
  if (queue_ != nullptr) rd_kafka_queue_destroy(queue_);
  rd_kafka_destroy(handle_);
}

rd_kafka_resp_err_t Producer::produce(rd_kafka_topic_t* topic, const Message& message) {
  // Not one header a unit: those are freed twice when the topic is known to be broken (librdkafka issue 4627). As a
  // whole they are ours until the message is taken.
  rd_kafka_headers_t* headers = rd_kafka_headers_new(3);
  add(headers, "schema", "1");
  add(headers, "station", message.station);
  add(headers, "replay", message.replay ? "true" : "false");
  std::array<rd_kafka_vu_t, 6> units{};
  units[0].vtype = RD_KAFKA_VTYPE_RKT;
  units[0].u.rkt = topic;
  units[1] = bytes(RD_KAFKA_VTYPE_KEY, message.key);
  units[2] = bytes(RD_KAFKA_VTYPE_VALUE, message.value);
  units[3].vtype = RD_KAFKA_VTYPE_MSGFLAGS;
  units[3].u.i = message.copy_value ? RD_KAFKA_MSG_F_COPY : 0;
  units[4].vtype = RD_KAFKA_VTYPE_OPAQUE;
  units[4].u.ptr = message.tag;
  units[5].vtype = RD_KAFKA_VTYPE_HEADERS;
  units[5].u.headers = headers;
  rd_kafka_error_t* error = rd_kafka_produceva(handle_, units.data(), units.size());
  if (error == nullptr) return RD_KAFKA_RESP_ERR_NO_ERROR;
  const rd_kafka_resp_err_t code = rd_kafka_error_code(error);
  rd_kafka_error_destroy(error);
  rd_kafka_headers_destroy(headers);
  return code;
}

Event Producer::next_event(std::chrono::milliseconds wait) {
  return Event(rd_kafka_queue_poll(queue_, static_cast<int>(wait.count())));
}

std::optional<std::pair<rd_kafka_resp_err_t, std::string>> Producer::fatal_error() const {
  std::array<char, 512> words{};
  const rd_kafka_resp_err_t code = rd_kafka_fatal_error(handle_, words.data(), words.size());
  if (code == RD_KAFKA_RESP_ERR_NO_ERROR) return std::nullopt;
  return std::pair(code, std::string(words.data()));
}

std::optional<Errand<bool>> retire(std::unique_ptr<Producer> producer,
                                   std::vector<std::shared_ptr<const std::string>> values) {
  // std::function wants what can be copied.
  struct Load {
    std::vector<std::shared_ptr<const std::string>> values;  // outlives the producer
    std::unique_ptr<Producer> producer;
  };
  auto load = std::make_shared<Load>();
  load->values = std::move(values);
  load->producer = std::move(producer);
  return Errand<bool>::start([load] {
    load->producer.reset();
    return true;
  });
}

}  // namespace airspool::uplink::kafka
