// SPDX-License-Identifier: Apache-2.0
#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>
#include <poll.h>

#include <airspool/feed/frame_outputs.h>
#include <airspool/feed/frame_reader.h>
#include <airspool/feed/frame_writer.h>
#include <airspool/modes/decode.h>

#include "fakes/frame_builder.h"
#include "fakes/loopback.h"

namespace airspool::feed {
namespace {

using namespace std::chrono_literals;
using test::FrameBuilder;
using test::LoopbackListener;
using test::LoopbackPeer;

class FrameOutputsTest : public testing::Test {
 protected:
  void open(const std::vector<OutputSettings>& settings) {
    auto outputs = FrameOutputs::create(settings, frames_, clock_, metrics_);
    ASSERT_TRUE(outputs) << outputs.error().message;
    outputs_ = std::move(*outputs);
    outputs_->step(0ms);
  }
  LoopbackPeer client(std::size_t output = 0, int receive_bytes = 0) {
    LoopbackPeer peer = LoopbackPeer::connect(outputs_->port(output), receive_bytes);
    EXPECT_TRUE(comes_true([&] { return metric("airspool_output_clients", output) >= 1.0; }));
    return peer;
  }
  bool comes_true(const std::function<bool()>& holds) {
    for (int n = 0; n < 2'000; ++n) {
      if (holds()) return true;
      outputs_->step(1ms);
    }
    return false;
  }
  void give(std::vector<OutgoingFrame> frames) {
    ASSERT_TRUE(frames_.try_push(std::move(frames)));
    outputs_->step(0ms);
  }
  static OutgoingFrame heard(const modes::ModeSFrame& frame, bool own_radio = true, bool first = true) {
    OutgoingFrame out;
    out.frame = frame;
    out.message = modes::decode(frame).value();
    out.own_radio = own_radio;
    out.first = first;
    return out;
  }
  double metric(const char* name, std::size_t output = 0) {
    return metrics_.value(name, {{"output", names_.at(output)}}).value_or(-1.0);
  }

