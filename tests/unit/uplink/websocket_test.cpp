// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include <gtest/gtest.h>
#include <openssl/evp.h>

#include <airspool/net/tcp_stream.h>

#include "uplink/http_exchange.h"
#include "uplink/websocket_frame.h"
#include "uplink/websocket_stream.h"

namespace airspool::uplink {
namespace {

using namespace std::string_literals;
using namespace std::string_view_literals;
using websocket::Opcode;

// What is below the layer under test: two buffers, and how much crosses at once.
struct Wire {
  std::string to_peer;
  std::string from_peer;
  std::size_t chunk = 1 << 20;
  std::size_t room = 1 << 20;  // for what we send
  bool closed = false;
};

class FakeStream final : public net::ByteStream {
 public:
  explicit FakeStream(Wire& wire) : wire_(wire) {}
  Result<bool> establish() override { return true; }
  Result<std::size_t> write(std::string_view bytes) override {
    const std::size_t count = std::min({bytes.size(), wire_.chunk, wire_.room});
    wire_.to_peer.append(bytes.substr(0, count));
    wire_.room -= count;
    return count;
  }
  Result<std::size_t> read(std::span<char> into) override {
    if (wire_.from_peer.empty() && wire_.closed) return net::closed_by_peer();
    const std::size_t count = std::min({into.size(), wire_.chunk, wire_.from_peer.size()});
    std::copy_n(wire_.from_peer.begin(), count, into.begin());
    wire_.from_peer.erase(0, count);
    return count;
  }
  [[nodiscard]] int fd() const override { return -1; }
  [[nodiscard]] bool wants_write() const override { return false; }

 private:
  Wire& wire_;
};

class WebSocketTest : public testing::Test {
 protected:
  void open(const std::string& protocol = "mqtt", int status = 101) {
    stream_ = wrap_websocket(std::make_unique<FakeStream>(wire_), "broker:80", "/mqtt");
    EXPECT_FALSE(*stream_->establish());
    request_ = std::exchange(wire_.to_peer, {});
    const std::size_t at = request_.find("Sec-WebSocket-Key: ") + 19;
    wire_.from_peer = "HTTP/1.1 " + std::to_string(status) +
                      " Whatever\r\nUpgrade: WebSocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: " +
                      accept(request_.substr(at, request_.find("\r\n", at) - at)) +
                      "\r\nSec-WebSocket-Protocol: " + protocol + "\r\n\r\n";
  }
  static std::string accept(const std::string& key) {
    const std::string text = key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    unsigned length = 0;
    EVP_Digest(text.data(), text.size(), digest.data(), &length, EVP_sha1(), nullptr);
    return base64({reinterpret_cast<const char*>(digest.data()), length});
  }
  void opened() {
    open();
    const auto there = stream_->establish();
    ASSERT_TRUE(there && *there);
  }
  std::string read_all() {
    std::string text;
    std::array<char, 64> buffer{};
    for (;;) {
      const auto came = stream_->read(buffer);
      if (!came) {
        error_ = came.error().message;
        return text;
      }
      if (*came == 0) return text;
      text.append(buffer.data(), *came);
    }
  }
  // A frame of ours without its mask.
  struct Sent {
    std::uint8_t first = 0;
    std::string payload;
  };
  Sent take_sent() {
    Sent sent;
    const std::string bytes = std::exchange(wire_.to_peer, {});
    if (bytes.size() < 6) return sent;
    sent.first = static_cast<std::uint8_t>(bytes[0]);
    EXPECT_NE(static_cast<std::uint8_t>(bytes[1]) & 0x80U, 0U) << "not masked";
    for (std::size_t i = 6; i < bytes.size(); ++i)
      sent.payload.push_back(static_cast<char>(bytes[i] ^ bytes[2 + (i - 6) % 4]));
    return sent;
  }

