// SPDX-License-Identifier: Apache-2.0
#include "mqtt_packet.h"

#include <array>

namespace airspool::uplink::mqtt {
namespace {

// 2.1.2 Table 2-1
constexpr std::uint8_t kConnectType = 1;
constexpr std::uint8_t kConnackType = 2;
constexpr std::uint8_t kPublishType = 3;
constexpr std::uint8_t kPubackType = 4;
constexpr std::uint8_t kPingreqType = 12;
constexpr std::uint8_t kPingrespType = 13;
constexpr std::uint8_t kDisconnectType = 14;

// 2.2.2.2 Table 2-4
constexpr std::uint8_t kContentType = 0x03;
constexpr std::uint8_t kServerKeepAlive = 0x13;
constexpr std::uint8_t kReasonString = 0x1F;
constexpr std::uint8_t kReceiveMaximum = 0x21;
constexpr std::uint8_t kMaximumQos = 0x24;
constexpr std::uint8_t kRetainAvailable = 0x25;
constexpr std::uint8_t kUserProperty = 0x26;
constexpr std::uint8_t kMaximumPacketSize = 0x27;

// What a broker sends to a publisher is short; longer is a broker gone wrong or no broker at all.
constexpr std::size_t kLongestAnswer = 64 * 1024;

void put_u16(std::string& out, std::size_t value) {
  out.push_back(static_cast<char>((value >> 8U) & 0xFFU));
  out.push_back(static_cast<char>(value & 0xFFU));
}

// 1.5.4: length and bytes; what does not fit into 65,535 bytes is cut.
void put_text(std::string& out, std::string_view text) {
  text = text.substr(0, 0xFFFF);
  put_u16(out, text.size());
  out.append(text);
}

// 1.5.5: seven bits a byte, least significant first.
void put_varint(std::string& out, std::size_t value) {
  do {
    const std::size_t more = value > 0x7F ? 0x80U : 0U;
    out.push_back(static_cast<char>((value & 0x7FU) | more));
    value >>= 7U;
  } while (value > 0);
}

// Reads fields off the front; after the first failure everything reads as nothing and `ok` stays false.
struct Reader {
  std::string_view rest;
  bool ok = true;

