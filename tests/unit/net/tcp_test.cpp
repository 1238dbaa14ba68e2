// SPDX-License-Identifier: Apache-2.0
#include <chrono>
#include <functional>
#include <memory>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <poll.h>

#include <airspool/net/lookup.h>
#include <airspool/net/tcp_dialer.h>
#include <airspool/net/tcp_listener.h>

#include "fakes/loopback.h"

namespace airspool::net {
namespace {

using namespace std::chrono_literals;
using test::LoopbackListener;
using test::LoopbackPeer;
using testing::HasSubstr;

constexpr BootTime kNow{100s};

// Steps until a connection or a failure is there: a name is looked up on another thread.
std::unique_ptr<ByteStream> dial(TcpDialer& dialer, BootTime now, std::string& failure) {
  for (int n = 0; n < 400; ++n) {
    if (auto stream = dialer.step(now)) return stream;
    if (const auto error = dialer.take_failure()) {
      failure = error->message;
      return nullptr;
    }
    pollfd waiting{dialer.fd(), POLLOUT, 0};
    ::poll(&waiting, 1, 5);
  }
  return nullptr;
}

TEST(SplitHostPortTest, TakesApartWhatIsBoth) {
  EXPECT_EQ(split_host_port("a.example:80")->host, "a.example");
  EXPECT_EQ(split_host_port("a.example:80")->port, 80);
  EXPECT_EQ(split_host_port("[::1]:30005")->host, "::1");
  for (const char* wrong : {"", "a", ":80", "a:", "a:b", "a:70000", "a:-1", "a:1x"}) {
    EXPECT_FALSE(split_host_port(wrong)) << wrong;
  }
}

TEST(TcpDialerTest, ReachesAPeerByNameAndByAddress) {
  const LoopbackListener peer;
  for (const char* host : {"127.0.0.1", "localhost"}) {
    TcpDialer dialer(host, peer.port());
    std::string failure;
    const auto stream = dial(dialer, kNow, failure);
    ASSERT_NE(stream, nullptr) << failure;
    const LoopbackPeer accepted = peer.accept();
    EXPECT_EQ(stream->write("hello").value_or(0), 5U);
    EXPECT_EQ(accepted.receive(), "hello");
  }
}

TEST(TcpDialerTest, WaitsLongerAfterEachFailure) {
  std::uint16_t nobody = 0;
  { nobody = LoopbackListener().port(); }
  TcpDialer dialer("127.0.0.1", nobody);
  std::string failure;
  EXPECT_EQ(dial(dialer, kNow, failure), nullptr);
  EXPECT_THAT(failure, HasSubstr("connection refused"));
  BootTime now = kNow;
  for (const Nanoseconds wait : {500ms, 1000ms, 2000ms, 4000ms, 8000ms, 16000ms, 30000ms, 30000ms}) {
    EXPECT_EQ(dialer.step(now + wait - 1ms), nullptr);
    EXPECT_FALSE(dialer.take_failure()) << "too early after " << wait.count();
    now += wait;
    failure.clear();
    EXPECT_EQ(dial(dialer, now, failure), nullptr);
    EXPECT_NE(failure, "") << wait.count();
  }
}

TEST(TcpDialerTest, StartsAnewWithAPeerThatProvedItself) {
  const LoopbackListener peer;
  TcpDialer dialer("127.0.0.1", peer.port());
  std::string failure;
  for (int n = 0; n < 5; ++n) {
    ASSERT_NE(dial(dialer, kNow + n * 1s, failure), nullptr);
    dialer.proved();
    dialer.lost(kNow + n * 1s);
    EXPECT_EQ(dialer.step(kNow + n * 1s + 499ms), nullptr);
    EXPECT_EQ(dialer.fd(), -1);
  }
}

TEST(TcpListenerTest, AcceptsWhoComes) {
  auto listener = TcpListener::open("localhost:0");
  ASSERT_TRUE(listener) << listener.error().message;
  EXPECT_EQ(listener->accept(), nullptr);
  const LoopbackPeer peer = LoopbackPeer::connect(listener->port());
  pollfd waiting{listener->fd(), POLLIN, 0};
  ASSERT_EQ(::poll(&waiting, 1, 2'000), 1);
  const auto stream = listener->accept();
  ASSERT_NE(stream, nullptr);
  EXPECT_TRUE(stream->establish().value_or(false));
  EXPECT_EQ(stream->write("hello").value_or(0), 5U);
  EXPECT_EQ(peer.receive(), "hello");
}

TEST(TcpListenerTest, SaysWhyItCannot) {
  const LoopbackListener other;
  const auto taken = TcpListener::open("127.0.0.1:" + std::to_string(other.port()));
  ASSERT_FALSE(taken);
  EXPECT_EQ(taken.error().code, ErrorCode::kUnavailable);
  EXPECT_THAT(taken.error().message, HasSubstr("in use by another program"));
  const auto elsewhere = TcpListener::open("192.0.2.1:30005");
  ASSERT_FALSE(elsewhere);
  EXPECT_THAT(elsewhere.error().message, HasSubstr("not this machine's"));
  for (const char* wrong : {"30005", "readsb:30005", ":30005"}) {
    const auto refused = TcpListener::open(wrong);
    ASSERT_FALSE(refused) << wrong;
    EXPECT_EQ(refused.error().code, ErrorCode::kConfig) << wrong;
  }
}

}  // namespace
}  // namespace airspool::net