  Wire wire_;
  std::unique_ptr<net::ByteStream> stream_;
  std::string request_;
  std::string error_;
};

TEST_F(WebSocketTest, AsksForMqtt) {
  opened();
  EXPECT_EQ(request_.rfind("GET /mqtt HTTP/1.1\r\nHost: broker:80\r\n", 0), 0U) << request_;
  EXPECT_NE(request_.find("Sec-WebSocket-Protocol: mqtt\r\n"), std::string::npos);
  EXPECT_NE(request_.find("Sec-WebSocket-Version: 13\r\n"), std::string::npos);
}

TEST_F(WebSocketTest, TheExampleOfTheStandardIsAccepted) {
  EXPECT_EQ(accept("dGhlIHNhbXBsZSBub25jZQ=="), "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
}

TEST_F(WebSocketTest, AnotherAnswerIsAnError) {
  open("mqtt", 404);
  const auto refused = stream_->establish();
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().message.find("404"), std::string::npos);
  open("chat");
  EXPECT_FALSE(stream_->establish());
}

TEST_F(WebSocketTest, AnAnswerToSomebodyElseIsAnError) {
  open();
  wire_.from_peer.replace(wire_.from_peer.find("Accept: ") + 8, 4, "AAAA");
  EXPECT_FALSE(stream_->establish());
}

TEST_F(WebSocketTest, WhatWeSendIsOneMaskedBinaryFrame) {
  opened();
  ASSERT_EQ(*stream_->write("hello"), 5U);
  const Sent sent = take_sent();
  EXPECT_EQ(sent.first, 0x82);
  EXPECT_EQ(sent.payload, "hello");
}

TEST_F(WebSocketTest, AFrameThatDoesNotFitIsSentLaterAndOnce) {
  opened();
  wire_.room = 3;
  ASSERT_EQ(*stream_->write("hello"), 5U);
  EXPECT_TRUE(stream_->wants_write());
  EXPECT_EQ(*stream_->write("more"), 0U);
  wire_.room = 1000;
  EXPECT_EQ(*stream_->write({}), 0U);
  EXPECT_FALSE(stream_->wants_write());
  EXPECT_EQ(take_sent().payload, "hello");
}

TEST_F(WebSocketTest, EdgesOfFramesMeanNothing) {
  opened();
  wire_.from_peer = "\x02\x02he\x00\x01l\x80\x02lo\x82\x01!"s;
  wire_.chunk = 1;
  EXPECT_EQ(read_all(), "hello!");
}

TEST_F(WebSocketTest, APingInTheMidstOfAMessageIsAnswered) {
  opened();
  wire_.from_peer = "\x02\x02he\x89\x03pin\x80\x03llo"s;
  EXPECT_EQ(read_all(), "hello");
  const Sent sent = take_sent();
  EXPECT_EQ(sent.first, 0x8A);
  EXPECT_EQ(sent.payload, "pin");
}

TEST_F(WebSocketTest, ACloseIsAnsweredAndIsTheEnd) {
  opened();
  wire_.from_peer = "\x82\x01x\x88\x02\x03\xE8"s;
  EXPECT_EQ(read_all(), "x");
  EXPECT_NE(error_.find("closed"), std::string::npos);
  EXPECT_EQ(take_sent().first, 0x88);
}

TEST_F(WebSocketTest, ALongFrameOfSixtyFourBitsIsRead) {
  opened();
  wire_.from_peer = "\x82\x7F\x00\x00\x00\x00\x00\x01\x11\x70"s + std::string(70'000, 'y');
  EXPECT_EQ(read_all(), std::string(70'000, 'y'));
}

TEST_F(WebSocketTest, WhatAServerMustNotSendIsTheEnd) {
  for (const std::string_view bytes :
       {"\x82\x81\x00\x00\x00\x00x"sv, "\xC2\x01x"sv, "\x83\x01x"sv, "\x81\x01x"sv, "\x80\x01x"sv, "\x09\x01x"sv,
        "\x89\x7E\x00\x80"sv, "\x82\x7F\x80\x00\x00\x00\x00\x00\x00\x00"sv}) {
    opened();
    wire_.from_peer = std::string(bytes);
    error_.clear();
    EXPECT_EQ(read_all(), "");
    EXPECT_NE(error_, "") << testing::PrintToString(std::string(bytes));
  }
}

TEST(WebSocketFrameTest, AFrameHasTheShortestLength) {
  for (const auto& [size, head] : {std::pair<std::size_t, std::size_t>{125, 6}, {126, 8}, {65'535, 8}, {65'536, 14}}) {
    std::string out;
    websocket::append_frame(out, Opcode::kBinary, std::string(size, 'x'), {1, 2, 3, 4});
    EXPECT_EQ(out.size(), size + head);
  }
}

TEST(WebSocketFrameTest, AHeadThatIsNotWholeIsWaitedFor) {
  const std::string_view head = "\x82\x7E\x01\x00"sv;
  for (std::size_t size = 0; size < head.size(); ++size) {
    EXPECT_FALSE(websocket::read_frame_head(head.substr(0, size))) << size;
  }
  EXPECT_EQ(std::get<websocket::FrameHead>(*websocket::read_frame_head(head)).payload_bytes, 256U);
}

}  // namespace
}  // namespace airspool::uplink
