// SPDX-License-Identifier: Apache-2.0
#include "uplink/mqtt_packet.h"

#include <string>
#include <string_view>
#include <variant>

#include <gtest/gtest.h>

namespace airspool::uplink::mqtt {
namespace {

using namespace std::string_view_literals;

TEST(MqttPacketTest, EncodesConnectAsTheStandardLaysItOut) {
  const std::string packet = encode(Connect{"id", "me", "pw", 30});
  // 3.1: type 1; protocol name and version 5; flags user, password, clean start; keep-alive; no properties; texts
  EXPECT_EQ(packet, "\x10\x17\x00\x04MQTT\x05\xC2\x00\x1E\x00\x00\x02id\x00\x02me\x00\x02pw"sv);
}

TEST(MqttPacketTest, LeavesOutNameAndPasswordThatAreNotGiven) {
  const std::string packet = encode(Connect{"id", "", "", 1});
  EXPECT_EQ(packet, "\x10\x0F\x00\x04MQTT\x05\x02\x00\x01\x00\x00\x02id"sv);
}

TEST(MqttPacketTest, EncodesTheHeadOfAPublish) {
  const std::string head = encode_head(Publish{"a/b", 0x0102, "t", {{"k", "v"}}}, 3);
  // QoS 1; remaining length counts the payload that follows
  EXPECT_EQ(head,
            "\x32\x16\x00\x03"
            "a/b\x01\x02\x0B\x03\x00\x01t\x26\x00\x01k\x00\x01v"sv);
}

TEST(MqttPacketTest, EncodesLengthsOfSeveralBytes) {
  const std::string head = encode_head(Publish{"t", 1, "", {}}, 300'000);
  // 3 + 2 + 1 + 300,000 = 300,006 = 0x66 + 0x27 * 128 + 0x12 * 16384
  EXPECT_EQ(head.substr(0, 4), "\x32\xE6\xA7\x12"sv);
}

TEST(MqttPacketTest, EncodesALastWillBetweenIdentifierAndLogin) {
  const std::string packet = encode(Connect{"id", "me", "", 1, Will{"t", "bye", true}});
  // flags: user, retained will with QoS 1, clean start; will properties, topic and payload (3.1.3.2 to 3.1.3.4)
  EXPECT_EQ(packet,
            "\x10\x1C\x00\x04MQTT\x05\xAE\x00\x01\x00\x00\x02id\x00\x00\x01t\x00\x03"
            "bye\x00\x02me"sv);
}

TEST(MqttPacketTest, Version311HasNoProperties) {
  Connect connect{"id", "", "", 1, Will{"t", "bye", false}, Version::k311};
  EXPECT_EQ(encode(connect),
            "\x10\x16\x00\x04MQTT\x04\x0E\x00\x01\x00\x02id\x00\x01t\x00\x03"
            "bye"sv);
  Publish publish{"a/b", 0x0102, "t", {{"k", "v"}}};
  publish.version = Version::k311;
  EXPECT_EQ(encode_head(publish, 3),
            "\x32\x0A\x00\x03"
            "a/b\x01\x02"sv);
}

TEST(MqttPacketTest, WithoutAcknowledgementThereIsNoIdentifier) {
  Publish publish{"a", 7, "", {}};
  publish.qos = 0;
  publish.retain = true;
  EXPECT_EQ(encode_head(publish, 2),
            "\x31\x06\x00\x01"
            "a\x00"sv);
}

TEST(MqttPacketTest, ReturnCodesOf311AreReasonsOf5) {
  EXPECT_EQ(reason_of_311(0), 0);
  EXPECT_EQ(reason_of_311(4), kBadUserNameOrPassword);
  EXPECT_EQ(reason_of_311(5), kNotAuthorised);
  EXPECT_EQ(reason_of_311(77), 0x80);
}

TEST(MqttPacketTest, ReadsWhatTheBrokerAnnounces) {
  const auto whole = decode(
      "\x20\x13\x00\x00\x10"
      "\x21\x00\x0A"
      "\x27\x00\x01\x00\x00"
      "\x13\x00\x14"
      "\x22\x00\x0A"
      "\x28\x01"sv);
  ASSERT_TRUE(whole);
  const auto& connack = std::get<Connack>(whole->first);
  EXPECT_TRUE(connack.version5);
  EXPECT_EQ(connack.receive_maximum, 10);
  EXPECT_EQ(connack.maximum_packet_size, 65536U);
  EXPECT_EQ(connack.server_keep_alive_s, 20);
}

TEST(MqttPacketTest, KnowsTheAnswerOfABrokerThatSpeaksOnly311) {
  const auto packet = decode("\x20\x02\x00\x01"sv);
  ASSERT_TRUE(packet);
  EXPECT_FALSE(std::get<Connack>(packet->first).version5);
}

TEST(MqttPacketTest, ReadsAPubackOfEachLength) {
  EXPECT_EQ(std::get<Puback>(decode("\x40\x02\x00\x07"sv)->first).reason, 0);
  EXPECT_EQ(std::get<Puback>(decode("\x40\x03\x00\x07\x10"sv)->first).reason, kNoMatchingSubscribers);
  const auto packet = decode("\x40\x09\x01\x07\x87\x05\x1F\x00\x02no"sv);
  ASSERT_TRUE(packet);
  const auto& puback = std::get<Puback>(packet->first);
  EXPECT_EQ(puback.packet_id, 0x0107);
  EXPECT_EQ(puback.reason, kNotAuthorised);
  EXPECT_EQ(puback.reason_string, "no");
}

TEST(MqttPacketTest, TakesOnePacketAtATime) {
  const auto packet = decode("\xD0\x00\x40\x02\x00\x07"sv);
  ASSERT_TRUE(packet);
  EXPECT_TRUE(std::holds_alternative<Pingresp>(packet->first));
  EXPECT_EQ(packet->second, 2U);
}

TEST(MqttPacketTest, WaitsForTheRestOfAPacket) {
  const std::string_view whole = "\x40\x09\x01\x07\x87\x05\x1F\x00\x02no"sv;
  for (std::size_t n = 0; n < whole.size(); ++n) EXPECT_FALSE(decode(whole.substr(0, n))) << n;
}

TEST(MqttPacketTest, RefusesBrokenPackets) {
  for (const std::string_view bytes :
       {"\x20\xFF\xFF\xFF\xFF\x01"sv, "\x20\xFF\xFF\xFF\x7F"sv, "\x20\x01\x00"sv, "\x40\x01\x00"sv,
        "\x20\x04\x00\x00\x09\x21"sv, "\x20\x05\x00\x00\x02\x21\x00"sv, "\x20\x05\x00\x00\x02\x77\x00"sv,
        "\x40\x06\x00\x01\x87\x02\x1F\x00"sv, "\x00\x00"sv}) {
    const auto packet = decode(bytes);
    ASSERT_TRUE(packet);
    EXPECT_TRUE(std::holds_alternative<Malformed>(packet->first));
  }
}

TEST(MqttPacketTest, SurvivesEveryDamageOfAByte) {
  const std::string good("\x20\x13\x00\x00\x10\x21\x00\x0A\x27\x00\x01\x00\x00\x13\x00\x14\x22\x00\x0A\x28\x01"sv);
  for (std::size_t at = 0; at < good.size(); ++at) {
    for (int value = 0; value < 256; ++value) {
      std::string damaged = good;
      damaged[at] = static_cast<char>(value);
      const auto packet = decode(damaged);
      EXPECT_LE(packet ? packet->second : 0, damaged.size());
    }
  }
}

TEST(MqttPacketTest, NamesReasonsInWords) {
  EXPECT_EQ(reason_words(0x87), "not authorised (0x87)");
  EXPECT_EQ(reason_words(0xF3), "reason 0xf3");
}

}  // namespace
}  // namespace airspool::uplink::mqtt
