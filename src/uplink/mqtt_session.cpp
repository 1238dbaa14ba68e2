// SPDX-License-Identifier: Apache-2.0
#include "mqtt_session.h"

#include <algorithm>
#include <array>
#include <utility>

#include <airspool/net/tcp_stream.h>

#include "websocket_stream.h"

namespace airspool::uplink::mqtt {
namespace {

constexpr char kConnackByte = 0x20;

std::string seconds_words(std::chrono::nanoseconds duration) {
  return std::to_string(std::chrono::duration_cast<std::chrono::seconds>(duration).count()) + " s";
}

// Why the broker said no, and what to do about it.
std::string refusal(const Connack& connack) {
  std::string words = "the broker refuses us: " + reason_words(connack.reason);
  if (!connack.reason_string.empty()) words += " \"" + connack.reason_string + "\"";
  switch (connack.reason) {
    case kBadUserNameOrPassword:
      return words + "; check username and password_file";
    case kNotAuthorised:
      return words + "; check username and password_file (or the client certificate), and the broker's access rules";
    case 0x85:
      return words + "; set another client_id";
    case kQuotaExceeded:
    case 0x88:
    case 0x89:
    case 0x9F:
      return words + "; it is tried again by itself";
    default:
      return words + "; the broker's log may say more";
  }
}

std::string authority_of(const MqttUrl& url) {
  return (url.host.find(':') == std::string::npos ? url.host : "[" + url.host + "]") + ":" + std::to_string(url.port);
}

bool mends_by_itself(std::uint8_t reason) { return reason == 0x88 || reason == 0x89 || reason == 0x9F; }

}  // namespace

Session::Session(SessionSettings settings, BootTime now)
    : settings_(std::move(settings)),
      where_(authority_of(settings_.url)),
      began_(now),
      lookup_(settings_.proxy ? net::Lookup::start(settings_.proxy->host, settings_.proxy->port)
                              : net::Lookup::start(settings_.url.host, settings_.url.port)),
      worked_(now),
      heard_(now),
      moved_(now) {}

Session::~Session() {
  // A clean goodbye where it costs nothing; the broker forgets us either way.
  if (up() && out_.empty()) static_cast<void>(stream_->write(encode_disconnect()));
}

void Session::lose(std::vector<Event>& events, std::string reason, bool attention) {
  stage_ = Stage::kDead;
  events.emplace_back(Lost{where_ + ": " + std::move(reason), attention});
}

void Session::queue(Out out) {
  queued_bytes_ += out.size();
  out_.push_back(std::move(out));
}

void Session::publish(std::string head, std::shared_ptr<const std::string> payload, bool acked) {
  // With the first one that waits the time begins; moved_ and heard_ are of this connection, so never older.
  if (acked && unacked_++ == 0) worked_ = std::max(moved_, heard_);
  queue({std::move(head), std::move(payload), 0, true});
}

Result<std::unique_ptr<net::ByteStream>> Session::open_stream(const net::Endpoint& endpoint) const {
  const MqttUrl& url = settings_.url;
  auto stream = net::connect_tcp(endpoint);
  if (stream && settings_.proxy) stream = wrap_http_tunnel(std::move(*stream), *settings_.proxy, url.host, url.port);
  if (stream && url.tls) stream = wrap_tls(std::move(*stream), url.host, settings_.tls);
  if (stream && url.websocket) stream = wrap_websocket(std::move(*stream), where_, url.path);
  return stream;
}

std::vector<Session::Event> Session::advance(BootTime now) {
  std::vector<Event> events;
  if (stage_ < Stage::kConnack) advance_connection(now, events);
  if (stage_ == Stage::kConnack || stage_ == Stage::kUp) {
    // First what came: a broker that says why it goes must be heard before a write fails on the closed connection.
    receive(now, events);
    if (stage_ == Stage::kUp) keep_alive(now, events);
    if (stage_ != Stage::kDead) transmit(now, events);
    if (stage_ == Stage::kUp) watch_acks(now, events);
  }
  if (stage_ < Stage::kUp) check_timeout(now, events);
  return events;
}

void Session::advance_connection(BootTime now, std::vector<Event>& events) {
  if (stage_ == Stage::kLookup) {
    auto result = lookup_->result();
    if (!result) {
      // The resolver has time limits of its own, and a second one beside it would not be quicker.
      began_ = now;
      return;
    }
    if (!*result) return lose(events, result->error().message);
    endpoints_ = std::move(**result);
    stage_ = Stage::kConnect;
  }
  while (stage_ == Stage::kConnect || stage_ == Stage::kEstablish) {
    if (stage_ == Stage::kConnect) {
      auto stream = open_stream(endpoints_[next_endpoint_]);
      if (!stream) {
        next_endpoint(events, stream.error());
        continue;
      }
      stream_ = std::move(*stream);
      stage_ = Stage::kEstablish;
    }
    const auto established = stream_->establish();
    if (!established) {
      next_endpoint(events, established.error());
      continue;
    }
    if (!*established) return;
    queue({encode(settings_.connect), nullptr, 0});
    stage_ = Stage::kConnack;
  }
}

void Session::next_endpoint(std::vector<Event>& events, const Error& error) {
  stream_.reset();
  ++next_endpoint_;
  const bool mistake = error.code == ErrorCode::kConfig || error.code == ErrorCode::kPermissionDenied;
  if (mistake || next_endpoint_ >= endpoints_.size()) return lose(events, error.message, mistake);
  stage_ = Stage::kConnect;
}

void Session::check_timeout(BootTime now, std::vector<Event>& events) {
  if (stage_ == Stage::kDead || now - began_ < settings_.connect_timeout) return;
  const std::string after = " within " + seconds_words(settings_.connect_timeout);
  if (stage_ == Stage::kConnack) {
    return lose(events, "takes the connection, but does not answer as an MQTT broker" + after +
                            "; check the port (1883, or 8883 with mqtts://)");
  }
  lose(events, "no connection" + after + "; is the host on, and does a firewall drop the port?");
}

void Session::receive(BootTime now, std::vector<Event>& events) {
  std::array<char, 4096> chunk{};
  std::optional<Error> end;
  for (;;) {
    const auto came = stream_->read(chunk);
    if (!came) {
      end = came.error();
      break;
    }
    if (*came == 0) break;
    heard_ = now;
    in_.append(chunk.data(), *came);
    if (stage_ == Stage::kConnack && in_[0] != kConnackByte) {
      return lose(events, "something answers, but it is no MQTT broker; check the port (1883, or 8883 with mqtts://)",
                  true);
    }
    while (auto packet = decode(in_)) {
      in_.erase(0, packet->second);
      handle(packet->first, events);
      if (stage_ == Stage::kDead) return;
    }
  }
  if (!end) return;
  if (stage_ == Stage::kConnack) {
    const std::string hint = settings_.url.tls ? "; does the broker ask for a client certificate (cert_file, key_file)?"
                                               : "; if this is its TLS port, use mqtts://";
    return lose(events, end->message + " before it answered" + hint);
  }
  lose(events, end->message);
}

void Session::handle(const Packet& packet, std::vector<Event>& events) {
  if (const auto* connack = std::get_if<Connack>(&packet)) return handle(*connack, events);
  if (const auto* malformed = std::get_if<Malformed>(&packet)) {
    return lose(events, "the broker sent " + malformed->what);
  }
  if (stage_ != Stage::kUp) return lose(events, "the broker spoke before it answered our CONNECT");
  if (const auto* puback = std::get_if<Puback>(&packet)) {
    if (unacked_ > 0) --unacked_;
    worked_ = heard_;
    events.emplace_back(Acked{*puback});
  } else if (const auto* disconnect = std::get_if<Disconnect>(&packet)) {
    std::string words = "the broker ended the connection: " + reason_words(disconnect->reason);
    if (!disconnect->reason_string.empty()) words += " \"" + disconnect->reason_string + "\"";
    lose(events, words);
    std::get<Lost>(events.back()).disconnected = disconnect->reason;
  } else if (std::holds_alternative<Pingresp>(packet)) {
    ping_sent_.reset();
  }
}

void Session::handle(const Connack& connack, std::vector<Event>& events) {
  if (stage_ != Stage::kConnack) return lose(events, "the broker sent a second CONNACK");
  const bool v5 = settings_.connect.version == Version::k5;
  if (v5 && (!connack.version5 || connack.reason == kUnsupportedProtocolVersion)) {
    return lose(events,
                "the broker speaks only MQTT 3.1.1, whose acknowledgements also cover messages that it drops; "
                "take a broker with MQTT 5, or set profile = \"plain\" to live with that",
                true);
  }
  if (!v5 && connack.reason != 0) {
    Connack same = connack;
    same.reason = reason_of_311(connack.reason);
    lose(events, refusal(same), !mends_by_itself(same.reason));
    std::get<Lost>(events.back()).refused = same.reason;
    return;
  }
  if (connack.reason >= kFirstError) {
    lose(events, refusal(connack), !mends_by_itself(connack.reason));
    std::get<Lost>(events.back()).refused = connack.reason;
    return;
  }
  if (connack.maximum_qos && *connack.maximum_qos == 0) {
    return lose(events, "the broker gives no acknowledgements (maximum QoS 0); allow QoS 1", true);
  }
  stage_ = Stage::kUp;
  // Asking more often than the server wants is allowed (3.1.2.10), and a silent one is noticed as soon as ours says.
  const std::uint16_t ours = settings_.connect.keep_alive_s;
  const std::uint16_t theirs = connack.server_keep_alive_s.value_or(0);
  keep_alive_ = std::chrono::seconds(theirs == 0 ? ours : ours == 0 ? theirs : std::min(ours, theirs));
  events.emplace_back(Up{connack});
}

bool Session::transmit(BootTime now, std::vector<Event>& events) {
  while (!out_.empty()) {
    Out& front = out_.front();
    const std::size_t payload_size = front.payload ? front.payload->size() : 0;
    std::string_view rest;
    if (front.sent < front.head.size()) {
      rest = std::string_view(front.head).substr(front.sent);
    } else if (payload_size > 0) {
      rest = std::string_view(*front.payload).substr(front.sent - front.head.size());
    }
    const auto sent = stream_->write(rest);
    if (!sent) {
      // What the broker said before it closed explains more than the failed write.
      receive(now, events);
      if (stage_ != Stage::kDead) lose(events, sent.error().message);
      return false;
    }
    if (*sent == 0) return false;
    moved_ = now;
    if (front.is_publish) worked_ = now;
    front.sent += *sent;
    queued_bytes_ -= *sent;
    if (front.sent == front.head.size() + payload_size) out_.pop_front();
  }
  if (stream_->wants_write() && !stream_->write({})) lose(events, "the other side closed the connection");
  return true;
}

// A black hole (a frozen broker, a dropped route) shows only by silence. Within one keep-alive: after half of it
// without a word we ask, and give up when the other half passes in silence. An upload that still moves is a sign of
// life.
void Session::keep_alive(BootTime now, std::vector<Event>& events) {
  if (keep_alive_.count() == 0) return;
  const auto half = keep_alive_ / 2;
  if (ping_sent_) {
    const BootTime sign_of_life = std::max({*ping_sent_, heard_, moved_});
    if (now - sign_of_life >= half) {
      lose(events,
           "the broker has been silent for " + seconds_words(now - heard_) + "; is it frozen, or the network cut?");
    }
    return;
  }
  if (now - heard_ < half) return;
  ping_sent_ = now;
  queue({encode_pingreq(), nullptr, 0});
}

// A broker that answers pings and acknowledges nothing would hold what is in flight for ever.
void Session::watch_acks(BootTime now, std::vector<Event>& events) {
  if (unacked_ == 0 || !out_.empty() || now - worked_ < settings_.ack_timeout) return;
  lose(events, "the broker answers, but has acknowledged nothing for " + seconds_words(now - worked_) +
                   "; a new connection may help, its log may say why");
}

}  // namespace airspool::uplink::mqtt
