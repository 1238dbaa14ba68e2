// SPDX-License-Identifier: Apache-2.0
#include "dongle_loop.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include <airspool/core/log.h>

namespace airspool::radio {
namespace {

using namespace std::chrono_literals;

// 27 ms a block at 2.4 MS/s, 550 ms together: 2.5 MiB, and 1 MiB is on its way in the library.
constexpr std::size_t kBlockBytes = 131'072;
constexpr std::size_t kBlocks = 20;

constexpr Nanoseconds kLookEvery = 1s;
constexpr Nanoseconds kSilence = 2s;
// A stalled USB makes each of the library's control transfers wait for its time limit, and there are dozens.
constexpr Nanoseconds kClosingLimit = 3s;
constexpr Nanoseconds kAskingLimit = 15s;
// Time that nobody watched, as on a machine that slept, is no silence.
constexpr Nanoseconds kWatchedAtMost = 500ms;

Nanoseconds backoff(unsigned failures) {
  return std::min<Nanoseconds>(std::chrono::seconds(1U << std::min(failures - 1, 5U)), 30s);
}

}  // namespace

DongleLoop::DongleLoop(std::unique_ptr<DongleBus> bus, const RtlSdrSettings& settings, const Clock* clock)
    : settings_(settings),
      clock_(clock != nullptr ? *clock : static_cast<const Clock&>(system_clock_)),
      bus_(std::move(bus)),
      ring_(kBlocks, kBlockBytes),
      gain_(settings.gain),
      loss_(settings.sample_rate_hz) {}

// The gain of a dongle that is open, for as long as it is.
class DongleLoop::GainHold {
 public:
  GainHold(GainControl& gain, Turn turn, Dongle& device)
      : gain_(gain),
        turn_(turn),
        attached_(gain.attach(
            device.gains_tenth_db(), [&device](std::optional<int> tenth_db) { return device.set_gain(tenth_db); },
            turn)) {}
  ~GainHold() { release(); }
  GainHold(const GainHold&) = delete;
  GainHold& operator=(const GainHold&) = delete;

  [[nodiscard]] const Result<void>& attached() const { return attached_; }
  void release() { gain_.detach(turn_); }

