// SPDX-License-Identifier: Apache-2.0
#include <atomic>
#include <chrono>
#include <future>
#include <memory>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include <airspool/radio/rtl_tcp_source.h>

#include "fakes/loopback.h"
#include "rtl_tcp_protocol.h"

namespace airspool::radio {
namespace {

using namespace std::chrono_literals;
using namespace std::string_literals;
using test::LoopbackListener;
using test::LoopbackPeer;

// An R820T with 29 steps.
const std::string kHeader = "RTL0\0\0\0\x05\0\0\0\x1D"s;
constexpr std::size_t kBlockSamples = 512;

// A clock that the test moves while the source looks at it.
class SharedClock final : public Clock {
 public:
  [[nodiscard]] BootTime boot_now() const override { return BootTime(Nanoseconds(now_)); }
  [[nodiscard]] WallTime wall_now() const override { return WallTime(Nanoseconds(now_)); }
  [[nodiscard]] ClockState state() const override { return ClockState::kSynchronised; }
  void advance(Nanoseconds by) { now_ += by.count(); }

 private:
  std::atomic<Nanoseconds::rep> now_{Nanoseconds(100s).count()};
};

// The test is the server; the source asks for a block on a thread of its own.
class RtlTcpSourceTest : public testing::Test {
 protected:
  void SetUp() override {
    settings_.port = server_.port();
    settings_.block_samples = kBlockSamples;
    settings_.settling_bytes = 0;
  }
  void open() {
    auto source = RtlTcpSource::open(
        settings_, [this](const DongleState& state) { told_.push_back(state); }, &clock_);
    ASSERT_TRUE(source) << source.error().message;
    source_ = std::move(*source);
  }
  void TearDown() override {
    if (source_) source_->stop();
  }
  // next() in the background; the test answers meanwhile.
  void ask() {
    block_ = std::async(std::launch::async, [this] { return source_->next(); });
  }
  LoopbackPeer accept_as_time_passes() {
    LoopbackPeer client;
    for (int n = 0; n < 1'000 && !client.connected(); ++n) {
      clock_.advance(250ms);
      client = server_.accept(5);
    }
    return client;
  }
  static std::string samples(std::size_t count, char value) { return std::string(2 * count, value); }
  static std::string commands_of(const LoopbackPeer& client, std::size_t bytes) {
    std::string commands;
    while (commands.size() < bytes) {
      const std::string more = client.receive();
      if (more.empty()) break;
      commands += more;
    }
    return commands;
  }

