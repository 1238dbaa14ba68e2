// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

// The few MQTT control packets that a publisher needs (OASIS MQTT Version 5.0, 2019-03-07; the clause stands at each),
// and their forms of MQTT Version 3.1.1 (2014-10-29), which have no properties and no reasons. Pure functions over
// bytes: no socket, no clock.
namespace airspool::uplink::mqtt {

enum class Version : std::uint8_t { k311 = 4, k5 = 5 };  // as CONNECT names them (3.1.2.2)

struct Will {  // 3.1.2.5: what the broker publishes when we vanish; QoS 1
  std::string topic;
  std::string payload;
  bool retain = true;
};

struct Connect {  // 3.1
  std::string client_id;
  std::string username;  // empty = none
  std::string password;
  std::uint16_t keep_alive_s = 0;
  std::optional<Will> will = std::nullopt;
  Version version = Version::k5;
};
std::string encode(const Connect& connect);

struct Publish {  // 3.3; never a duplicate: every connection is a clean start
  std::string topic;
  std::uint16_t packet_id = 0;  // of QoS 1
  std::string content_type;     // this and the next are told by MQTT 5 only
  std::vector<std::pair<std::string, std::string>> user_properties;
  std::uint8_t qos = 1;  // 0 or 1
  bool retain = false;
  Version version = Version::k5;
};
// All of the packet that comes before its payload.
std::string encode_head(const Publish& publish, std::size_t payload_bytes);

std::string encode_pingreq();     // 3.12
std::string encode_disconnect();  // 3.14, reason 0x00: normal

struct Connack {  // 3.2
  std::uint8_t reason = 0;
  bool version5 = true;  // false: the answer of a broker that knows only 3.1.1, which has no properties
  std::optional<std::uint16_t> receive_maximum;
  std::optional<std::uint32_t> maximum_packet_size;
  std::optional<std::uint16_t> server_keep_alive_s;
  std::optional<std::uint8_t> maximum_qos;
  bool retain_available = true;
  std::string reason_string;
};
struct Puback {  // 3.4
  std::uint16_t packet_id = 0;
  std::uint8_t reason = 0;
  std::string reason_string;
};
struct Pingresp {};
struct Disconnect {  // 3.14
  std::uint8_t reason = 0;
  std::string reason_string;
};
struct Ignored {};  // well-formed, not for us
struct Malformed {
  std::string what;
};
using Packet = std::variant<Connack, Puback, Pingresp, Disconnect, Ignored, Malformed>;

// The first whole packet in `bytes` and how many bytes it took; nothing while it is not complete. Packets of both
// versions: what 3.1.1 leaves out reads as absent. A packet longer than
// a publisher can ever be sent is Malformed, so that memory stays bounded.
std::optional<std::pair<Packet, std::size_t>> decode(std::string_view bytes);

// Reason codes (2.4) that we look at.
inline constexpr std::uint8_t kNoMatchingSubscribers = 0x10;
inline constexpr std::uint8_t kFirstError = 0x80;
inline constexpr std::uint8_t kUnsupportedProtocolVersion = 0x84;
inline constexpr std::uint8_t kBadUserNameOrPassword = 0x86;
inline constexpr std::uint8_t kNotAuthorised = 0x87;
inline constexpr std::uint8_t kTopicNameInvalid = 0x90;
inline constexpr std::uint8_t kPacketTooLarge = 0x95;
inline constexpr std::uint8_t kQuotaExceeded = 0x97;
inline constexpr std::uint8_t kPayloadFormatInvalid = 0x99;
inline constexpr std::uint8_t kRetainNotSupported = 0x9A;

// "not authorised (0x87)".
std::string reason_words(std::uint8_t reason);
// The reason of MQTT 5 that says the same as a return code of a CONNACK of 3.1.1 (its Table 3.1).
std::uint8_t reason_of_311(std::uint8_t return_code);

}  // namespace airspool::uplink::mqtt