  std::uint32_t number(std::size_t bytes) {
    if (rest.size() < bytes) {
      ok = false;
      rest = {};
      return 0;
    }
    std::uint32_t value = 0;
    for (std::size_t i = 0; i < bytes; ++i) value = value << 8U | static_cast<std::uint8_t>(rest[i]);
    rest.remove_prefix(bytes);
    return value;
  }
  std::string_view text() {
    const std::size_t length = number(2);
    if (rest.size() < length) {
      ok = false;
      rest = {};
      return {};
    }
    const std::string_view value = rest.substr(0, length);
    rest.remove_prefix(length);
    return value;
  }
  std::uint32_t varint() {
    std::uint32_t value = 0;
    for (unsigned shift = 0; shift < 28; shift += 7) {
      const std::uint32_t byte = number(1);
      if (!ok) return 0;
      value |= (byte & 0x7FU) << shift;
      if ((byte & 0x80U) == 0) return value;
    }
    ok = false;
    return 0;
  }
};

// 2.2.2: calls take(id, reader) for each property that we know and skips the others.
template <typename Take>
bool read_properties(Reader& reader, Take take) {
  const std::size_t length = reader.varint();
  if (!reader.ok || length > reader.rest.size()) return false;
  Reader properties{reader.rest.substr(0, length)};
  reader.rest.remove_prefix(length);
  while (properties.ok && !properties.rest.empty()) {
    const auto id = static_cast<std::uint8_t>(properties.number(1));
    if (take(id, properties)) continue;
    switch (id) {
      case 0x01:
      case 0x17:
      case 0x19:
      case 0x24:
      case 0x25:
      case 0x28:
      case 0x29:
      case 0x2A:
        properties.number(1);
        break;
      case 0x13:
      case 0x21:
      case 0x22:
      case 0x23:
        properties.number(2);
        break;
      case 0x02:
      case 0x11:
      case 0x18:
      case 0x27:
        properties.number(4);
        break;
      case 0x0B:
        properties.varint();
        break;
      case 0x03:
      case 0x08:
      case 0x09:
      case 0x12:
      case 0x15:
      case 0x16:
      case 0x1A:
      case 0x1C:
      case 0x1F:
        properties.text();
        break;
      case kUserProperty:
        properties.text();
        properties.text();
        break;
      default:
        return false;
    }
  }
  return properties.ok;
}

bool read_reason_string(Reader& reader, std::string& into) {
  return read_properties(reader, [&](std::uint8_t id, Reader& properties) {
    if (id != kReasonString) return false;
    into = std::string(properties.text());
    return true;
  });
}

Packet read_connack(Reader body) {
  Connack connack;
  body.number(1);  // session present: we always start clean
  connack.reason = static_cast<std::uint8_t>(body.number(1));
  if (!body.ok) return Malformed{"a CONNACK that is too short"};
  if (body.rest.empty()) {  // MQTT 3.1.1, 3.2: two bytes and no properties
    connack.version5 = false;
    return connack;
  }
  const bool good = read_properties(body, [&](std::uint8_t id, Reader& properties) {
    switch (id) {
      case kReceiveMaximum:
        connack.receive_maximum = static_cast<std::uint16_t>(properties.number(2));
        return true;
      case kMaximumPacketSize:
        connack.maximum_packet_size = properties.number(4);
        return true;
      case kServerKeepAlive:
        connack.server_keep_alive_s = static_cast<std::uint16_t>(properties.number(2));
        return true;
      case kMaximumQos:
        connack.maximum_qos = static_cast<std::uint8_t>(properties.number(1));
        return true;
      case kRetainAvailable:
        connack.retain_available = properties.number(1) != 0;
        return true;
      case kReasonString:
        connack.reason_string = std::string(properties.text());
        return true;
      default:
        return false;
    }
  });
  if (!good) return Malformed{"a CONNACK with broken properties"};
  return connack;
}

Packet read_puback(Reader body) {
  Puback puback;
  puback.packet_id = static_cast<std::uint16_t>(body.number(2));
  if (!body.ok) return Malformed{"a PUBACK that is too short"};
  if (!body.rest.empty()) puback.reason = static_cast<std::uint8_t>(body.number(1));
  if (!body.rest.empty() && !read_reason_string(body, puback.reason_string)) {
    return Malformed{"a PUBACK with broken properties"};
  }
  return puback;
}

Packet read_disconnect(Reader body) {
  Disconnect disconnect;
  if (!body.rest.empty()) disconnect.reason = static_cast<std::uint8_t>(body.number(1));
  // It is the end either way: a broken reason string is no reason to say less.
  if (!body.rest.empty()) read_reason_string(body, disconnect.reason_string);
  return disconnect;
}

}  // namespace

std::string encode(const Connect& connect) {
  const bool v5 = connect.version == Version::k5;
  // 3.1.2.3: clean start; user name, password and will where they are given
  std::uint8_t flags = 0x02;
  if (!connect.username.empty()) flags |= 0x80U;
  if (!connect.password.empty()) flags |= 0x40U;
  if (connect.will) flags |= connect.will->retain ? 0x2CU : 0x0CU;  // QoS 1
  std::string body;
  put_text(body, "MQTT");
  body.push_back(static_cast<char>(connect.version));
  body.push_back(static_cast<char>(flags));
  put_u16(body, connect.keep_alive_s);
  if (v5) put_varint(body, 0);  // no properties: the session ends with the connection (3.1.2.11.2)
  put_text(body, connect.client_id);
  if (connect.will) {
    if (v5) put_varint(body, 0);  // no will properties: told at once (3.1.3.2.2)
    put_text(body, connect.will->topic);
    put_text(body, connect.will->payload);
  }
  if (!connect.username.empty()) put_text(body, connect.username);
  if (!connect.password.empty()) put_text(body, connect.password);

  std::string packet(1, static_cast<char>(kConnectType << 4U));
  put_varint(packet, body.size());
  return packet + body;
}

std::string encode_head(const Publish& publish, std::size_t payload_bytes) {
  std::string body;
  put_text(body, publish.topic);
  if (publish.qos > 0) put_u16(body, publish.packet_id);
  if (publish.version == Version::k5) {
    std::string properties;
    if (!publish.content_type.empty()) {
      properties.push_back(static_cast<char>(kContentType));
      put_text(properties, publish.content_type);
    }
    for (const auto& [name, value] : publish.user_properties) {
      properties.push_back(static_cast<char>(kUserProperty));
      put_text(properties, name);
      put_text(properties, value);
    }
    put_varint(body, properties.size());
    body += properties;
  }
  const unsigned flags = (publish.qos > 0 ? 0x02U : 0U) | (publish.retain ? 0x01U : 0U);  // 3.3.1
  std::string packet(1, static_cast<char>(kPublishType << 4U | flags));
  put_varint(packet, body.size() + payload_bytes);
  return packet + body;
}

std::string encode_pingreq() { return {static_cast<char>(kPingreqType << 4U), 0}; }

std::string encode_disconnect() { return {static_cast<char>(kDisconnectType << 4U), 0}; }

std::optional<std::pair<Packet, std::size_t>> decode(std::string_view bytes) {
  if (bytes.size() < 2) return std::nullopt;
  const auto type = static_cast<std::uint8_t>(static_cast<std::uint8_t>(bytes[0]) >> 4U);
  std::size_t length = 0;
  std::size_t head = 1;
  for (unsigned shift = 0;; shift += 7) {
    if (shift > 21) return {{Malformed{"a packet length of more than four bytes"}, bytes.size()}};
    if (head >= bytes.size()) return std::nullopt;
    const auto byte = static_cast<std::uint8_t>(bytes[head++]);
    length |= static_cast<std::size_t>(byte & 0x7FU) << shift;
    if ((byte & 0x80U) == 0) break;
  }
  if (length > kLongestAnswer) return {{Malformed{"a packet longer than a publisher can be sent"}, bytes.size()}};
  if (bytes.size() < head + length) return std::nullopt;
  const Reader body{bytes.substr(head, length)};
  const std::size_t taken = head + length;
  switch (type) {
    case kConnackType:
      return {{read_connack(body), taken}};
    case kPubackType:
      return {{read_puback(body), taken}};
    case kPingrespType:
      return {{Pingresp{}, taken}};
    case kDisconnectType:
      return {{read_disconnect(body), taken}};
    case 0:
      return {{Malformed{"a packet of no known type"}, taken}};
    default:
      return {{Ignored{}, taken}};
  }
}

std::string reason_words(std::uint8_t reason) {
  struct Words {
    std::uint8_t reason;
    const char* words;
  };
  // 2.4 Table 2-6, those that a publisher can meet
  static constexpr std::array kWords{
      Words{0x00, "success"},
      Words{0x10, "no matching subscribers"},
      Words{0x80, "unspecified error"},
      Words{0x81, "malformed packet"},
      Words{0x82, "protocol error"},
      Words{0x83, "implementation specific error"},
      Words{0x84, "unsupported protocol version"},
      Words{0x85, "client identifier not valid"},
      Words{0x86, "bad user name or password"},
      Words{0x87, "not authorised"},
      Words{0x88, "server unavailable"},
      Words{0x89, "server busy"},
      Words{0x8A, "banned"},
      Words{0x8B, "server shutting down"},
      Words{0x8C, "bad authentication method"},
      Words{0x8D, "keep alive timeout"},
      Words{0x8E, "session taken over by another client with the same identifier"},
      Words{0x90, "topic name invalid"},
      Words{0x91, "packet identifier in use"},
      Words{0x93, "receive maximum exceeded"},
      Words{0x95, "packet too large"},
      Words{0x96, "message rate too high"},
      Words{0x97, "quota exceeded"},
      Words{0x98, "administrative action"},
      Words{0x99, "payload format invalid"},
      Words{0x9A, "retain not supported"},
      Words{0x9B, "QoS not supported"},
      Words{0x9C, "use another server"},
      Words{0x9D, "server moved"},
      Words{0x9F, "connection rate exceeded"},
  };
  constexpr const char* kDigits = "0123456789abcdef";
  const std::string hex{'0', 'x', kDigits[reason >> 4U], kDigits[reason & 0xFU]};
  for (const Words& one : kWords) {
    if (one.reason == reason) return std::string(one.words) + " (" + hex + ")";
  }
  return "reason " + hex;
}

std::uint8_t reason_of_311(std::uint8_t return_code) {
  // Accepted, protocol version, identifier, server unavailable, user name or password, not authorised.
  static constexpr std::array<std::uint8_t, 6> kSame{0x00, 0x84, 0x85, 0x88, 0x86, 0x87};
  return return_code < kSame.size() ? kSame[return_code] : 0x80;
}

}  // namespace airspool::uplink::mqtt
