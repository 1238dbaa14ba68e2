// SPDX-License-Identifier: Apache-2.0
#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>
#include <poll.h>

#include <airspool/feed/frame_inputs.h>
#include <airspool/feed/frame_writer.h>

#include "fakes/frame_builder.h"
#include "fakes/loopback.h"

namespace airspool::feed {
namespace {

using namespace std::chrono_literals;
using test::FrameBuilder;
using test::LoopbackListener;
using test::LoopbackPeer;

std::string beast(const modes::ModeSFrame& frame) {
  std::string out;
  append_beast(out, frame);
  return out;
}

class FrameInputsTest : public testing::Test {
 protected:
  void open(const std::vector<InputSettings>& settings) {
    auto inputs = FrameInputs::create(settings,
                                      {[this](HeardFrames&& heard) {
                                         if (full_) return false;
                                         heard_.push_back(std::move(heard));
                                         return true;
                                       },
                                       [this](InputReport&& report) {
                                         if (full_) return false;
                                         total_ += report.fresh;
                                         last_ = report.inputs;
                                         return true;
                                       }},
                                      clock_, metrics_);
    ASSERT_TRUE(inputs) << inputs.error().message;
    inputs_ = std::move(*inputs);
  }
  // Steps, each a little later, until it holds.
  bool comes_true(const std::function<bool()>& holds) {
    for (int n = 0; n < 2'000; ++n) {
      if (holds()) return true;
      clock_.advance(5ms);
      inputs_->step(1ms);
    }
    return false;
  }
  [[nodiscard]] std::size_t frames() const {
    std::size_t count = 0;
    for (const HeardFrames& heard : heard_) count += heard.frames.size();
    return count;
  }
  double metric(const char* name, metrics::Labels more = {}) {
    metrics::Labels labels{{"input", name_}};
    labels.insert(labels.end(), more.begin(), more.end());
    return metrics_.value(name, labels).value_or(-1.0);
  }
  static std::string at(std::uint16_t port) { return "127.0.0.1:" + std::to_string(port); }

