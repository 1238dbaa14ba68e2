// SPDX-License-Identifier: Apache-2.0
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "box.h"
#include "fakes/loopback.h"

// Two programs: one hears a simulated sky and gives its frames away, the other takes them.
namespace airspool::whole {
namespace {

using nlohmann::json;
using test::LoopbackListener;
using test::LoopbackPeer;
using testing::HasSubstr;

class FramesTest : public testing::Test {
 protected:
  static std::string free_address() { return "127.0.0.1:" + std::to_string(LoopbackListener().port()); }
  static std::uint16_t port_of(const std::string& address) {
    return static_cast<std::uint16_t>(std::stoi(address.substr(address.rfind(':') + 1)));
  }
  void start_giver() {
    giver_.configure("[[output]]\ntype = \"beast\"\nlisten = \"" + beast_ +
                     "\"\n[[output]]\ntype = \"avr\"\nlisten = \"" + avr_ +
                     "\"\n[[output]]\ntype = \"sbs\"\nlisten = \"" + sbs_ + "\"\n");
    giver_.start();
  }
  void start_taker() {
    taker_.configure("[[input]]\nconnect = \"" + beast_ + "\"\n[[input]]\nconnect = \"" + avr_ +
                     "\"\n[[sink]]\ntype = \"file\"\npath = \"" + taker_.path("out") + "\"\n");
    taker_.start({"--set", "radio.source=none", "--set", "status.listen=" + page_});
  }
  [[nodiscard]] std::string get(const std::string& page) const {
    const LoopbackPeer peer = LoopbackPeer::connect(port_of(page_));
    peer.send("GET " + page + " HTTP/1.0\r\n\r\n");
    std::string answer;
    for (std::string more = peer.receive(); !more.empty(); more = peer.receive()) answer += more;
    const std::size_t body = answer.find("\r\n\r\n");
    return body == std::string::npos ? "" : answer.substr(body + 4);
  }
  [[nodiscard]] json input(std::size_t number) const {
    const json stats = json::parse(get("/data/stats.json"), nullptr, false);
    return stats.is_object() && stats.contains("inputs") ? stats["inputs"].at(number) : json({{"messages", 0}});
  }
  [[nodiscard]] int messages(std::size_t number) const { return input(number)["messages"].get<int>(); }

  const std::string beast_ = free_address();
  const std::string avr_ = free_address();
  const std::string sbs_ = free_address();
  const std::string page_ = free_address();
  Box giver_;
  Box taker_;
};

TEST_F(FramesTest, OneGivesAndTheOtherTakes) {
  start_taker();
  start_giver();
  ASSERT_TRUE(eventually(15s, [&] { return messages(0) > 150 && messages(1) > 150; })) << taker_.log();

  const json beast = input(0);
  const json avr = input(1);
  EXPECT_EQ(beast["connected"], 1);
  EXPECT_EQ(beast["damaged"], 0);
  EXPECT_EQ(beast["junk_bytes"], 0);
  EXPECT_EQ(avr["junk_bytes"], 0);
  EXPECT_GT(beast["duplicates"].get<int>() + avr["duplicates"].get<int>(), 120) << "each came twice and counts once";
  EXPECT_TRUE(eventually(10s, [&] {
    const json later = json::parse(get("/data/stats.json"), nullptr, false);
    return later.is_object() && later["aircraft_with_pos"] > 3;
  }));
  EXPECT_THAT(get("/metrics"), HasSubstr("airspool_input_connected{input=\"" + beast_ + "\"} 1"));

  const LoopbackPeer sbs = LoopbackPeer::connect(port_of(sbs_));
  EXPECT_THAT(sbs.receive(), testing::StartsWith("MSG,"));
  EXPECT_EQ(taker_.stop(), 0);
  EXPECT_EQ(giver_.stop(), 0);
  std::string stored;
  for (const auto& file : fs::recursive_directory_iterator(taker_.path("out"))) stored += file.path().string();
  EXPECT_THAT(stored, HasSubstr(".ndjson.zst"));
}

TEST_F(FramesTest, TheTakerComesBackToAGiverThatWasKilled) {
  start_giver();
  start_taker();
  ASSERT_TRUE(eventually(15s, [&] { return messages(0) > 0; })) << taker_.log();
  giver_.kill();
  ASSERT_TRUE(eventually(5s, [&] { return input(0)["connected"] == 0; }));
  const int before = messages(0);
  start_giver();
  EXPECT_TRUE(eventually(15s, [&] { return messages(0) > before; })) << taker_.log();
  EXPECT_EQ(taker_.stop(), 0);
}

TEST_F(FramesTest, APortThatAnotherHasIsToldAndTheRestGoesOn) {
  const LoopbackListener readsb(port_of(beast_));
  start_giver();
  EXPECT_TRUE(eventually(10s, [&] { return giver_.says(beast_ + " is in use by another program"); })) << giver_.log();
  LoopbackPeer sbs;
  ASSERT_TRUE(eventually(10s, [&] { return (sbs = LoopbackPeer::connect(port_of(sbs_))).connected(); }));
  EXPECT_EQ(giver_.stop(), 0);
}

}  // namespace
}  // namespace airspool::whole
