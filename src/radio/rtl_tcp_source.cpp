// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <cmath>
#include <span>
#include <utility>
#include <vector>

#include <poll.h>

#include <airspool/core/log.h>
#include <airspool/net/tcp_dialer.h>
#include <airspool/net/tcp_stream.h>
#include <airspool/radio/rtl_tcp_source.h>

#include "rtl_tcp_protocol.h"

namespace airspool::radio {
namespace {

using namespace std::chrono_literals;

constexpr int kPollMs = 50;  // how long a silent server may keep us from seeing stop()
constexpr Nanoseconds kMostSilence = 2s;
constexpr Nanoseconds kTellEvery = 1s;
// A way that is too slow: less than so much of the rate, for so long.
constexpr Nanoseconds kPaceWindow = 10s;
constexpr double kPaceWanted = 0.98;
constexpr std::size_t kSampleBytes = 2;
constexpr std::size_t kMostBlockSamples = 1'048'576;

}  // namespace

struct RtlTcpSource::State {
  State(const RtlTcpSettings& with, Tell with_tell, const Clock* own_clock)
      : settings(with),
        tell(std::move(with_tell)),
        clock(own_clock != nullptr ? *own_clock : system_clock),
        gain(settings.gain),
        dialer(settings.host, settings.port),
        buffer(settings.block_samples * kSampleBytes) {
    info.name = "rtl_tcp " + settings.host + ":" + std::to_string(settings.port);
    info.format = SampleFormat::kCu8;
    info.sample_rate_hz = settings.sample_rate_hz;
  }

  IqBlock next();
  void connect();
  void wait(int fd, short events) const;
  // Bytes of the stream into `to`; 0: none now. The connection is gone when `stream` is null afterwards.
  std::size_t read(std::span<char> to);
  void greet();
  void settle();
  void begin_tuning(std::uint32_t tuner);
  void lose(const std::string& why);
  void say(const std::string& why);
  void tell_state();
  void watch_pace(std::size_t samples);
  IqBlock hand_out();

  const RtlTcpSettings settings;
  const Tell tell;
  const SystemClock system_clock;
  const Clock& clock;
  SourceInfo info;
  std::atomic<bool> stopped{false};

  GainControl gain;
  DongleState dongle;
  BootTime tell_due{};

  net::TcpDialer dialer;
  std::unique_ptr<net::ByteStream> stream;
  std::string told;  // the failure that was said last
  std::array<std::uint8_t, kRtlTcpHeaderBytes> header{};
  std::size_t header_bytes = 0;
  std::size_t settled_bytes = 0;
  BootTime heard{};  // when bytes came last

