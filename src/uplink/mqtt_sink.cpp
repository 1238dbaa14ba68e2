// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <map>
#include <optional>
#include <random>
#include <utility>
#include <vector>

#include <poll.h>

#include <airspool/core/log.h>
#include <airspool/spool/batch_codec.h>
#include <airspool/uplink/mqtt_sink.h>

#include "backoff.h"
#include "mqtt_packet.h"
#include "mqtt_session.h"
#include "mqtt_url.h"

namespace airspool::uplink {
namespace {

using std::chrono::milliseconds;

// What only a person can mend is tried again this often (design: never a dead letter).
constexpr milliseconds kMistakePause{60'000};
// A connection that held so long, or delivered something, was a good one: the next attempt starts quickly again.
constexpr std::chrono::seconds kGoodConnection{10};
constexpr std::size_t kLongestPassword = 4096;
constexpr std::string_view kStationWord = "{station}";

Error file_error(const std::string& key, const std::string& path, int number) {
  const ErrorCode code = number == ENOENT ? ErrorCode::kNotFound : ErrorCode::kPermissionDenied;
  return {code,
          key + " " + path + " cannot be read: " + std::strerror(number) + "; check the path and its permissions"};
}

Result<std::string> read_password(const std::string& path) {
  errno = 0;
  std::ifstream file(path);
  std::string line;
  if (!file || (!std::getline(file, line) && !file.eof())) {
    return tl::unexpected(file_error("password_file", path, errno != 0 ? errno : EIO));
  }
  while (!line.empty() && (line.back() == '\r' || line.back() == ' ')) line.pop_back();
  if (line.empty())
    return fail(ErrorCode::kConfig, "password_file " + path + " is empty: write the password in its first line");
  if (line.size() > kLongestPassword)
    return fail(ErrorCode::kConfig, "password_file " + path + " holds more than a password");
  return line;
}

// Topic names for publishing hold no wildcards (MQTT 5.0, 4.7.1); a station's name must not make new levels either.
std::string expand_topic(std::string topic, const std::string& station) {
  std::string level = station;
  for (char& c : level) {
    if (c == '/' || c == '+' || c == '#' || static_cast<unsigned char>(c) < 0x20) c = '_';
  }
  for (std::size_t at = 0; (at = topic.find(kStationWord, at)) != std::string::npos; at += level.size()) {
    topic.replace(at, kStationWord.size(), level);
  }
  return topic;
}

Result<void> check_topic(const std::string& topic) {
  if (topic.empty()) return fail(ErrorCode::kConfig, "topic is empty: write for example airspool/{station}/states");
  const std::string plain = expand_topic(topic, "station");
  if (plain.find_first_of("+#") != std::string::npos) {
    return fail(ErrorCode::kConfig, "topic \"" + topic + "\" holds + or #, which only subscribers may use");
  }
  if (plain.find_first_of("{}") != std::string::npos) {
    return fail(ErrorCode::kConfig, "topic \"" + topic + "\" holds a word in braces that is not {station}");
  }
  if (plain.size() > 1024) return fail(ErrorCode::kConfig, "topic is longer than 1024 bytes");
  return {};
}

class MqttSink final : public Sink {
 public:
  MqttSink(MqttSinkSettings settings, MqttUrl url, const Clock& clock, metrics::Registry& metrics)
      : settings_(std::move(settings)),
        url_(std::move(url)),
        clock_(clock),
        random_(settings_.jitter_seed),
        backoff_(settings_.first_reconnect, settings_.reconnect_cap),
        next_connect_(clock.boot_now()),
        no_subscribers_(metrics.counter("airspool_mqtt_no_subscribers_total",
                                        "Batches that the broker took while nobody subscribed",
                                        {{"sink", settings_.name}})),
        connections_(metrics.counter("airspool_mqtt_connections_total", "Connections to the broker that came up",
                                     {{"sink", settings_.name}})),
        detail_("not connected yet to " + settings_.url) {}

  [[nodiscard]] const std::string& name() const override { return settings_.name; }
  [[nodiscard]] SinkWindow window() const override { return {window_batches(), settings_.max_in_flight_bytes}; }
  [[nodiscard]] SinkHealth health() const override { return {up(), attention_, detail_}; }

  Offer offer(spool::BatchPtr batch, bool replay) override;
  std::vector<Answer> poll(BootTime deadline) override;

 private:
  struct InFlight {
    std::int64_t batch_id = 0;
    std::size_t bytes = 0;
  };

  [[nodiscard]] bool up() const { return session_ && session_->up(); }
  [[nodiscard]] std::size_t window_batches() const {
    return std::min<std::size_t>(settings_.max_in_flight, receive_maximum_);
  }
  void connect(BootTime now);
  void advance(BootTime now);
  void handle(const mqtt::Session::Up& event, BootTime now);
  void handle(const mqtt::Session::Acked& event);
  void handle(const mqtt::Session::Lost& event, BootTime now);
  void lost(const std::string& reason, bool attention, BootTime now);
  Outcome outcome(const mqtt::Puback& puback);
  Outcome mistake(std::string reason, std::string cause);
  mqtt::Publish publish_for(const spool::BatchHeader& header, bool replay);
  std::uint16_t free_packet_id();

  const MqttSinkSettings settings_;
  const MqttUrl url_;
  const Clock& clock_;
  std::mt19937_64 random_;
  Backoff backoff_;
  BootTime next_connect_;
  metrics::Counter& no_subscribers_;
  metrics::Counter& connections_;
  std::optional<mqtt::Session> session_;
  BootTime up_since_;
  bool delivered_ = false;  // on this connection
  std::uint16_t receive_maximum_ = 0xFFFF;
  std::size_t maximum_packet_size_ = 0;  // 0 = no limit told
  std::map<std::uint16_t, InFlight> in_flight_;
  std::size_t in_flight_bytes_ = 0;
  std::uint16_t last_packet_id_ = 0;
  std::vector<Answer> answers_;
  bool attention_ = false;
  std::string detail_;
};

mqtt::Publish MqttSink::publish_for(const spool::BatchHeader& header, bool replay) {
  mqtt::Publish publish;
  publish.topic = expand_topic(settings_.topic, header.station_id);
  publish.content_type = "application/x-ndjson";
  if (settings_.encoding == PayloadEncoding::kZstd) publish.user_properties.emplace_back("content-encoding", "zstd");
  publish.user_properties.emplace_back("schema", "1");
  publish.user_properties.emplace_back("station", header.station_id);
  publish.user_properties.emplace_back("batch", spool::name_of(header));
  publish.user_properties.emplace_back("count", std::to_string(header.count));
  publish.user_properties.emplace_back("replay", replay ? "true" : "false");
  return publish;
}

std::uint16_t MqttSink::free_packet_id() {
  do {
    last_packet_id_ = last_packet_id_ == 0xFFFF ? 1 : last_packet_id_ + 1;
  } while (in_flight_.contains(last_packet_id_));
  return last_packet_id_;
}

Offer MqttSink::offer(spool::BatchPtr batch, bool replay) {
  if (!up() || in_flight_.size() >= window_batches()) return Offer::kFull;
  if (!in_flight_.empty() && in_flight_bytes_ + batch->bytes.size() > settings_.max_in_flight_bytes)
    return Offer::kFull;
  const std::int64_t id = batch->header.id;
  mqtt::Publish publish = publish_for(batch->header, replay);
  std::shared_ptr<const std::string> payload(batch, &batch->bytes);
  if (settings_.encoding == PayloadEncoding::kNone) {
    auto text = spool::decode_batch(batch->bytes);
    if (!text) {
      answers_.push_back({id, Reject{"the batch cannot be unpacked: " + text.error().message, "damaged"}});
      return Offer::kTaken;
    }
    payload = std::make_shared<const std::string>(std::move(*text));
  }
  publish.packet_id = free_packet_id();
  std::string head = mqtt::encode_head(publish, payload->size());
  const std::size_t packet_bytes = head.size() + payload->size();
  if (maximum_packet_size_ > 0 && packet_bytes > maximum_packet_size_) {
    answers_.push_back(
        {id,
         mistake("a batch of " + std::to_string(packet_bytes) + " bytes is more than the broker takes (" +
                     std::to_string(maximum_packet_size_) + "); raise its max_packet_size or lower spool.batch_records",
                 "too-large")});
    return Offer::kTaken;
  }
  in_flight_.emplace(publish.packet_id, InFlight{id, payload->size()});
  in_flight_bytes_ += payload->size();
  session_->publish(std::move(head), std::move(payload));
  return Offer::kTaken;
}

std::vector<Answer> MqttSink::poll(BootTime deadline) {
  BootTime now = clock_.boot_now();
  if (!session_ && now >= next_connect_) connect(now);
  advance(now);
  const bool busy = session_ && (!up() || !in_flight_.empty());
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
  session.tls = {settings_.ca_file, settings_.cert_file, settings_.key_file};
  session.connect_timeout = settings_.connect_timeout;
  session.connect.client_id = settings_.client_id;
  session.connect.username = settings_.username;
  session.connect.keep_alive_s =
      static_cast<std::uint16_t>(std::clamp<std::int64_t>(settings_.keep_alive.count(), 1, 0xFFFF));
  if (!settings_.password_file.empty()) {
    auto password = read_password(settings_.password_file);
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
      lost(end->reason, end->attention, now);
      return;  // the session is gone
    }
  }
}

void MqttSink::handle(const mqtt::Session::Up& event, BootTime now) {
  up_since_ = now;
  receive_maximum_ = event.connack.receive_maximum.value_or(0xFFFF);
  if (receive_maximum_ == 0) receive_maximum_ = 1;  // a protocol error (3.2.2.3.3), of a kind that we can live with
  maximum_packet_size_ = event.connack.maximum_packet_size.value_or(0);
  attention_ = false;
  detail_ = "connected to " + settings_.url;
  connections_.add();
  log::info("uplink", "connected", {{"sink", settings_.name}, {"url", settings_.url}});
}

void MqttSink::handle(const mqtt::Session::Acked& event) {
  const auto found = in_flight_.find(event.puback.packet_id);
  if (found == in_flight_.end()) return;
  const std::int64_t id = found->second.batch_id;
  in_flight_bytes_ -= found->second.bytes;
  in_flight_.erase(found);
  answers_.push_back({id, outcome(event.puback)});
}

void MqttSink::lost(const std::string& reason, bool attention, BootTime now) {
  if (up() || delivered_) {
    if (delivered_ || now - up_since_ >= kGoodConnection) backoff_.reset();
  }
  for (const auto& [packet_id, batch] : in_flight_) {
    answers_.push_back({batch.batch_id, Retry{milliseconds{0}, reason, "connection-lost"}});
  }
  in_flight_.clear();
  in_flight_bytes_ = 0;
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
  delivered_ = true;  // the broker works, whatever it thinks of this batch
  std::string words = "the broker did not take a batch: " + mqtt::reason_words(puback.reason);
  if (!puback.reason_string.empty()) words += " \"" + puback.reason_string + "\"";
  switch (puback.reason) {
    case mqtt::kNotAuthorised:
      return mistake(words + "; allow this user to write to topic " + settings_.topic, "not-authorised");
    case mqtt::kTopicNameInvalid:
      return mistake(words + "; choose another topic than " + settings_.topic, "topic-invalid");
    case mqtt::kQuotaExceeded:
      return mistake(words + "; raise the quota at the broker", "quota");
    case mqtt::kPacketTooLarge:
      return mistake(words + "; raise its message size limit or lower spool.batch_records", "too-large");
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
    detail_ = "connected to " + settings_.url + "; " + nobody + ", the broker drops what it takes";
  } else {
    detail_ = "connected to " + settings_.url;
  }
  attention_ = false;
  return Accepted{};
}

Result<void> check_files(const MqttSinkSettings& settings) {
  const std::pair<const char*, const std::string*> files[] = {{"password_file", &settings.password_file},
                                                              {"ca_file", &settings.ca_file},
                                                              {"cert_file", &settings.cert_file},
                                                              {"key_file", &settings.key_file}};
  for (const auto& [key, path] : files) {
    if (path->empty()) continue;
    errno = 0;
    if (!std::ifstream(*path)) return tl::unexpected(file_error(key, *path, errno));
  }
  if (settings.cert_file.empty() != settings.key_file.empty()) {
    return fail(ErrorCode::kConfig, "cert_file and key_file belong together: set both or none");
  }
  return {};
}

}  // namespace

Result<std::unique_ptr<Sink>> open_mqtt_sink(MqttSinkSettings settings, const Clock& clock,
                                             metrics::Registry& metrics) {
  const auto in_sink = [&](const Error& error) {
    return tl::unexpected(Error{error.code, "sink \"" + settings.name + "\": " + error.message});
  };
  auto url = parse_mqtt_url(settings.url);
  if (!url) return in_sink(url.error());
  if (const auto topic = check_topic(settings.topic); !topic) return in_sink(topic.error());
  if (const auto files = check_files(settings); !files) return in_sink(files.error());
  if (!settings.password_file.empty()) {
    if (const auto password = read_password(settings.password_file); !password) return in_sink(password.error());
  }
  if (!url->tls && !settings.ca_file.empty()) {
    return in_sink({ErrorCode::kConfig, "ca_file is set, but the url is mqtt://: use mqtts://"});
  }
  if (!url->tls && !settings.password_file.empty() && !mqtt_url_is_loopback(settings.url)) {
    log::warning("uplink", "the password crosses the network in clear; use mqtts://", {{"sink", settings.name}});
  }
  if (settings.max_in_flight == 0) settings.max_in_flight = 1;
  std::random_device device;
  if (settings.client_id.empty()) {
    constexpr const char* kDigits = "0123456789abcdef";
    settings.client_id = "airspool-";
    for (int i = 0; i < 12; ++i) settings.client_id.push_back(kDigits[device() % 16]);
  }
  if (settings.jitter_seed == 0) settings.jitter_seed = device();
  return std::make_unique<MqttSink>(std::move(settings), std::move(*url), clock, metrics);
}

}  // namespace airspool::uplink