  LoopbackListener server_;
  RtlTcpSettings settings_;
  SharedClock clock_;
  std::unique_ptr<RtlTcpSource> source_;
  std::vector<DongleState> told_;  // by the thread in next()
  std::future<Result<IqBlock>> block_;
};

TEST_F(RtlTcpSourceTest, AsksForWhatIsWantedAndHandsSamplesOut) {
  settings_.gain = {GainChoice::Mode::kFixed, 38.3};
  settings_.ppm = -3;
  settings_.bias_tee = true;
  open();
  ask();
  const LoopbackPeer client = server_.accept();
  ASSERT_TRUE(client.send(kHeader));
  EXPECT_EQ(commands_of(client, 35),
            "\x02\x00\x24\x9F\x00"  // 2,400,000
            "\x01\x40\xF8\x14\x80"  // 1,090,000,000
            "\x05\xFF\xFF\xFF\xFD"
            "\x08\0\0\0\0"
            "\x0E\0\0\0\x01"
            "\x03\0\0\0\x01"
            "\x04\0\0\x01\x82"s);  // 38.6 dB, the nearest
  client.send(samples(kBlockSamples, 'a') + samples(kBlockSamples, 'b'));
  const auto first = block_.get();
  ASSERT_TRUE(first);
  EXPECT_EQ(first->samples(), kBlockSamples);
  EXPECT_EQ(first->first_sample, 0U);
  EXPECT_EQ(first->bytes.front(), std::byte{'a'});
  const auto second = source_->next();
  EXPECT_EQ(second->first_sample, kBlockSamples);
  EXPECT_EQ(second->bytes.back(), std::byte{'b'});
  EXPECT_EQ(source_->info().sample_rate_hz, 2'400'000U);
}

TEST_F(RtlTcpSourceTest, TheGainCanBeChosenAtAnyTime) {
  settings_.gain.mode = GainChoice::Mode::kAgc;
  open();
  ask();
  const LoopbackPeer client = server_.accept();
  client.send(kHeader + samples(kBlockSamples, 'a'));
  EXPECT_EQ(commands_of(client, 30).substr(25), "\x03\0\0\0\0"s);
  block_.get();
  const auto answer = source_->gain()->choose({GainChoice::Mode::kFixed, 49.6});
  ASSERT_TRUE(answer) << answer.error().message;
  EXPECT_EQ(commands_of(client, 10), "\x03\0\0\0\x01\x04\0\0\x01\xF0"s);
  EXPECT_EQ(source_->gain()->state().gain_db, 49.6);
}

TEST_F(RtlTcpSourceTest, AChosenGainOutlivesTheConnection) {
  open();
  ask();
  {
    const LoopbackPeer client = server_.accept();
    client.send(kHeader + samples(kBlockSamples, 'a'));
    EXPECT_EQ(commands_of(client, 35).substr(25), "\x03\0\0\0\x01\x04\0\0\x01\x92"s) << "auto begins with 40.2 dB";
    block_.get();
    ASSERT_TRUE(source_->gain()->choose({GainChoice::Mode::kFixed, 7.7}));
    commands_of(client, 10);
  }
  ask();
  const LoopbackPeer again = accept_as_time_passes();
  again.send(kHeader + samples(kBlockSamples, 'b'));
  EXPECT_EQ(commands_of(again, 35).substr(25), "\x03\0\0\0\x01\x04\0\0\0\x4D"s);
}

TEST_F(RtlTcpSourceTest, TellsHowItIs) {
  open();
  ask();
  {
    const LoopbackPeer client = server_.accept();
    client.send(kHeader + samples(kBlockSamples, 'a'));
    block_.get();
    ASSERT_FALSE(told_.empty());
    EXPECT_TRUE(told_.back().streaming);
    EXPECT_EQ(told_.back().tuner, "R820T");
    EXPECT_EQ(told_.back().gain.gain_db, 40.2);
    EXPECT_EQ(told_.back().samples, kBlockSamples);
    commands_of(client, 35);
  }
  ask();
  const LoopbackPeer again = accept_as_time_passes();
  again.send(kHeader + samples(kBlockSamples, 'b'));
  block_.get();
  ASSERT_GE(told_.size(), 3U);
  EXPECT_FALSE(told_[told_.size() - 2].streaming);
  EXPECT_NE(told_[told_.size() - 2].trouble.find("closed the connection"), std::string::npos);
  EXPECT_EQ(told_.back().openings, 2U);
  EXPECT_EQ(told_.back().losses, 1U);
}

TEST_F(RtlTcpSourceTest, LeavesOutWhatWasSampledBeforeItAsked) {
  settings_.settling_bytes = 3'000;
  open();
  ask();
  const LoopbackPeer client = server_.accept();
  client.send(kHeader + std::string(3'000, 'x') + samples(kBlockSamples, 'a'));
  EXPECT_EQ(block_.get()->bytes.front(), std::byte{'a'});
}

TEST_F(RtlTcpSourceTest, AGapIsTheTimeThatPassed) {
  open();
  ask();
  {
    const LoopbackPeer client = server_.accept();
    client.send(kHeader + samples(kBlockSamples, 'a') + samples(100, 'b') + "c");
    EXPECT_EQ(block_.get()->samples(), kBlockSamples);
    commands_of(client, 35);
  }
  const auto rest = source_->next();
  EXPECT_EQ(rest->samples(), 100U) << "what came before the end is still good, but half a sample";
  EXPECT_EQ(rest->first_sample, kBlockSamples);
  clock_.advance(10s);
  ask();
  const LoopbackPeer again = server_.accept();
  again.send(kHeader + samples(kBlockSamples, 'd'));
  const auto after = block_.get();
  EXPECT_EQ(after->bytes.front(), std::byte{'d'});
  EXPECT_EQ(after->first_sample, 24'000'000U);
  again.send(samples(kBlockSamples, 'e'));
  EXPECT_EQ(source_->next()->first_sample, 24'000'000U + kBlockSamples);
}

TEST_F(RtlTcpSourceTest, GivesUpAServerThatFallsSilent) {
  open();
  ask();
  const LoopbackPeer client = server_.accept();
  client.send(kHeader);
  commands_of(client, 35);
  const LoopbackPeer again = accept_as_time_passes();
  EXPECT_TRUE(again.connected());
  again.send(kHeader + samples(kBlockSamples, 'a'));
  EXPECT_EQ(block_.get()->bytes.front(), std::byte{'a'});
}

TEST_F(RtlTcpSourceTest, AnotherProgramIsNotListenedTo) {
  open();
  ask();
  {
    const LoopbackPeer client = server_.accept();
    client.send("SSH-2.0-OpenSSH_9.2\r\n");
    EXPECT_EQ(client.receive(), "") << "closed, and nothing asked";
  }
  const LoopbackPeer again = accept_as_time_passes();
  again.send(kHeader + samples(kBlockSamples, 'a'));
  EXPECT_EQ(block_.get()->samples(), kBlockSamples);
}

TEST_F(RtlTcpSourceTest, EndsSoonWhenStopped) {
  open();
  ask();
  const LoopbackPeer client = server_.accept();
  source_->stop();
  EXPECT_EQ(block_.get()->samples(), 0U);
  EXPECT_EQ(source_->next()->samples(), 0U);
}

TEST_F(RtlTcpSourceTest, RefusesSettingsThatMakeNoSense) {
  settings_.block_samples = 0;
  EXPECT_FALSE(RtlTcpSource::open(settings_));
  settings_ = {};
  settings_.host.clear();
  EXPECT_FALSE(RtlTcpSource::open(settings_));
}

TEST(RtlTcpProtocolTest, NamesTuners) {
  EXPECT_EQ(tuner_name(5), "R820T");
  EXPECT_EQ(tuner_name(0), "tuner 0");
  EXPECT_EQ(tuner_name(7), "tuner 7");
}

}  // namespace
}  // namespace airspool::radio