  std::vector<char> buffer;
  std::size_t filled = 0;
  std::uint64_t next_sample = 0;
  std::optional<BootTime> origin;  // when sample 0 was taken
  bool gap = false;                // the next block does not join on to the last
  BootTime pace_began{};
  std::uint64_t pace_samples = 0;
  bool pace_told = false;  // in this connection
};

IqBlock RtlTcpSource::State::next() {
  filled = 0;
  while (!stopped) {
    if (!stream) {
      // What came before the end is still good.
      if (filled >= kSampleBytes) return hand_out();
      filled = 0;
      connect();
    } else if (header_bytes < header.size()) {
      greet();
    } else if (settled_bytes < settings.settling_bytes) {
      settle();
    } else {
      filled += read(std::span(buffer).subspan(filled));
      if (filled == buffer.size()) return hand_out();
    }
  }
  return {};
}

void RtlTcpSource::State::wait(int fd, short events) const {
  pollfd waiting{fd, events, 0};
  ::poll(&waiting, 1, kPollMs);
}

void RtlTcpSource::State::connect() {
  stream = dialer.step(clock.boot_now());
  if (stream) {
    net::keep_alive(*stream);
    header_bytes = settled_bytes = 0;
    gap = true;
    heard = clock.boot_now();
    return;
  }
  if (const auto failure = dialer.take_failure()) {
    ++dongle.failed_openings;
    say(failure->message);
  }
  wait(dialer.fd(), POLLOUT);
}

std::size_t RtlTcpSource::State::read(std::span<char> to) {
  auto came = stream->read(to);
  if (came && *came == 0) {
    wait(stream->fd(), POLLIN);
    came = stream->read(to);
  }
  if (!came) {
    lose(came.error().message);
    return 0;
  }
  const BootTime now = clock.boot_now();
  if (*came > 0) {
    heard = now;
  } else if (now - heard > kMostSilence) {
    ++dongle.stalls;
    lose("no samples for 2 s");
  }
  return *came;
}

void RtlTcpSource::State::greet() {
  std::array<char, kRtlTcpHeaderBytes> bytes{};
  const std::size_t came = read(std::span(bytes).first(header.size() - header_bytes));
  std::copy_n(bytes.begin(), came, header.begin() + static_cast<std::ptrdiff_t>(header_bytes));
  header_bytes += came;
  if (!stream || header_bytes < header.size()) return;
  const auto parsed = parse_rtl_tcp_header(header);
  if (!parsed) {
    lose("whoever answers there does not speak rtl_tcp: is the port right?");
    return;
  }
  std::string commands;
  append_command(commands, RtlTcpCommand::kSampleRate, settings.sample_rate_hz);
  append_command(commands, RtlTcpCommand::kFrequency, settings.frequency_hz);
  append_command(commands, RtlTcpCommand::kPpm, static_cast<std::uint32_t>(settings.ppm));
  append_command(commands, RtlTcpCommand::kAgc, 0);
  append_command(commands, RtlTcpCommand::kBiasTee, settings.bias_tee ? 1 : 0);
  // So few bytes go into the socket of a new connection at once, or it is broken.
  const auto sent = stream->write(commands);
  if (!sent || *sent < commands.size()) {
    lose(sent ? "it does not take commands" : sent.error().message);
    return;
  }
  begin_tuning(parsed->tuner);
}

// From now on the gain may be changed by other threads too, until lose().
void RtlTcpSource::State::begin_tuning(std::uint32_t tuner) {
  dongle.tuner = tuner_name(tuner);
  const auto table = tuner_gains_tenth_db(tuner);
  const auto set = gain.attach({table.begin(), table.end()}, [this](std::optional<int> tenth_db) -> Result<void> {
    std::string commands;
    append_command(commands, RtlTcpCommand::kGainMode, tenth_db ? 1 : 0);
    if (tenth_db) append_command(commands, RtlTcpCommand::kGain, static_cast<std::uint32_t>(*tenth_db));
    const auto sent = stream->write(commands);
    if (!sent) return tl::unexpected(sent.error());
    if (*sent < commands.size()) return fail(ErrorCode::kUnavailable, info.name + " does not take commands");
    return {};
  });
  if (!set) lose(set.error().message);
}

void RtlTcpSource::State::settle() {
  const std::size_t left = settings.settling_bytes - settled_bytes;
  settled_bytes += read(std::span(buffer).first(std::min(left, buffer.size())));
}

void RtlTcpSource::State::lose(const std::string& why) {
  ++(dongle.streaming ? dongle.losses : dongle.failed_openings);
  gain.detach();
  stream.reset();
  dialer.lost(clock.boot_now());
  say(why);
}

// What stays the same is said once.
void RtlTcpSource::State::say(const std::string& why) {
  dongle.streaming = false;
  dongle.trouble = info.name + ": " + why;
  tell_state();
  if (std::exchange(told, why) == why) return;
  log::warning("radio", why + "; trying again until it works", {{"source", info.name}});
}

void RtlTcpSource::State::tell_state() {
  tell_due = clock.boot_now() + kTellEvery;
  if (!tell) return;
  dongle.gain = gain.state();
  tell(dongle);
}

// The server drops what the network does not take, and does not say so.
void RtlTcpSource::State::watch_pace(std::size_t samples) {
  pace_samples += samples;
  const double passed = std::chrono::duration<double>(heard - pace_began).count();
  if (heard - pace_began < kPaceWindow) return;
  const double share = static_cast<double>(pace_samples) / (passed * settings.sample_rate_hz);
  if (share < kPaceWanted && !std::exchange(pace_told, true)) {
    log::warning("radio",
                 "the network brings too few samples, and the rest is lost: use a wire, or run airspool beside the "
                 "dongle and take its frames",
                 {{"source", info.name}, {"share", std::to_string(std::lround(100.0 * share)) + " %"}});
  }
  pace_began = heard;
  pace_samples = 0;
}

IqBlock RtlTcpSource::State::hand_out() {
  const std::size_t samples = filled / kSampleBytes;
  const double rate = settings.sample_rate_hz;
  const auto length = Nanoseconds(std::llround(1e9 * static_cast<double>(samples) / rate));
  if (!origin) origin = heard - length;
  if (std::exchange(gap, false)) {
    dialer.proved();
    told.clear();
    dongle.streaming = true;
    dongle.serial = info.name;
    dongle.trouble.clear();
    ++dongle.openings;
    tell_due = heard;
    pace_began = heard;
    pace_samples = 0;
    pace_told = false;
    log::info("radio", "listening", {{"source", info.name}, {"tuner", dongle.tuner}, {"gain", gain.state().reason}});
    const double since = std::chrono::duration<double>(heard - length - *origin).count();
    next_sample = std::max(next_sample, static_cast<std::uint64_t>(std::llround(std::max(since, 0.0) * rate)));
  }
  const IqBlock block{std::as_bytes(std::span(buffer).first(samples * kSampleBytes)), SampleFormat::kCu8, next_sample,
                      heard};
  next_sample += samples;
  dongle.samples += samples;
  watch_pace(samples);
  if (heard >= tell_due) tell_state();
  return block;
}

RtlTcpSource::RtlTcpSource(std::unique_ptr<State> state) : state_(std::move(state)) {}
RtlTcpSource::~RtlTcpSource() = default;

Result<std::unique_ptr<RtlTcpSource>> RtlTcpSource::open(const RtlTcpSettings& settings, Tell tell,
                                                         const Clock* clock) {
  if (settings.host.empty() || settings.port == 0) {
    return fail(ErrorCode::kUsage, "rtl_tcp: name the host and the port that it runs on, such as 127.0.0.1 and 1234");
  }
  if (settings.sample_rate_hz == 0 || settings.block_samples == 0 || settings.block_samples > kMostBlockSamples) {
    return fail(ErrorCode::kUsage,
                "rtl_tcp: a sample rate above 0, and blocks of 1 to " + std::to_string(kMostBlockSamples) + " samples");
  }
  return std::unique_ptr<RtlTcpSource>(new RtlTcpSource(std::make_unique<State>(settings, std::move(tell), clock)));
}

const SourceInfo& RtlTcpSource::info() const { return state_->info; }
Result<IqBlock> RtlTcpSource::next() { return state_->next(); }
void RtlTcpSource::stop() { state_->stopped = true; }
GainControl* RtlTcpSource::gain() { return &state_->gain; }

}  // namespace airspool::radio