 private:
  GainControl& gain_;
  const Turn turn_;
  const Result<void> attached_;
};

DongleLoop::Turn DongleLoop::begin() {
  const std::lock_guard lock(mutex_);
  phase_ = Phase::kResting;
  dongle_ = nullptr;
  stalled_ = false;
  return ++turn_;
}

std::optional<Nanoseconds> DongleLoop::step(Turn turn) {
  bool owed = false;
  DongleName stuck;
  {
    const std::lock_guard lock(mutex_);
    if (stopped_ || turn != turn_) return std::nullopt;
    owed = std::exchange(reset_owed_, false);
    stuck = name_;
  }
  if (!enter(turn, Phase::kAsking)) return std::nullopt;
  if (owed) reset(turn, stuck);
  const auto chosen = choose_dongle(settings_.device, bus_->list());
  {
    const std::lock_guard lock(mutex_);
    if (stopped_ || turn != turn_) return std::nullopt;
    phase_ = Phase::kResting;
    if (!chosen) {
      failures_ = 0;  // whatever comes next is tried at once
      say(chosen.error().message,
          chosen.error().code == ErrorCode::kNotFound ? log::Level::kInfo : log::Level::kWarning);
      return kLookEvery;
    }
    if (failures_ > 0 && now() < next_opening_) return kLookEvery;
  }
  if (!enter(turn, Phase::kAsking)) return std::nullopt;
  auto dongle = open(*chosen);
  if (!dongle) return failed(turn, dongle.error()) ? std::optional(kLookEvery) : std::nullopt;
  return stream(turn, *chosen, std::move(*dongle));
}

Result<std::unique_ptr<Dongle>> DongleLoop::open(const DongleName& name) {
  auto dongle = bus_->open(name);
  if (!dongle) return dongle;
  DongleTuning tuning;
  tuning.sample_rate_hz = settings_.sample_rate_hz;
  tuning.ppm = settings_.ppm;
  tuning.bias_tee = settings_.bias_tee;
  if (const auto tuned = (*dongle)->tune(tuning); !tuned) return tl::unexpected(tuned.error());
  return dongle;
}

std::optional<Nanoseconds> DongleLoop::stream(Turn turn, const DongleName& name, std::unique_ptr<Dongle> dongle) {
  Dongle& device = *dongle;
  GainHold hold(gain_, turn, device);
  if (!hold.attached()) {
    dongle.reset();  // while it is watched
    return failed(turn, hold.attached().error()) ? std::optional(kLookEvery) : std::nullopt;
  }
  std::uint64_t samples_before = 0;
  {
    const std::lock_guard lock(mutex_);
    if (stopped_ || turn != turn_) return std::nullopt;
    phase_ = Phase::kStreaming;
    silent_ = 0s;
    stalled_ = false;
    dongle_ = &device;
    name_ = name;
    state_.serial = to_string(name);
    state_.tuner = device.tuner();
    ++state_.openings;
    samples_before = state_.samples;
  }
  const auto streamed = device.stream([&](std::span<const std::byte> bytes) {
    if (!take(turn, bytes)) device.cancel();
  });
  bool stalled = false;
  bool delivered = false;
  {
    const std::lock_guard lock(mutex_);
    if (turn != turn_) return std::nullopt;
    dongle_ = nullptr;
    phase_ = Phase::kClosing;
    silent_ = 0s;
    state_.streaming = false;
    stalled = std::exchange(stalled_, false);
    delivered = state_.samples != samples_before;
    if (!stalled && !stopped_) ++state_.losses;
  }
  hold.release();
  dongle.reset();
  {
    const std::lock_guard lock(mutex_);
    if (stopped_ || turn != turn_) return std::nullopt;
    phase_ = Phase::kResting;
    if (stalled && !std::exchange(reset_spent_, true)) {
      reset_owed_ = true;
      return 0s;
    }
    if (delivered) {
      if (!stalled) say("device " + to_string(name) + " is gone; waiting for it");
      return kLookEvery;
    }
  }
  const Error error =
      streamed ? Error{ErrorCode::kUnavailable, "device " + to_string(name) +
                                                    " gives no samples; unplug it and plug it in again, or use "
                                                    "another port, cable or a powered hub"}
               : streamed.error();
  return failed(turn, error) ? std::optional(kLookEvery) : std::nullopt;
}

// On the thread that handles USB events: that of stream(), or one that changes the gain meanwhile.
bool DongleLoop::take(Turn turn, std::span<const std::byte> bytes) {
  bytes = bytes.first(bytes.size() - bytes.size() % 2);  // half a sample tells nothing
  while (!bytes.empty()) {
    const auto block = bytes.first(std::min(bytes.size(), ring_.slot_bytes()));
    bytes = bytes.subspan(block.size());
    const std::uint64_t samples = block.size() / 2;
    const BootTime at = now();
    std::uint64_t first_sample = 0;
    {
      const std::lock_guard lock(mutex_);
      if (stopped_ || turn != turn_) return false;
      if (!state_.streaming) first_block(at, samples);
      const std::uint64_t lost = loss_.block(at, samples);
      state_.samples_lost += lost;
      next_sample_ += lost;
      first_sample = std::exchange(next_sample_, next_sample_ + samples);
      state_.samples += samples;
      last_block_ = at;
      silent_ = 0s;
    }
    if (ring_.push(block, first_sample, at)) continue;
    const std::lock_guard lock(mutex_);
    state_.samples_dropped += samples;
  }
  return true;
}

// With the lock held. The sample clock has run on while there was no dongle.
void DongleLoop::first_block(BootTime at, std::uint64_t samples) {
  state_.streaming = true;
  loss_.begin();
  failures_ = 0;
  reset_spent_ = false;
  if (last_block_) {
    const double away = std::chrono::duration<double>(at - *last_block_).count();
    const auto clock_ran = static_cast<std::uint64_t>(std::max(0.0, away * settings_.sample_rate_hz));
    next_sample_ += clock_ran > samples ? clock_ran - samples : 1;
  }
  said_.clear();
  state_.trouble.clear();
  log::info("radio", "listening to a dongle",
            {{"device", state_.serial}, {"tuner", state_.tuner}, {"gain", gain_.state().reason}});
}

DongleLoop::Watch DongleLoop::watch() {
  const std::lock_guard lock(mutex_);
  const BootTime at = now();
  if (watched_) silent_ += std::clamp<Nanoseconds>(at - *watched_, 0s, kWatchedAtMost);
  watched_ = at;
  switch (phase_) {
    case Phase::kResting:
      break;
    case Phase::kStreaming:
      if (silent_ < kSilence) break;
      ++state_.stalls;
      state_.streaming = false;
      stalled_ = true;
      phase_ = Phase::kClosing;
      silent_ = 0s;
      if (!reset_spent_) {
        say("device " + state_.serial +
            ": no samples for 2 s; opening it again. If this repeats: another port or cable, or a powered hub");
      }
      [[fallthrough]];
    case Phase::kClosing:
      // Again and again: one that comes before the library reads is lost.
      if (dongle_ != nullptr) dongle_->cancel();
      if (silent_ < kClosingLimit) break;
      [[fallthrough]];
    case Phase::kAsking:
      if (phase_ == Phase::kAsking && silent_ < kAskingLimit) break;
      ++state_.hung;
      say("device " + to_string(name_) +
          ": a call of librtlsdr does not come back; going on without it. If no samples follow: unplug the dongle");
      reset_owed_ = !std::exchange(reset_spent_, true);
      phase_ = Phase::kResting;
      return Watch::kHung;
  }
  return Watch::kWell;
}

void DongleLoop::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopped_ = true;
    if (dongle_ != nullptr) dongle_->cancel();
  }
  ring_.stop();
  turn_over_.notify_all();
}

