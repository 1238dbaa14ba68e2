// SPDX-License-Identifier: Apache-2.0
#include <cstddef>
#include <span>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <airspool/radio/signal_simulator.h>

#include "box.h"
#include "fakes/loopback.h"
#include "fakes/rtl_tcp_server.h"

// The program with the dongle of another machine.
namespace airspool::whole {
namespace {

using test::LoopbackListener;
using test::LoopbackPeer;
using test::RtlTcpServer;

constexpr std::size_t kRate = 2'400'000;

std::string two_seconds_of_sky() {
  radio::SimSettings settings = *radio::sim_preset("clean100");
  settings.aircraft = 20;
  settings.messages_per_s = 200.0;
  auto simulator = radio::SignalSimulator::create(settings);
  std::string samples(2 * 2 * kRate, '\0');
  (*simulator)->fill(std::as_writable_bytes(std::span(samples)));
  return samples;
}

class RtlTcpTest : public testing::Test {
 protected:
  void start(std::uint16_t port) {
    box_.configure("[[sink]]\ntype = \"file\"\npath = \"" + box_.path("out") + "\"\n");
    box_.start({"--set", "radio.source=rtl_tcp", "--set", "radio.port=" + std::to_string(port), "--set",
                "radio.gain=40.2", "--set", "status.listen=127.0.0.1:" + std::to_string(page_)});
  }
  [[nodiscard]] double metric(const std::string& name) const {
    const LoopbackPeer peer = LoopbackPeer::connect(page_);
    peer.send("GET /metrics HTTP/1.0\r\n\r\n");
    std::string answer;
    for (std::string more = peer.receive(); !more.empty(); more = peer.receive()) answer += more;
    const std::size_t at = answer.find("\n" + name + " ");
    return at == std::string::npos ? -1.0 : std::stod(answer.substr(at + name.size() + 2));
  }

  const std::uint16_t page_ = LoopbackListener().port();
  Box box_;
};

TEST_F(RtlTcpTest, HearsGoesOnAfterALossAndLosesNoTime) {
  RtlTcpServer server(two_seconds_of_sky(), kRate);
  start(server.port());
  ASSERT_TRUE(eventually(15s, [&] { return metric("airspool_aircraft") >= 15.0; })) << box_.log();
  EXPECT_EQ(metric("airspool_samples_missing_total"), 0.0);
  EXPECT_THAT(server.commands(), testing::HasSubstr(std::string("\x04\0\0\x01\x92", 5)));

  server.cut();
  ASSERT_TRUE(eventually(5s, [&] { return server.clients() == 2; }));
  const double frames = metric("airspool_frames_total");
  EXPECT_TRUE(eventually(5s, [&] { return metric("airspool_frames_total") > frames + 100.0; }));
  const double missing = metric("airspool_samples_missing_total");
  EXPECT_GT(missing, 0.3 * kRate) << "half a second without a connection";
  EXPECT_LT(missing, 3.0 * kSlowness * kRate);
  EXPECT_EQ(box_.stop(), 0);
}

TEST_F(RtlTcpTest, WaitsForAServerThatIsNotThereYet) {
  const std::uint16_t port = LoopbackListener().port();
  start(port);
  ASSERT_TRUE(eventually(10s, [&] { return box_.says("connection refused"); })) << box_.log();
  const RtlTcpServer server(two_seconds_of_sky(), kRate, port);
  EXPECT_TRUE(eventually(15s, [&] { return metric("airspool_aircraft") >= 10.0; })) << box_.log();
  EXPECT_EQ(box_.stop(), 0);
}

}  // namespace
}  // namespace airspool::whole
