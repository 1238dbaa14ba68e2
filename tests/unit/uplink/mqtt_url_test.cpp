// SPDX-License-Identifier: Apache-2.0
#include "uplink/mqtt_url.h"

#include <string>

#include <gtest/gtest.h>

#include <airspool/uplink/mqtt_sink.h>

namespace airspool::uplink {
namespace {

TEST(MqttUrlTest, ReadsHostAndPort) {
  const auto url = parse_mqtt_url("mqtt://broker.example:11883");
  ASSERT_TRUE(url);
  EXPECT_EQ(url->host, "broker.example");
  EXPECT_EQ(url->port, 11883);
  EXPECT_FALSE(url->tls);
}

TEST(MqttUrlTest, KnowsThePortsByHeart) {
  EXPECT_EQ(parse_mqtt_url("mqtt://a")->port, 1883);
  EXPECT_EQ(parse_mqtt_url("mqtts://a/")->port, 8883);
}

TEST(MqttUrlTest, TakesAnIpv6AddressOutOfItsBrackets) {
  const auto url = parse_mqtt_url("mqtts://[2001:db8::1]:8884");
  ASSERT_TRUE(url);
  EXPECT_EQ(url->host, "2001:db8::1");
  EXPECT_EQ(url->port, 8884);
}

TEST(MqttUrlTest, WebSocketHasAPath) {
  const auto url = parse_mqtt_url("wss://broker.example/over/there?x=1");
  ASSERT_TRUE(url);
  EXPECT_TRUE(url->websocket);
  EXPECT_TRUE(url->tls);
  EXPECT_EQ(url->port, 443);
  EXPECT_EQ(url->path, "/over/there?x=1");
  EXPECT_EQ(parse_mqtt_url("ws://a")->path, "/mqtt");
  EXPECT_EQ(parse_mqtt_url("ws://a")->port, 80);
  EXPECT_EQ(parse_mqtt_url("ws://a:8080/")->path, "/mqtt");
}

TEST(MqttUrlTest, RefusesWhatIsNoUrlAndSaysHowToWriteOne) {
  for (const char* text : {"", "broker", "http://broker", "mqtt://", "mqtt://:1883", "mqtt://a:", "mqtt://a:0",
                           "mqtt://a:65536", "mqtt://a:12x", "mqtt://[::1", "mqtt://[::1]x", "mqtt://a/topic"}) {
    const auto url = parse_mqtt_url(text);
    ASSERT_FALSE(url) << text;
    EXPECT_EQ(url.error().code, ErrorCode::kConfig);
    EXPECT_NE(url.error().message.find("mqtt://host:1883"), std::string::npos) << url.error().message;
  }
}

TEST(MqttUrlTest, RefusesSecretsInTheUrlWithoutRepeatingThem) {
  const auto url = parse_mqtt_url("mqtt://me:hunter2@broker");
  ASSERT_FALSE(url);
  EXPECT_EQ(url.error().message.find("hunter2"), std::string::npos);
  EXPECT_NE(url.error().message.find("password_file"), std::string::npos);
}

TEST(MqttUrlTest, TellsThisMachineFromOthers) {
  EXPECT_TRUE(mqtt_url_is_loopback("mqtt://127.0.0.1"));
  EXPECT_TRUE(mqtt_url_is_loopback("mqtt://127.9.8.7:1"));
  EXPECT_TRUE(mqtt_url_is_loopback("mqtts://[::1]:8883"));
  EXPECT_TRUE(mqtt_url_is_loopback("mqtt://localhost"));
  EXPECT_FALSE(mqtt_url_is_loopback("mqtt://128.0.0.1"));
  EXPECT_FALSE(mqtt_url_is_loopback("mqtt://localhost.example"));
  EXPECT_FALSE(mqtt_url_is_loopback("nonsense"));
}

}  // namespace
}  // namespace airspool::uplink