bool DongleLoop::rest(Turn turn, Nanoseconds time) {
  std::unique_lock lock(mutex_);
  turn_over_.wait_for(lock, time, [&] { return stopped_ || turn != turn_; });
  return !stopped_ && turn == turn_;
}

DongleState DongleLoop::state() const {
  DongleState state;
  {
    const std::lock_guard lock(mutex_);
    state = state_;
  }
  state.gain = gain_.state();
  return state;
}

void DongleLoop::reset(Turn turn, const DongleName& name) {
  const auto done = bus_->reset(name);
  const std::lock_guard lock(mutex_);
  if (turn != turn_) return;
  if (done) {
    ++state_.resets;
    log::info("radio", "USB device reset", {{"device", to_string(name)}});
  } else {
    log::warning("radio", done.error().message);
  }
}

bool DongleLoop::enter(Turn turn, Phase phase) {
  const std::lock_guard lock(mutex_);
  if (stopped_ || turn != turn_) return false;
  phase_ = phase;
  silent_ = 0s;
  return true;
}

// False: the turn is over.
bool DongleLoop::failed(Turn turn, const Error& error) {
  const std::lock_guard lock(mutex_);
  if (stopped_ || turn != turn_) return false;
  phase_ = Phase::kResting;
  ++failures_;
  ++state_.failed_openings;
  next_opening_ = now() + backoff(failures_);
  say(error.message);
  return true;
}

// With the lock held. Once, until it is something else.
void DongleLoop::say(const std::string& trouble, log::Level level) {
  state_.trouble = trouble;
  if (std::exchange(said_, trouble) != trouble) log::write(level, "radio", trouble);
}

}  // namespace airspool::radio
