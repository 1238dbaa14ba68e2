// SPDX-License-Identifier: Apache-2.0
#include <atomic>
#include <chrono>
#include <future>
#include <thread>
#include <utility>

#include <airspool/radio/rtlsdr_source.h>

#include "dongle_loop.h"

namespace airspool::radio {
namespace {

using namespace std::chrono_literals;

constexpr Nanoseconds kWatchEvery = 100ms;
constexpr Nanoseconds kTellEvery = 1s;       // when only numbers changed
constexpr std::chrono::seconds kGoodbye{2};  // for the library to close the dongle at an end
constexpr int kMostThreads = 4;              // all but one left behind, before no more are made

bool shows_the_same(const DongleState& a, const DongleState& b) {
  return a.streaming == b.streaming && a.trouble == b.trouble && a.gain.reason == b.gain.reason &&
         a.gain.wanted == b.gain.wanted && a.openings == b.openings;
}

}  // namespace

struct RtlSdrSource::State {
  State(std::unique_ptr<DongleBus> bus, const RtlSdrSettings& settings, Tell tell_whom, const Clock* clock)
      : loop(std::make_shared<DongleLoop>(std::move(bus), settings, clock)), tell(std::move(tell_whom)) {
    info.name = settings.device.empty() ? "RTL-SDR" : "RTL-SDR " + settings.device;
    info.sample_rate_hz = settings.sample_rate_hz;
    begin();
  }
  State(const State&) = delete;
  State& operator=(const State&) = delete;
  ~State() {
    loop->stop();
    leave(kGoodbye);
  }

  // The thread keeps the loop alive for as long as a library call holds it.
  void begin() {
    std::promise<void> ended;
    thread_ended = ended.get_future();
    ++*threads;
    thread = std::thread([loop = loop, threads = threads, turn = loop->begin(), ended = std::move(ended)]() mutable {
      while (const auto pause = loop->step(turn)) {
        if (!loop->rest(turn, *pause)) break;
      }
      --*threads;
      ended.set_value();
    });
  }

  void leave(std::chrono::milliseconds patience) {
    if (!thread.joinable()) return;
    if (thread_ended.wait_for(patience) == std::future_status::ready) {
      thread.join();
    } else {
      thread.detach();
    }
  }

  void watch() {
    if (loop->watch() == DongleLoop::Watch::kHung && *threads < kMostThreads) {
      leave(0ms);
      begin();
    }
    const BootTime now = loop->now();
    if (!tell || (watched && now - *watched < kWatchEvery)) return;
    watched = now;
    DongleState state = loop->state();
    const bool due = !told_at || now - *told_at >= kTellEvery;
    if (!due && shows_the_same(state, told)) return;
    told = std::move(state);
    told_at = now;
    tell(told);
  }

  const std::shared_ptr<DongleLoop> loop;
  const std::shared_ptr<std::atomic<int>> threads = std::make_shared<std::atomic<int>>(0);
  const Tell tell;
  SourceInfo info;
  std::thread thread;
  std::future<void> thread_ended;
  std::optional<BootTime> watched;
  std::optional<BootTime> told_at;
  DongleState told;
};

RtlSdrSource::RtlSdrSource(std::unique_ptr<State> state) : state_(std::move(state)) {}
RtlSdrSource::~RtlSdrSource() = default;

bool RtlSdrSource::built_in() { return AIRSPOOL_HAVE_RTLSDR != 0; }

Result<std::unique_ptr<RtlSdrSource>> RtlSdrSource::open(const RtlSdrSettings& settings, Tell tell) {
  auto bus = open_librtlsdr();
  if (!bus) return tl::unexpected(bus.error());
  return open_on(std::move(*bus), settings, std::move(tell));
}

std::unique_ptr<RtlSdrSource> RtlSdrSource::open_on(std::unique_ptr<DongleBus> bus, const RtlSdrSettings& settings,
                                                    Tell tell, const Clock* clock) {
  return std::unique_ptr<RtlSdrSource>(
      new RtlSdrSource(std::make_unique<State>(std::move(bus), settings, std::move(tell), clock)));
}

const SourceInfo& RtlSdrSource::info() const { return state_->info; }

Result<IqBlock> RtlSdrSource::next() {
  while (!state_->loop->ring().stopped()) {
    const auto block = state_->loop->ring().pop_for(kWatchEvery);
    state_->watch();
    if (block) return *block;
  }
  return IqBlock{};
}

void RtlSdrSource::stop() { state_->loop->stop(); }

GainControl* RtlSdrSource::gain() { return &state_->loop->gain(); }

}  // namespace airspool::radio
