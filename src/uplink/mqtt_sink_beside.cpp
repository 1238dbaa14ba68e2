// SPDX-License-Identifier: Apache-2.0
#include <memory>
#include <utility>

#include <airspool/core/log.h>

#include "mqtt_sink_impl.h"
#include "mqtt_topic.h"

// What goes beside the batches, and never in their way.
namespace airspool::uplink {
namespace {

// Messages of single aircraft are dropped while so much waits to be sent, and never make more than twice that.
constexpr std::size_t kBehind = 256 * 1024;

}  // namespace

std::optional<mqtt::Will> MqttSink::last_will() const {
  if (settings_.status_topic.empty() || !with_will_) return std::nullopt;
  std::string station = settings_.station;
  for (char& c : station) {
    if (c == '"' || c == '\\' || static_cast<unsigned char>(c) < 0x20) c = '_';
  }
  std::string record =
      R"({"schema":1,"kind":"health","station_id":")" + station + R"(","online":false,"reason":"connection lost"})";
  return mqtt::Will{expand_topic(settings_.status_topic, settings_.station), std::move(record), retain_available_};
}

void MqttSink::announce(std::string health_record) {
  if (settings_.status_topic.empty()) return;
  status_record_ = std::move(health_record);
  status_due_ = true;
  if (up()) send_status();
}

void MqttSink::send_status() {
  if (!status_due_ || status_packet_ || in_flight_.size() >= receive_maximum_) return;
  status_due_ = false;
  mqtt::Publish publish;
  publish.version = version_;
  publish.topic = expand_topic(settings_.status_topic, settings_.station);
  publish.retain = retain_available_;
  publish.content_type = "application/json";
  publish.packet_id = free_packet_id();
  std::string head = mqtt::encode_head(publish, status_record_.size());
  if (maximum_packet_ > 0 && head.size() + status_record_.size() > maximum_packet_) {
    log::warning("uplink", "the health record is larger than the broker takes and is not sent",
                 {{"sink", settings_.name}, {"bytes", static_cast<std::int64_t>(status_record_.size())}});
    return;
  }
  status_packet_ = publish.packet_id;
  session_->publish(std::move(head), std::make_shared<const std::string>(status_record_));
}

void MqttSink::settle_status(const mqtt::Puback& puback) {
  status_packet_.reset();
  if (puback.reason < mqtt::kFirstError) return;
  log::warning("uplink", "the broker does not take the health record: " + mqtt::reason_words(puback.reason),
               {{"sink", settings_.name}, {"topic", settings_.status_topic}});
}

void MqttSink::publish_aircraft(const spool::Batch& batch) {
  const auto text = spool::decode_batch(batch.bytes);
  if (!text || !up()) return;
  const bool behind = session_->queued_bytes() > kBehind + batch.bytes.size();
  std::string_view rest = *text;
  while (!rest.empty()) {
    const auto end = rest.find('\n');
    const std::string_view line = rest.substr(0, end);
    rest = end == std::string_view::npos ? std::string_view{} : rest.substr(end + 1);
    const std::string_view address = text_value(line, "icao24");
    if (address.empty()) continue;
    if (behind || session_->queued_bytes() > 2 * kBehind + batch.bytes.size()) {
      aircraft_dropped_.add();
      continue;
    }
    mqtt::Publish publish;
    publish.version = version_;
    publish.qos = 0;
    // As message keys have it: '~' for an address that is none of ICAO's.
    const bool other = text_value(line, "addr_type") == "other";
    publish.topic =
        expand_topic(settings_.aircraft_topic, batch.header.station_id, (other ? "~" : "") + std::string(address));
    publish.content_type = "application/json";
    std::string head = mqtt::encode_head(publish, line.size());
    if (maximum_packet_ > 0 && head.size() + line.size() > maximum_packet_) {
      aircraft_dropped_.add();
      continue;
    }
    head.append(line);  // short: one piece of memory instead of two
    session_->publish(std::move(head), nullptr, false);
    aircraft_sent_.add();
  }
}

}  // namespace airspool::uplink