  OutgoingChannel frames_{8};
  ManualClock clock_{WallTime{1'790'000'000s}, BootTime{100s}};
  metrics::Registry metrics_;
  std::vector<std::string> names_{"beast 127.0.0.1:0"};
  std::unique_ptr<FrameOutputs> outputs_;
  const modes::ModeSFrame squitter_ = test::frame_of("8D4840D6202CC371C32CE0576098");
};

TEST_F(FrameOutputsTest, GivesEachFormItsOwnPort) {
  open({{OutputFormat::kBeast, "127.0.0.1:0"},
        {OutputFormat::kAvr, "127.0.0.1:0"},
        {OutputFormat::kSbs, "127.0.0.1:0"}});
  names_ = {"beast 127.0.0.1:0", "avr 127.0.0.1:0", "sbs 127.0.0.1:0"};
  const LoopbackPeer beast = client(0);
  const LoopbackPeer avr = client(1);
  const LoopbackPeer sbs = client(2);
  give({heard(squitter_)});
  std::string expected;
  append_beast(expected, squitter_);
  EXPECT_EQ(beast.receive(), expected);
  EXPECT_EQ(avr.receive(), "*8D4840D6202CC371C32CE0576098;\n");
  EXPECT_EQ(sbs.receive().substr(0, 19), "MSG,1,1,1,4840D6,1,");
  EXPECT_EQ(metric("airspool_output_frames_total", 1), 1.0);
}

TEST_F(FrameOutputsTest, GivesEachClientEverything) {
  open({{OutputFormat::kAvr, "127.0.0.1:0"}});
  names_ = {"avr 127.0.0.1:0"};
  const LoopbackPeer one = client();
  const LoopbackPeer two = LoopbackPeer::connect(outputs_->port(0));
  ASSERT_TRUE(comes_true([&] { return metric("airspool_output_clients") == 2.0; }));
  give({heard(squitter_)});
  EXPECT_EQ(one.receive(), two.receive());
}

TEST_F(FrameOutputsTest, LeavesCopiesOut) {
  open({{OutputFormat::kAvr, "127.0.0.1:0"}, {OutputFormat::kAvr, "localhost:0", true}});
  names_ = {"avr 127.0.0.1:0", "avr localhost:0"};
  const LoopbackPeer all = client(0);
  const LoopbackPeer radio = client(1);
  const modes::ModeSFrame own = FrameBuilder(11).set(9, 32, 0x4840D6).build();
  give({heard(squitter_, false, true), heard(squitter_, true, false), heard(own, true, true)});
  EXPECT_EQ(metric("airspool_output_frames_total", 0), 2.0) << "each frame once";
  EXPECT_EQ(metric("airspool_output_frames_total", 1), 2.0) << "all that our radio heard, and nothing else";
  std::string expected;
  append_avr(expected, squitter_);
  append_avr(expected, own);
  EXPECT_EQ(all.receive(), expected);
  EXPECT_EQ(radio.receive(), expected);
}

TEST_F(FrameOutputsTest, KeepsSimulatedFramesHere) {
  open({{OutputFormat::kAvr, "127.0.0.1:0", false, true}});
  names_ = {"avr 127.0.0.1:0"};
  const LoopbackPeer peer = client();
  give({heard(squitter_, true), heard(squitter_, false)});
  EXPECT_EQ(peer.receive(), "*8D4840D6202CC371C32CE0576098;\n");
  EXPECT_EQ(metric("airspool_output_simulated_total"), 1.0);
  EXPECT_EQ(metric("airspool_output_frames_total"), 1.0);
}

TEST_F(FrameOutputsTest, DropsAClientThatNeverReads) {
  open({{OutputFormat::kBeast, "127.0.0.1:0"}});
  const LoopbackPeer slow = client(0, 4096);
  LoopbackPeer quick = LoopbackPeer::connect(outputs_->port(0));
  ASSERT_TRUE(comes_true([&] { return metric("airspool_output_clients") == 2.0; }));
  std::size_t received = 0;
  std::size_t given = 0;
  for (int n = 0; n < 2'000 && metric("airspool_output_clients_dropped_total") == 0.0; ++n) {
    give(std::vector<OutgoingFrame>(100, heard(squitter_)));
    given += 100 * 23;
    while (quick.has_something()) received += quick.receive().size();
  }
  EXPECT_EQ(metric("airspool_output_clients_dropped_total"), 1.0);
  EXPECT_EQ(metric("airspool_output_clients"), 1.0);
  while (received < given) {
    const std::size_t more = quick.receive().size();
    if (more == 0) break;
    received += more;
    outputs_->step(0ms);
  }
  EXPECT_EQ(received, given) << "the other one lost nothing";
  EXPECT_LT(given, 4U << 20U) << "nobody keeps more than that for it";
}

TEST_F(FrameOutputsTest, DoesNotMindWhatClientsSay) {
  open({{OutputFormat::kAvr, "127.0.0.1:0"}});
  names_ = {"avr 127.0.0.1:0"};
  LoopbackPeer peer = client();
  peer.send(std::string(5'000, '\x1A'));
  give({heard(squitter_)});
  EXPECT_EQ(peer.receive(), "*8D4840D6202CC371C32CE0576098;\n");
  peer.close();
  EXPECT_TRUE(comes_true([&] { return metric("airspool_output_clients") == 0.0; }));
}

TEST_F(FrameOutputsTest, TurnsOneClientTooManyAway) {
  open({{OutputFormat::kBeast, "127.0.0.1:0"}});
  std::vector<LoopbackPeer> peers;
  for (std::size_t n = 0; n <= FrameOutputs::kMostClients; ++n) {
    peers.push_back(LoopbackPeer::connect(outputs_->port(0)));
  }
  EXPECT_TRUE(comes_true([&] { return metric("airspool_output_clients_refused_total") == 1.0; }));
  EXPECT_EQ(metric("airspool_output_clients"), static_cast<double>(FrameOutputs::kMostClients));
}

TEST_F(FrameOutputsTest, SaysAfterAMinuteOfNothingThatItIsHere) {
  open({{OutputFormat::kBeast, "127.0.0.1:0"}});
  const LoopbackPeer peer = client();
  clock_.advance(59s);
  outputs_->step(0ms);
  EXPECT_FALSE(peer.has_something());
  clock_.advance(1s);
  outputs_->step(0ms);
  EXPECT_EQ(peer.receive(), beast_heartbeat());
  outputs_->step(0ms);
  EXPECT_FALSE(peer.has_something());
}

TEST_F(FrameOutputsTest, TriesForAPortThatAnotherHas) {
  auto other = std::make_unique<LoopbackListener>();
  const std::uint16_t port = other->port();
  names_ = {"beast 127.0.0.1:" + std::to_string(port)};
  open({{OutputFormat::kBeast, "127.0.0.1:" + std::to_string(port)}});
  EXPECT_EQ(outputs_->port(0), 0);
  EXPECT_EQ(metric("airspool_output_listening"), 0.0);
  give({heard(squitter_)});
  other.reset();
  clock_.advance(5s);
  outputs_->step(0ms);
  EXPECT_EQ(outputs_->port(0), port);
  EXPECT_EQ(metric("airspool_output_listening"), 1.0);
}

TEST_F(FrameOutputsTest, RunsOnAThreadOfItsOwnUntilTheFramesEnd) {
  open({{OutputFormat::kAvr, "127.0.0.1:0"}});
  const LoopbackPeer peer = LoopbackPeer::connect(outputs_->port(0));
  std::thread thread([&] { outputs_->run(); });
  std::string came;
  for (int n = 0; n < 100 && came.empty(); ++n) {
    ASSERT_TRUE(frames_.push({heard(squitter_)}));
    ::poll(nullptr, 0, 10);
    if (peer.has_something()) came = peer.receive();
  }
  frames_.close();
  thread.join();
  EXPECT_EQ(came.substr(0, 31), "*8D4840D6202CC371C32CE0576098;\n");
}

TEST_F(FrameOutputsTest, GivesOutWhatIsLeftAtTheEnd) {
  open({{OutputFormat::kAvr, "127.0.0.1:0"}});
  names_ = {"avr 127.0.0.1:0"};
  const LoopbackPeer peer = client();
  ASSERT_TRUE(frames_.try_push({heard(squitter_)}));
  ASSERT_TRUE(frames_.try_push({heard(squitter_)}));
  frames_.close();
  outputs_->run();
  EXPECT_EQ(peer.receive().size(), 2U * 31);
}

}  // namespace
}  // namespace airspool::feed