  ManualClock clock_{WallTime{1'790'000'000s}, BootTime{100s}};
  metrics::Registry metrics_;
  std::vector<HeardFrames> heard_;
  Statistics::Remote total_;
  std::vector<SkySnapshot::Input> last_;
  bool full_ = false;
  std::string name_;
  std::unique_ptr<FrameInputs> inputs_;
  const modes::ModeSFrame squitter_ = FrameBuilder::squitter(4).build();
  const modes::ModeSFrame reply_ = FrameBuilder(4).overlaid_with(0x4840D6);
};

TEST_F(FrameInputsTest, FetchesFramesFromAPeer) {
  LoopbackListener readsb;
  name_ = at(readsb.port());
  open({{name_, ""}});
  LoopbackPeer peer;
  inputs_->step(0ms);
  peer = readsb.accept();
  ASSERT_TRUE(peer.send(beast(squitter_) + beast(reply_)));
  ASSERT_TRUE(comes_true([&] { return frames() == 2; }));
  EXPECT_EQ(heard_[0].input, 0U);
  EXPECT_GT(heard_[0].source, 0U);
  EXPECT_EQ(heard_[0].frames[0].frame.bytes, squitter_.bytes);
  EXPECT_GT(heard_[0].frames[0].time, BootTime{100s});
  EXPECT_EQ(metric("airspool_input_connected"), 1.0);
  EXPECT_EQ(metric("airspool_input_messages_total", {{"kind", "beast"}}), 2.0);
  EXPECT_EQ(metric("airspool_input_frames_total", {{"df", "17"}}), 1.0);
  EXPECT_EQ(metric("airspool_input_frames_total", {{"df", "4"}}), 1.0);
}

TEST_F(FrameInputsTest, TakesSendersOnItsOwnPort) {
  name_ = "127.0.0.1:0";
  open({{"", name_}});
  inputs_->step(0ms);
  ASSERT_NE(inputs_->port(0), 0);
  const LoopbackPeer one = LoopbackPeer::connect(inputs_->port(0));
  const LoopbackPeer two = LoopbackPeer::connect(inputs_->port(0));
  one.send(beast(squitter_));
  two.send("*8D4840D6202CC371C32CE0576098;\n");
  ASSERT_TRUE(comes_true([&] { return frames() == 2; }));
  EXPECT_NE(heard_[0].source, heard_[1].source) << "each sender is a receiver of its own";
  EXPECT_EQ(metric("airspool_input_connected"), 2.0);
}

TEST_F(FrameInputsTest, TurnsOneClientTooManyAway) {
  name_ = "127.0.0.1:0";
  open({{"", name_}});
  inputs_->step(0ms);
  std::vector<LoopbackPeer> peers;
  for (std::size_t n = 0; n <= FrameInputs::kMostClients; ++n) {
    peers.push_back(LoopbackPeer::connect(inputs_->port(0)));
  }
  ASSERT_TRUE(comes_true([&] { return metric("airspool_input_clients_refused_total") == 1.0; }));
  EXPECT_EQ(metric("airspool_input_connected"), static_cast<double>(FrameInputs::kMostClients));
  peers[0].close();
  EXPECT_TRUE(comes_true([&] { return metric("airspool_input_connected") == FrameInputs::kMostClients - 1.0; }));
}

TEST_F(FrameInputsTest, ComesBackWithinASecond) {
  LoopbackListener readsb;
  name_ = at(readsb.port());
  open({{name_, ""}});
  inputs_->step(0ms);
  {
    const LoopbackPeer peer = readsb.accept();
    peer.send(beast(squitter_));
    ASSERT_TRUE(comes_true([&] { return frames() == 1; }));
  }
  ASSERT_TRUE(comes_true([&] { return metric("airspool_input_connections_lost_total") == 1.0; }));
  const BootTime lost = clock_.boot_now();
  ASSERT_TRUE(comes_true([&] { return metric("airspool_input_connected") == 1.0; }));
  EXPECT_LE(clock_.boot_now() - lost, 1s);
  const LoopbackPeer again = readsb.accept();
  again.send(beast(squitter_));
  EXPECT_TRUE(comes_true([&] { return frames() == 2; }));
}

TEST_F(FrameInputsTest, WaitsLongerAndLongerForAPeerThatIsNotThere) {
  std::uint16_t nobody = 0;
  { nobody = LoopbackListener().port(); }
  name_ = at(nobody);
  open({{name_, ""}});
  for (int n = 0; n < 2400; ++n) {  // ten minutes
    inputs_->step(0ms);
    clock_.advance(250ms);
  }
  const double tries = metric("airspool_input_failures_total");
  EXPECT_GT(tries, 20.0);
  EXPECT_LT(tries, 30.0);
}

TEST_F(FrameInputsTest, TriesForAPortThatAnotherHas) {
  auto other = std::make_unique<LoopbackListener>();
  name_ = at(other->port());
  open({{"", name_}});
  inputs_->step(0ms);
  EXPECT_EQ(inputs_->port(0), 0);
  EXPECT_EQ(metric("airspool_input_failures_total"), 1.0);
  other.reset();
  clock_.advance(5s);
  inputs_->step(0ms);
  EXPECT_EQ(at(inputs_->port(0)), name_);
}

TEST_F(FrameInputsTest, BelievesNothingUnchecked) {
  name_ = "127.0.0.1:0";
  open({{"", name_}});
  inputs_->step(0ms);
  modes::ModeSFrame damaged = squitter_;
  damaged.bytes[5] ^= 4U;
  const LoopbackPeer peer = LoopbackPeer::connect(inputs_->port(0));
  peer.send(beast(damaged) + beast(reply_) + "junk" + beast(squitter_));
  ASSERT_TRUE(comes_true([&] { return frames() == 1; }));
  EXPECT_EQ(metric("airspool_input_frames_rejected_total", {{"reason", "crc"}}), 1.0);
  EXPECT_EQ(metric("airspool_input_frames_rejected_total", {{"reason", "unknown_address"}}), 1.0);
  EXPECT_EQ(metric("airspool_input_junk_bytes_total"), 4.0);
  ASSERT_TRUE(comes_true([&] { return total_.accepted == 1; }));
  EXPECT_EQ(total_.mode_s, 3U);
  EXPECT_EQ(total_.bad, 1U);
  EXPECT_EQ(total_.unknown_address, 1U);
  ASSERT_EQ(last_.size(), 1U);
  EXPECT_EQ(last_[0].name, name_);
  EXPECT_EQ(last_[0].connected, 1U);
  EXPECT_EQ(last_[0].messages, 3U);
  EXPECT_EQ(last_[0].rejected, 2U);
  EXPECT_EQ(last_[0].junk_bytes, 4U);
}

TEST_F(FrameInputsTest, CountsWhatTheSkyHasNoRoomFor) {
  name_ = "127.0.0.1:0";
  open({{"", name_}});
  inputs_->step(0ms);
  full_ = true;
  const LoopbackPeer peer = LoopbackPeer::connect(inputs_->port(0));
  peer.send(beast(squitter_));
  ASSERT_TRUE(comes_true([&] { return metric("airspool_input_frames_dropped_total") == 1.0; }));
  clock_.advance(2s);
  inputs_->step(0ms);
  full_ = false;
  ASSERT_TRUE(comes_true([&] { return total_.accepted == 1; })) << "what was counted is told later";
}

TEST_F(FrameInputsTest, HandsOnWhatCameBeforeTheEnd) {
  name_ = "127.0.0.1:0";
  open({{"", name_}});
  inputs_->step(0ms);
  {
    const LoopbackPeer peer = LoopbackPeer::connect(inputs_->port(0));
    peer.send(beast(squitter_));
  }
  EXPECT_TRUE(comes_true([&] { return frames() == 1; }));
}

TEST_F(FrameInputsTest, RunsOnAThreadOfItsOwnUntilItIsStopped) {
  const LoopbackListener readsb;
  const SystemClock clock;
  std::atomic<std::size_t> count{0};
  std::atomic<std::size_t> reports{0};
  auto inputs = FrameInputs::create({{at(readsb.port()), ""}},
                                    {[&](HeardFrames&& heard) {
                                       count += heard.frames.size();
                                       return true;
                                     },
                                     [&](InputReport&&) { return ++reports > 0; }},
                                    clock, metrics_);
  ASSERT_TRUE(inputs);
  std::thread thread([&] { (*inputs)->run(); });
  const LoopbackPeer peer = readsb.accept();
  peer.send(beast(squitter_));
  for (int n = 0; n < 2'000 && count == 0; ++n) ::poll(nullptr, 0, 1);
  (*inputs)->stop();
  thread.join();
  EXPECT_EQ(count, 1U);
  EXPECT_GE(reports, 1U);
}

TEST_F(FrameInputsTest, RefusesAnAddressThatIsNone) {
  const auto inputs = FrameInputs::create({{"readsb", ""}}, {}, clock_, metrics_);
  ASSERT_FALSE(inputs);
  EXPECT_EQ(inputs.error().code, ErrorCode::kConfig);
}

}  // namespace
}  // namespace airspool::feed
