// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <iterator>
#include <utility>

#include <poll.h>

#include <airspool/core/log.h>

#include "mqtt_sink_impl.h"
#include "mqtt_topic.h"
#include "private_file.h"

namespace airspool::uplink {
namespace {

using std::chrono::milliseconds;

// What only a person can mend is tried again this often (design: never a dead letter).
constexpr milliseconds kMistakePause{60'000};
// A connection that held so long, or delivered something, was a good one: the next attempt starts quickly again.
constexpr std::chrono::seconds kGoodConnection{10};
// A broker that takes less than this takes no ordinary record: somebody set its limit wrong, and no record is to blame.
constexpr std::size_t kEveryBrokerTakes = 2048;
// What a broker refused without naming its limit is held for that limit so long: it may be raised.
constexpr std::chrono::hours kLearnedFor{1};
constexpr std::size_t kAwsLargestPayload = 128 * 1024;

}  // namespace

MqttSink::MqttSink(MqttSinkSettings settings, MqttUrl url, std::optional<HttpProxy> proxy, const Clock& clock,
                   metrics::Registry& metrics)
    : settings_(std::move(settings)),
      url_(std::move(url)),
      proxy_(std::move(proxy)),
      version_(settings_.profile == BrokerProfile::kPlain ? mqtt::Version::k311 : mqtt::Version::k5),
      clock_(clock),
      random_(settings_.jitter_seed),
      backoff_(settings_.first_reconnect, settings_.reconnect_cap),
      next_connect_(clock.boot_now()),
      no_subscribers_(metrics.counter("airspool_mqtt_no_subscribers_total",
                                      "Batches that the broker took while nobody subscribed",
                                      {{"sink", settings_.name}})),
      connections_(metrics.counter("airspool_mqtt_connections_total", "Connections to the broker that came up",
                                   {{"sink", settings_.name}})),
      cut_batches_(metrics.counter("airspool_mqtt_cut_batches_total",
                                   "Batches sent in parts because the broker takes only less",
                                   {{"sink", settings_.name}})),
      aircraft_sent_(metrics.counter("airspool_mqtt_aircraft_total", "Messages of single aircraft sent to the broker",
                                     {{"sink", settings_.name}})),
      aircraft_dropped_(metrics.counter("airspool_mqtt_aircraft_dropped_total",
                                        "Messages of single aircraft dropped because the connection was behind",
                                        {{"sink", settings_.name}})),
      cutter_(settings_.encoding == PayloadEncoding::kZstd),
      detail_("not connected yet to " + settings_.url) {}

mqtt::Publish MqttSink::publish_for(const Delivery& delivery, const BatchPart& part) const {
  const spool::BatchHeader& header = delivery.batch->header;
  mqtt::Publish publish;
  publish.version = version_;
  publish.topic = expand_topic(settings_.topic, header.station_id);
  publish.content_type = "application/x-ndjson";
  if (settings_.encoding == PayloadEncoding::kZstd) publish.user_properties.emplace_back("content-encoding", "zstd");
  publish.user_properties.emplace_back("schema", "1");
  publish.user_properties.emplace_back("station", header.station_id);
  publish.user_properties.emplace_back("batch", part.name);
  publish.user_properties.emplace_back("count", std::to_string(part.count));
  publish.user_properties.emplace_back("replay", delivery.replay ? "true" : "false");
  return publish;
}

std::uint16_t MqttSink::free_packet_id() {
  do {
    last_packet_id_ = last_packet_id_ == 0xFFFF ? 1 : last_packet_id_ + 1;
  } while (in_flight_.contains(last_packet_id_) || status_packet_ == last_packet_id_);
  return last_packet_id_;
}

bool MqttSink::fits(const Delivery& delivery, const BatchPart& part) const {
  const std::size_t payload = part.payload->size();
  if (settings_.profile == BrokerProfile::kAwsIot && payload > kAwsLargestPayload) return false;
  // Nothing is given up by a guess: what cannot be cut is tried unless it, or less, was refused already.
  if (refused_payload_ > 0) {
    if (part.single ? payload >= refused_payload_ : payload > learned_payload_) return false;
  }
  if (maximum_packet_ == 0) return true;
  return mqtt::encode_head(publish_for(delivery, part), payload).size() + payload <= maximum_packet_;
}

Offer MqttSink::offer(spool::BatchPtr batch, bool replay) {
  if (!up() || in_flight_.size() + queue_.size() >= window_batches()) return Offer::kFull;
  if (payload_bytes_ > 0 && payload_bytes_ + batch->bytes.size() > settings_.max_in_flight_bytes) return Offer::kFull;
  BatchPart all;
  all.name = spool::name_of(batch->header);
  all.count = batch->header.count;
  all.whole = true;
  all.payload = std::shared_ptr<const std::string>(batch, &batch->bytes);
  if (settings_.encoding == PayloadEncoding::kNone) {
    auto text = spool::decode_batch(batch->bytes);
    if (!text) {
      answers_.push_back(
          {batch->header.id, Reject{"the batch cannot be unpacked: " + text.error().message, "damaged"}});
      return Offer::kTaken;
    }
    all.payload = std::make_shared<const std::string>(std::move(*text));
  }
  const std::uint64_t serial = ++last_delivery_;
  Delivery& delivery = deliveries_[serial];
  delivery.batch = std::move(batch);
  delivery.replay = replay;
  if (clock_.boot_now() >= learned_until_) forget_limit();
  const spool::BatchPtr taken = delivery.batch;
  if (fits(delivery, all)) {
    delivery.open_parts = 1;
    payload_bytes_ += all.payload->size();
    queue_.push_back({serial, std::move(all)});
  } else {
    cut(serial, all);
    finish_if_over(serial);
  }
  send_queued();
  if (!replay && !settings_.aircraft_topic.empty()) publish_aircraft(*taken);
  return Offer::kTaken;
}

void MqttSink::cut(std::uint64_t serial, const BatchPart& part) {
  Delivery& delivery = deliveries_.at(serial);
  const auto text = cutter_.text_of(*part.payload);
  if (!text) {
    return take_back(serial, Reject{"the batch cannot be unpacked: " + text.error().message, "damaged"});
  }
  if (part.whole) cut_batches_.add();
  std::vector<BatchPart> parts;
  if (!is_one_line(*text)) {
    auto made = cutter_.cut(*text, part.name, [&](const BatchPart& one) { return fits(delivery, one); });
    if (!made) return take_back(serial, Retry{milliseconds{0}, made.error().message, "no-memory"});
    parts = std::move(*made);
  } else {
    parts.push_back(part);
    parts.back().single = true;
  }
  for (const BatchPart& one : parts) {
    if (fits(delivery, one)) continue;
    const auto line = cutter_.text_of(*one.payload);
    too_large_alone(serial, line ? std::string_view(*line) : std::string_view{}, one.payload->size());
    if (!deliveries_.contains(serial)) return;
  }
  // Before what comes behind it in the order of batches.
  auto place = std::find_if(queue_.begin(), queue_.end(), [&](const Piece& piece) { return piece.delivery >= serial; });
  for (BatchPart& one : parts) {
    if (!fits(delivery, one)) continue;
    ++delivery.open_parts;
    payload_bytes_ += one.payload->size();
    place = std::next(queue_.insert(place, {serial, std::move(one)}));
  }
}

void MqttSink::too_large_alone(std::uint64_t serial, std::string_view line, std::size_t bytes) {
  const std::string words = "a record of " + std::to_string(bytes) + " bytes alone is more than the broker takes";
  if (bytes < kEveryBrokerTakes) {
    forget_limit();
    return take_back(serial, mistake(words + "; raise its limit (max_packet_size, message_size_limit)", "too-large"));
  }
  if (deliveries_.at(serial).rejected.add(line, words, "too-large")) return;
  take_back(serial, Reject{words, "too-large"});
}

void MqttSink::send_queued() {
  while (!queue_.empty() && in_flight_.size() + (status_packet_ ? 1 : 0) < receive_maximum_) {
    // While it is being found out what the broker takes, one at a time: so the order stands.
    if (finding_limit_ && !in_flight_.empty()) return;
    Piece piece = std::move(queue_.front());
    queue_.pop_front();
    if (!fits(deliveries_.at(piece.delivery), piece.part)) {
      // Cut before less was learned.
      payload_bytes_ -= piece.part.payload->size();
      --deliveries_.at(piece.delivery).open_parts;
      cut(piece.delivery, piece.part);
      finish_if_over(piece.delivery);
      continue;
    }
    mqtt::Publish publish = publish_for(deliveries_.at(piece.delivery), piece.part);
    publish.packet_id = free_packet_id();
    session_->publish(mqtt::encode_head(publish, piece.part.payload->size()), piece.part.payload);
    in_flight_.emplace(publish.packet_id, std::move(piece));
  }
}

std::vector<Answer> MqttSink::poll(BootTime deadline) {
  BootTime now = clock_.boot_now();
  if (!session_ && now >= next_connect_) connect(now);
  advance(now);
  const bool busy = session_ && (!up() || !in_flight_.empty() || status_packet_);
  if (busy && answers_.empty() && deadline > now) {
    pollfd waiting{session_->fd(), static_cast<short>(session_->wants_write() ? POLLIN | POLLOUT : POLLIN), 0};
    const auto budget = std::chrono::ceil<milliseconds>(std::min<Nanoseconds>(deadline - now, milliseconds(50)));
    // A negative descriptor is ignored: while the name is looked up this only waits.
    ::poll(&waiting, 1, static_cast<int>(budget.count()));
    advance(clock_.boot_now());
  }
  return std::exchange(answers_, {});
}

void MqttSink::connect(BootTime now) {
  mqtt::SessionSettings session;
  session.url = url_;
  session.proxy = proxy_;
  session.tls = {settings_.ca_file, settings_.cert_file, settings_.key_file, {}};
  // AWS IoT Core, "Device communication protocols": MQTT at the port of the web is told by ALPN.
  if (settings_.profile == BrokerProfile::kAwsIot && url_.port == 443 && !url_.websocket) {
    session.tls.alpn = "x-amzn-mqtt-ca";
  }
  session.connect_timeout = settings_.connect_timeout;
  session.ack_timeout = settings_.ack_timeout;
  session.connect.version = version_;
  session.connect.client_id = settings_.client_id;
  session.connect.username = settings_.username;
  session.connect.keep_alive_s =
      static_cast<std::uint16_t>(std::clamp<std::int64_t>(settings_.keep_alive.count(), 1, 0xFFFF));
  session.connect.will = last_will();
  will_sent_ = session.connect.will.has_value();
  if (!settings_.password_file.empty()) {
    auto password = read_password_file(settings_.password_file);
    if (!password) return lost(password.error().message, true, now);
    session.connect.password = std::move(*password);
  }
  delivered_ = false;
  session_.emplace(std::move(session), now);
}

void MqttSink::advance(BootTime now) {
  if (!session_) return;
  for (const mqtt::Session::Event& event : session_->advance(now)) {
    if (const auto* came_up = std::get_if<mqtt::Session::Up>(&event)) handle(*came_up, now);
    if (const auto* acked = std::get_if<mqtt::Session::Acked>(&event)) handle(*acked);
    if (const auto* end = std::get_if<mqtt::Session::Lost>(&event)) {
      handle(*end, now);
      return;  // the session is gone
    }
  }
  if (!up()) return;
  send_status();
  send_queued();
}

std::string MqttSink::connected_words() const {
  std::string words = "connected to " + settings_.url;
  if (proxy_) words += " through proxy " + proxy_->host;
  if (version_ == mqtt::Version::k311) {
    words += " (MQTT 3.1.1: its acknowledgements also cover messages that the broker drops)";
  }
  if (!settings_.status_topic.empty() && !with_will_) words += "; the broker allows no last will on its status topic";
  return words;
}

void MqttSink::handle(const mqtt::Session::Up& event, BootTime now) {
  up_since_ = now;
  receive_maximum_ = event.connack.receive_maximum.value_or(0xFFFF);
  if (receive_maximum_ == 0) receive_maximum_ = 1;  // a protocol error (3.2.2.3.3), of a kind that we can live with
  maximum_packet_ = event.connack.maximum_packet_size.value_or(0);
  retain_available_ = event.connack.retain_available;
  status_due_ = !status_record_.empty();
  attention_ = false;
  detail_ = connected_words();
  connections_.add();
  log::info("uplink", "connected", {{"sink", settings_.name}, {"url", settings_.url}});
}

void MqttSink::handle(const mqtt::Session::Acked& event) {
  if (status_packet_ == event.puback.packet_id) return settle_status(event.puback);
  const auto found = in_flight_.find(event.puback.packet_id);
  if (found == in_flight_.end()) return;
  const Piece piece = std::move(found->second);
  in_flight_.erase(found);
  payload_bytes_ -= piece.part.payload->size();
  delivered_ = true;  // the broker works, whatever it thinks of this batch
  // Answered already: another part of it was refused.
  if (deliveries_.contains(piece.delivery)) settle(piece.delivery, piece.part, event.puback);
}

void MqttSink::settle(std::uint64_t serial, const BatchPart& part, const mqtt::Puback& puback) {
  Delivery& delivery = deliveries_.at(serial);
  --delivery.open_parts;
  if (puback.reason == mqtt::kPacketTooLarge) {
    learn_limit(part.payload->size(), clock_.boot_now());
    cut(serial, part);
    finish_if_over(serial);
    return;
  }
  Outcome said = outcome(puback);
  if (std::holds_alternative<Accepted>(said)) {
    delivery.delivered_some = true;
    finding_limit_ = false;
    return finish_if_over(serial);
  }
  const auto* reject = std::get_if<Reject>(&said);
  if (reject != nullptr && !part.whole) {
    const auto text = cutter_.text_of(*part.payload);
    if (text && delivery.rejected.add(*text, reject->reason, reject->cause)) return finish_if_over(serial);
  }
  take_back(serial, std::move(said));
}

void MqttSink::finish_if_over(std::uint64_t serial) {
  const auto found = deliveries_.find(serial);
  if (found == deliveries_.end() || found->second.open_parts > 0) return;
  const Delivery& delivery = found->second;
  if (delivery.rejected.empty()) return answer(serial, Accepted{});
  Reject reject{delivery.rejected.reason(), delivery.rejected.cause(), nullptr};
  if (delivery.delivered_some) {
    auto part = delivery.rejected.as_batch(delivery.batch->header);
    if (!part) return answer(serial, Retry{milliseconds{0}, part.error().message, "no-memory"});
    reject.part = std::move(*part);
  }
  answer(serial, std::move(reject));
}

void MqttSink::answer(std::uint64_t serial, Outcome outcome) {
  answers_.push_back({deliveries_.at(serial).batch->header.id, std::move(outcome)});
  deliveries_.erase(serial);
}

void MqttSink::take_back(std::uint64_t serial, Outcome outcome) {
  std::erase_if(queue_, [&](const Piece& piece) {
    if (piece.delivery != serial) return false;
    payload_bytes_ -= piece.part.payload->size();
    return true;
  });
  answer(serial, std::move(outcome));
}

void MqttSink::learn_limit(std::size_t refused_bytes, BootTime now) {
  if (refused_bytes < 2) return;
  if (refused_payload_ == 0 || refused_bytes < refused_payload_) refused_payload_ = refused_bytes;
  learned_payload_ = refused_payload_ / 2;
  finding_limit_ = true;
  learned_until_ = now + kLearnedFor;
}

void MqttSink::handle(const mqtt::Session::Lost& event, BootTime now) {
  if (event.disconnected == mqtt::kPacketTooLarge) {
    std::size_t largest = 0;
    for (const auto& [packet_id, piece] : in_flight_) largest = std::max(largest, piece.part.payload->size());
    learn_limit(largest, now);
  } else {
    forget_limit();  // the next connection may be to another mind
  }
  // Refused while a last will was on board: that may be all that it does not allow. The next attempt tells.
  if (event.refused == mqtt::kNotAuthorised || event.refused == mqtt::kRetainNotSupported) {
    with_will_ = !will_sent_;
  } else if (event.refused != 0) {
    with_will_ = true;
  }
  lost(event.reason, event.attention, now);
}

void MqttSink::lost(const std::string& reason, bool attention, BootTime now) {
  if (up() || delivered_) {
    if (delivered_ || now - up_since_ >= kGoodConnection) backoff_.reset();
  }
  for (const auto& [serial, delivery] : deliveries_) {
    answers_.push_back({delivery.batch->header.id, Retry{milliseconds{0}, reason, "connection-lost"}});
  }
  deliveries_.clear();
  queue_.clear();
  in_flight_.clear();
  payload_bytes_ = 0;
  status_packet_.reset();
  session_.reset();
  next_connect_ = now + backoff_.next(random_);
  // The same trouble again is one line in the log, not one a minute.
  if (reason != detail_) log::warning("uplink", reason, {{"sink", settings_.name}});
  attention_ = attention;
  detail_ = reason;
}

Outcome MqttSink::mistake(std::string reason, std::string cause) {
  if (detail_ != reason) log::error("uplink", reason, {{"sink", settings_.name}});
  attention_ = true;
  detail_ = reason;
  return Retry{kMistakePause, std::move(reason), std::move(cause)};
}

Outcome MqttSink::outcome(const mqtt::Puback& puback) {
  std::string words = "the broker did not take a batch: " + mqtt::reason_words(puback.reason);
  if (!puback.reason_string.empty()) words += " \"" + puback.reason_string + "\"";
  switch (puback.reason) {
    case mqtt::kNotAuthorised:
      return mistake(words + "; allow this user to write to topic " + settings_.topic, "not-authorised");
    case mqtt::kTopicNameInvalid:
      return mistake(words + "; choose another topic than " + settings_.topic, "topic-invalid");
    case mqtt::kQuotaExceeded:
      return mistake(words + "; raise the quota at the broker", "quota");
    case mqtt::kPayloadFormatInvalid:
      return Reject{words, "payload-invalid"};
    default:
      break;
  }
  if (puback.reason >= mqtt::kFirstError) return Retry{milliseconds{0}, words, "broker-error"};
  if (puback.reason == mqtt::kNoMatchingSubscribers) {
    no_subscribers_.add();
    const std::string nobody = "nobody subscribes to " + settings_.topic;
    if (settings_.on_no_subscribers == NoSubscribers::kRetry) {
      detail_ = nobody + "; batches wait until somebody does";
      return Retry{milliseconds{0}, nobody, "no-subscribers"};
    }
    detail_ = connected_words() + "; " + nobody + ", the broker drops what it takes";
  } else {
    detail_ = connected_words();
  }
  attention_ = false;
  return Accepted{};
}

}  // namespace airspool::uplink
