// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <list>
#include <optional>
#include <random>
#include <utility>
#include <vector>

#include <airspool/core/log.h>
#include <airspool/spool/batch_codec.h>
#include <airspool/uplink/kafka_sink.h>

#include "backoff.h"
#include "batch_parts.h"
#include "errand.h"
#include "kafka_log.h"
#include "kafka_message.h"
#include "kafka_outcome.h"
#include "kafka_producer.h"
#include "private_file.h"

namespace airspool::uplink {
namespace {

using kafka::Judgement;
using kafka::Verdict;
using std::chrono::milliseconds;

// Sets of messages that a topic finds too large are made smaller step by step. Small sets cost speed, so after a while
// the first size is tried again: somebody may have raised the limit.
constexpr std::array<kafka::SetSize, 4> kSetSizes{{{}, {32'768, 10'000}, {4'096, 10'000}, {4'096, 1}}};
constexpr std::chrono::hours kSmallSetsFor{1};
// Certificates, addresses and passwords that were changed are read by a new producer.
constexpr std::chrono::minutes kRenewWhenDownFor{5};
constexpr std::size_t kMostRetiring = 2;
constexpr milliseconds kPatienceAtTheEnd{2000};  // of the destructor with producers that end
constexpr milliseconds kLongestWait{50};

// A batch on its way. Messages carry its address, so that it must not move.
struct Flight {
  spool::BatchHeader header;
  bool replay = false;
  std::shared_ptr<const std::string> text;  // NDJSON; messages point into it
  std::size_t next = 0;                     // where the first record begins that is not handed over yet
  std::size_t open = 0;                     // messages without a report
  std::size_t delivered = 0;                // messages
  std::size_t refused = 0;                  // records that the topic can never take
  RejectedLines refused_lines;              // these
  bool refused_unknown = false;             // which of them it is cannot be told from its message
  std::string refused_reason;
  const char* refused_cause = "";
  std::optional<Retry> retry;  // why this batch is to be sent again, once all its messages are reported

  [[nodiscard]] bool handed_over() const { return retry.has_value() || next >= text->size(); }
};

class KafkaSink final : public Sink {
 public:
  KafkaSink(KafkaSinkSettings settings, std::unique_ptr<kafka::Producer> producer, const Clock& clock,
            metrics::Registry& metrics);
  ~KafkaSink() override;

  [[nodiscard]] const std::string& name() const override { return settings_.name; }
  [[nodiscard]] SinkWindow window() const override { return {settings_.max_in_flight, settings_.max_in_flight_bytes}; }
  [[nodiscard]] SinkHealth health() const override { return {up_, refused_entry_ || mistake_, detail_}; }

  Offer offer(spool::BatchPtr batch, bool replay) override;
  std::vector<Answer> poll(BootTime deadline) override;
  void announce(std::string health_record) override;

 private:
  void tend(BootTime now);
  void hand_over();
  bool hand_over_one(Flight& flight);
  void take(rd_kafka_event_t* event, BootTime now);
  void take_report(const rd_kafka_message_t& message);
  void take_error(rd_kafka_resp_err_t code, std::string words);
  void take_statistics(std::string_view json, BootTime now);
  void judged(Flight& flight, rd_kafka_resp_err_t code, std::size_t set_messages, std::string_view record);
  [[nodiscard]] static Outcome refused(const Flight& flight);
  void finish(bool delivered_something);
  void fetch_token();
  void send_status();
  [[nodiscard]] std::string connected_words() const { return "connected to " + settings_.brokers.front(); }
  void set_up(bool up, BootTime now);
  void say(bool& light, const std::string& words);
  void renew(const std::string& reason, const std::string& cause, milliseconds after, milliseconds pause, BootTime now);

  const KafkaSinkSettings settings_;
  const Clock& clock_;
  std::mt19937_64 random_;
  Backoff backoff_;
  kafka::LibraryLog library_log_;
  metrics::Counter& left_out_;
  metrics::Counter& duplicates_;
  metrics::Counter& renewed_;
  metrics::Counter& connections_;
  metrics::Registry& metrics_;

  std::list<Flight> flights_;  // in the order in which they were offered
  std::size_t text_bytes_ = 0;
  // What settings_.encode made of the record that is handed over.
  std::string encoded_key_;
  std::string encoded_value_;
  std::unique_ptr<kafka::Producer> producer_;  // its messages point into flights_
  std::vector<Errand<bool>> retiring_;
  std::optional<Errand<Result<KafkaToken>>> token_;
  std::optional<Errand<Result<std::unique_ptr<kafka::Producer>>>> opening_;
  BootTime next_open_;
  BootTime down_since_;
  std::size_t set_size_ = 0;  // index into kSetSizes
  bool too_large_ = false;    // a set was, and is to be sent in smaller ones
  BootTime small_since_;
  std::vector<Answer> answers_;
  std::string status_;          // the newest, not sent yet
  bool status_on_way_ = false;  // the one before
  bool up_ = false;
  bool refused_entry_ = false;  // login or TLS
  bool mistake_ = false;        // topic, permission, quota
  std::string detail_;
};

KafkaSink::KafkaSink(KafkaSinkSettings settings, std::unique_ptr<kafka::Producer> producer, const Clock& clock,
                     metrics::Registry& metrics)
    : settings_(std::move(settings)),
      clock_(clock),
      random_(settings_.jitter_seed),
      backoff_(settings_.first_reconnect, settings_.reconnect_cap),
      library_log_(settings_.name),
      left_out_(metrics.counter("airspool_kafka_records_left_out_total",
                                "Records that the format has no message for, such as rows without a position",
                                {{"sink", settings_.name}})),
      duplicates_(metrics.counter("airspool_kafka_possible_duplicates_total",
                                  "Messages whose acknowledgement was lost, so that they may be there twice",
                                  {{"sink", settings_.name}})),
      renewed_(metrics.counter("airspool_kafka_producers_total", "Producers that were made anew after one failed",
                               {{"sink", settings_.name}})),
      connections_(metrics.counter("airspool_kafka_connections_total", "Times that a broker became reachable",
                                   {{"sink", settings_.name}})),
      metrics_(metrics),
      producer_(std::move(producer)),
      next_open_(clock.boot_now()),
      down_since_(clock.boot_now()),
      detail_("not connected yet to " + settings_.brokers.front()) {}

KafkaSink::~KafkaSink() {
  if (opening_) {
    // One that is not there yet ends on the thread that opens it.
    if (auto opened = opening_->result(); opened && *opened) producer_ = std::move(**opened);
  }
  if (producer_) {
    std::vector<std::shared_ptr<const std::string>> texts;
    for (const Flight& flight : flights_) texts.push_back(flight.text);
    if (auto errand = kafka::retire(std::move(producer_), std::move(texts))) retiring_.push_back(std::move(*errand));
  }
  for (const Errand<bool>& errand : retiring_) errand.wait_for(kPatienceAtTheEnd);
}

Offer KafkaSink::offer(spool::BatchPtr batch, bool replay) {
  if (!up_ || !producer_ || flights_.size() >= settings_.max_in_flight) return Offer::kFull;
  if (!flights_.empty() && (!flights_.back().handed_over() || text_bytes_ >= settings_.max_in_flight_text)) {
    return Offer::kFull;
  }
  const std::int64_t id = batch->header.id;
  auto text = spool::decode_batch(batch->bytes);
  if (!text) {
    answers_.push_back({id, Reject{"the batch cannot be unpacked: " + text.error().message, "damaged"}});
    return Offer::kTaken;
  }
  Flight& flight = flights_.emplace_back();
  flight.header = batch->header;
  flight.replay = replay;
  text_bytes_ += text->size();
  flight.text = std::make_shared<const std::string>(std::move(*text));
  hand_over();
  return Offer::kTaken;
}

// Records to librdkafka, as many as its queue has room for.
void KafkaSink::hand_over() {
  for (Flight& flight : flights_) {
    while (!flight.handed_over()) {
      if (!hand_over_one(flight)) return;
    }
  }
}

// False when there is no room now.
bool KafkaSink::hand_over_one(Flight& flight) {
  std::size_t behind = flight.next;
  const std::string_view record = kafka::next_line(*flight.text, behind);
  std::array<char, 7> key{};
  kafka::Message message;
  message.key = kafka::key_of(record, flight.header.station_id, key);
  message.value = record;
  message.station = flight.header.station_id;
  message.replay = flight.replay;
  message.tag = &flight;
  bool left_out = false;
  if (settings_.encode && !record.empty()) {
    left_out = !settings_.encode(record, encoded_key_, encoded_value_);
    message.copy_value = true;
    message.key = encoded_key_;
    message.value = encoded_value_;
  }
  if (record.empty() || left_out) {
    if (!record.empty()) left_out_.add();
    flight.next = behind;
    return true;
  }
  const rd_kafka_resp_err_t code = producer_->produce(message);
  if (code == RD_KAFKA_RESP_ERR__QUEUE_FULL) return false;
  flight.next = behind;
  if (code == RD_KAFKA_RESP_ERR_NO_ERROR) {
    ++flight.open;
  } else {
    judged(flight, code, 1, record);
  }
  return true;
}

std::vector<Answer> KafkaSink::poll(BootTime deadline) {
  BootTime now = clock_.boot_now();
  tend(now);
  const BootTime limit = std::min<BootTime>(deadline, now + kLongestWait);
  while (producer_) {
    const bool may_wait = !flights_.empty() && answers_.empty() && limit > now;
    const kafka::Event event =
        producer_->next_event(may_wait ? std::chrono::ceil<milliseconds>(limit - now) : milliseconds{0});
    if (!event) break;
    now = clock_.boot_now();
    take(event.get(), now);
    if (!flights_.empty() && !flights_.back().handed_over()) hand_over();
  }
  if (producer_) {
    if (const auto fatal = producer_->fatal_error()) {
      const Judgement judgement = kafka::judge(fatal->first);
      const bool mistake = judgement.verdict == Verdict::kMistake;
      std::string words = "the producer failed for good: " + fatal->second;
      if (mistake) say(mistake_, words = words + "; " + judgement.advice);
      renew(words, mistake ? judgement.cause : "producer-renewed", mistake ? kafka::kMistakePause : milliseconds{0},
            mistake ? kafka::kMistakePause : backoff_.next(random_), now);
    } else if (too_large_) {
      set_size_ = std::min(set_size_ + 1, kSetSizes.size() - 1);
      small_since_ = now;
      renew("the topic takes only smaller sets of messages", "too-large", milliseconds{1}, milliseconds{0}, now);
    }
  }
  finish(false);
  return std::exchange(answers_, {});
}

// What is due without anybody asking.
void KafkaSink::tend(BootTime now) {
  std::erase_if(retiring_, [](Errand<bool>& errand) { return errand.result().has_value(); });
  if (token_ && producer_) {
    if (auto token = token_->result()) {
      token_.reset();
      std::array<char, 512> words{};
      if (*token) {
        const auto until = std::chrono::duration_cast<milliseconds>((*token)->expires.time_since_epoch()).count();
        if (rd_kafka_oauthbearer_set_token(producer_->handle(), (*token)->value.c_str(), until,
                                           (*token)->principal.c_str(), nullptr, 0, words.data(),
                                           words.size()) != RD_KAFKA_RESP_ERR_NO_ERROR) {
          token = fail(ErrorCode::kInvalidData, std::string(words.data()));
        }
      }
      if (!*token) {
        // Comes back as an error event, and asks for another token in 10 s.
        rd_kafka_oauthbearer_set_token_failure(producer_->handle(), token->error().message.c_str());
      }
    }
  }
  if (producer_ && !up_ && now - down_since_ >= kRenewWhenDownFor) {
    down_since_ = now;
    renew(detail_, "connection-lost", milliseconds{0}, milliseconds{0}, now);
  }
  if (producer_ && set_size_ > 0 && flights_.empty() && now - small_since_ >= kSmallSetsFor) {
    set_size_ = 0;
    renew("trying larger sets of messages again", "too-large", milliseconds{0}, milliseconds{0}, now);
  }
  if (!producer_ && !opening_ && now >= next_open_ && retiring_.size() < kMostRetiring) {
    // Reading and checking certificates takes its time on a small board.
    opening_ = Errand<Result<std::unique_ptr<kafka::Producer>>>::start(
        [settings = settings_, size = kSetSizes[set_size_]] { return kafka::Producer::open(settings, size); });
    if (!opening_) next_open_ = now + backoff_.next(random_);
  }
  if (opening_) {
    if (auto opened = opening_->result()) {
      opening_.reset();
      if (*opened) {
        producer_ = std::move(**opened);
        token_.reset();
      } else {
        say(refused_entry_, opened->error().message);
        next_open_ = now + backoff_.next(random_);
      }
    }
  }
  send_status();
}

void KafkaSink::take(rd_kafka_event_t* event, BootTime now) {
  switch (rd_kafka_event_type(event)) {
    case RD_KAFKA_EVENT_DR:
      while (const rd_kafka_message_t* message = rd_kafka_event_message_next(event)) take_report(*message);
      finish(true);
      break;
    case RD_KAFKA_EVENT_ERROR:
      take_error(rd_kafka_event_error(event), rd_kafka_event_error_string(event));
      break;
    case RD_KAFKA_EVENT_STATS:
      take_statistics(rd_kafka_event_stats(event), now);
      break;
    case RD_KAFKA_EVENT_OAUTHBEARER_TOKEN_REFRESH:
      fetch_token();
      break;
    case RD_KAFKA_EVENT_LOG: {
      const char* facility = "";
      const char* text = "";
      int level = 0;
      if (rd_kafka_event_log(event, &facility, &text, &level) == 0) library_log_.write(level, facility, text, now);
      break;
    }
    default:
      break;
  }
}

void KafkaSink::take_report(const rd_kafka_message_t& message) {
  if (message._private == nullptr) {
    status_on_way_ = false;
    if (message.err != RD_KAFKA_RESP_ERR_NO_ERROR) {
      log::debug("uplink", std::string("a health record was not delivered: ") + rd_kafka_err2str(message.err),
                 {{"sink", settings_.name}});
    }
    return;
  }
  auto& flight = *static_cast<Flight*>(message._private);
  --flight.open;
  if (message.err != RD_KAFKA_RESP_ERR_NO_ERROR &&
      rd_kafka_message_status(&message) != RD_KAFKA_MSG_STATUS_NOT_PERSISTED) {
    duplicates_.add();
  }
  // A message that was encoded does not show its record.
  const std::string_view record =
      settings_.encode ? std::string_view{}
                       : std::string_view(static_cast<const char*>(message.payload), message.payload ? message.len : 0);
  judged(flight, message.err, static_cast<std::size_t>(kSetSizes[set_size_].messages), record);
}

void KafkaSink::judged(Flight& flight, rd_kafka_resp_err_t code, std::size_t set_messages, std::string_view record) {
  const Judgement judgement = kafka::judge(code);
  if (judgement.verdict == Verdict::kDelivered) {
    ++flight.delivered;
    return;
  }
  std::string words = "topic " + settings_.topic + ": " + rd_kafka_err2str(code);
  if (*judgement.advice != '\0') words += std::string("; ") + judgement.advice;
  if (judgement.verdict == Verdict::kApart && set_messages == 1) {
    ++flight.refused;
    if (record.empty() || !flight.refused_lines.add(std::string(record) + "\n", words, judgement.cause)) {
      flight.refused_unknown = true;
    }
    flight.refused_reason = std::move(words);
    flight.refused_cause = judgement.cause;
    metrics_
        .counter("airspool_kafka_records_refused_total", "Records that the topic can never take, by reason",
                 {{"sink", settings_.name}, {"reason", judgement.cause}})
        .add();
    return;
  }
  if (judgement.verdict == Verdict::kApart) too_large_ = true;
  if (judgement.verdict == Verdict::kMistake) say(mistake_, words);
  // A mistake outweighs what a new attempt would settle.
  if (!flight.retry || (judgement.verdict == Verdict::kMistake && flight.retry->after < kafka::kMistakePause)) {
    const milliseconds after = judgement.verdict == Verdict::kMistake ? kafka::kMistakePause : milliseconds{0};
    flight.retry = Retry{after, std::move(words), judgement.cause};
  }
}

// Only what was refused is rejected, where something was delivered and it can be told from the rest.
Outcome KafkaSink::refused(const Flight& flight) {
  Reject reject{flight.refused_reason, flight.refused_cause, nullptr};
  if (flight.delivered == 0) return reject;
  reject.reason = std::to_string(flight.refused) + " of its records: " + reject.reason + " (the others were delivered)";
  if (flight.refused_unknown) return reject;
  auto part = flight.refused_lines.as_batch(flight.header);
  if (!part) return Retry{milliseconds{0}, part.error().message, "no-memory"};
  reject.part = std::move(*part);
  return reject;
}

// Answers every batch whose messages are all reported.
void KafkaSink::finish(bool delivered_something) {
  for (auto flight = flights_.begin(); flight != flights_.end();) {
    if (flight->open > 0 || !flight->handed_over()) {
      ++flight;
      continue;
    }
    if (flight->retry) {
      answers_.push_back({flight->header.id, std::move(*flight->retry)});
    } else if (flight->refused > 0) {
      answers_.push_back({flight->header.id, refused(*flight)});
    } else {
      answers_.push_back({flight->header.id, Accepted{}});
      if (delivered_something) {
        backoff_.reset();
        if (std::exchange(mistake_, false)) detail_ = connected_words();
        set_up(true, clock_.boot_now());
      }
    }
    text_bytes_ -= flight->text->size();
    flight = flights_.erase(flight);
  }
}

void KafkaSink::take_error(rd_kafka_resp_err_t code, std::string words) {
  // What follows changes each time: " (after 3ms in state AUTH_REQ, 1 identical error(s) suppressed)".
  words.erase(std::min(words.find(" (after "), words.size()));
  switch (code) {
    case RD_KAFKA_RESP_ERR__AUTHENTICATION:
    case RD_KAFKA_RESP_ERR_SASL_AUTHENTICATION_FAILED:
      say(refused_entry_,
          "the login failed: " + words +
              (settings_.access == KafkaAccess::kToken ? "; check the clock and the rights of this identity"
                                                       : "; check security, username and password_file"));
      if (!settings_.password_file.empty() && producer_) {
        if (const auto password = read_password_file(settings_.password_file)) {
          rd_kafka_error_t* error =
              rd_kafka_sasl_set_credentials(producer_->handle(), settings_.username.c_str(), password->c_str());
          if (error != nullptr) rd_kafka_error_destroy(error);
        }
      }
      break;
    case RD_KAFKA_RESP_ERR__SSL:
      say(refused_entry_,
          "TLS with the broker failed: " + words + "; check ca_file, cert_file, key_file and the clock");
      break;
    case RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN:
      set_up(false, clock_.boot_now());
      break;
    case RD_KAFKA_RESP_ERR__FATAL:
      break;  // poll() asks for it
    default:
      if (!up_ && !refused_entry_) detail_ = words;
      break;
  }
}

void KafkaSink::take_statistics(std::string_view json, BootTime now) {
  // STATISTICS.md of librdkafka: brokers.*.state; no other state is spelt so.
  set_up(json.find("\"state\":\"UP\"") != std::string_view::npos, now);
}

void KafkaSink::set_up(bool up, BootTime now) {
  if (up == up_) return;
  up_ = up;
  if (up) {
    refused_entry_ = false;
    if (!mistake_) detail_ = connected_words();
    connections_.add();
    log::info("uplink", "connected", {{"sink", settings_.name}, {"broker", settings_.brokers.front()}});
  } else {
    down_since_ = now;
    if (!refused_entry_) detail_ = "no broker can be reached";
    log::warning("uplink", "no broker can be reached", {{"sink", settings_.name}});
  }
}

// A red light, and one line in the log when it is news.
void KafkaSink::say(bool& light, const std::string& words) {
  if (!light || detail_ != words) log::error("uplink", words, {{"sink", settings_.name}});
  light = true;
  detail_ = words;
}

void KafkaSink::fetch_token() {
  if (token_) return;
  if (!settings_.token) {
    rd_kafka_oauthbearer_set_token_failure(producer_->handle(), "there is nobody to ask for a token");
    return;
  }
  token_ = Errand<Result<KafkaToken>>::start(settings_.token);
  if (!token_) rd_kafka_oauthbearer_set_token_failure(producer_->handle(), "no thread to fetch a token");
}

void KafkaSink::announce(std::string health_record) {
  if (settings_.status_topic.empty()) return;
  status_ = std::move(health_record);
  send_status();
}

void KafkaSink::send_status() {
  if (status_.empty() || status_on_way_ || !up_ || !producer_) return;
  kafka::Message message;
  message.key = settings_.station;
  message.value = status_;
  message.station = settings_.station;
  message.copy_value = true;
  if (producer_->produce_status(message) == RD_KAFKA_RESP_ERR_NO_ERROR) status_on_way_ = true;
  status_.clear();
}

// Puts the producer away; everything in flight is to be tried again with the next one.
void KafkaSink::renew(const std::string& reason, const std::string& cause, milliseconds after, milliseconds pause,
                      BootTime now) {
  log::warning("uplink", "a new producer: " + reason, {{"sink", settings_.name}});
  std::vector<std::shared_ptr<const std::string>> texts;
  for (Flight& flight : flights_) {
    texts.push_back(flight.text);
    if (!flight.retry) flight.retry = Retry{after, reason, cause};
    answers_.push_back({flight.header.id, std::move(*flight.retry)});
  }
  flights_.clear();
  text_bytes_ = 0;
  if (auto errand = kafka::retire(std::move(producer_), std::move(texts))) retiring_.push_back(std::move(*errand));
  producer_ = nullptr;
  status_on_way_ = false;
  too_large_ = false;
  renewed_.add();
  next_open_ = now + pause;
}

}  // namespace

Result<std::unique_ptr<Sink>> open_kafka_sink(KafkaSinkSettings settings, const Clock& clock,
                                              metrics::Registry& metrics) {
  if (const auto checked = check_kafka_settings(settings); !checked) return tl::unexpected(checked.error());
  settings.topic = kafka::expand_topic(settings.topic, settings.station);
  settings.status_topic = kafka::expand_topic(settings.status_topic, settings.station);
  if (settings.max_in_flight == 0) settings.max_in_flight = 1;
  if (settings.jitter_seed == 0) settings.jitter_seed = std::random_device{}();
  auto producer = kafka::Producer::open(settings, {});
  if (!producer) {
    return tl::unexpected(Error{producer.error().code, "sink \"" + settings.name + "\": " + producer.error().message});
  }
  return std::make_unique<KafkaSink>(std::move(settings), std::move(*producer), clock, metrics);
}

}  // namespace airspool::uplink
