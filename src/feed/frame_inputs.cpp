// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <optional>
#include <utility>

#include <poll.h>

#include <airspool/core/log.h>
#include <airspool/feed/duplicate_filter.h>
#include <airspool/feed/frame_inputs.h>
#include <airspool/feed/frame_reader.h>
#include <airspool/modes/frame_check.h>
#include <airspool/net/tcp_dialer.h>
#include <airspool/net/tcp_listener.h>
#include <airspool/net/tcp_stream.h>

#include "input_meters.h"
#include "stamp_clock.h"

namespace airspool::feed {
namespace {

using namespace std::chrono_literals;

// Frames wait so long for more, so that a busy feed wakes the sky thread some tens of times a second.
constexpr Nanoseconds kBunch = 25ms;
constexpr std::size_t kMostInBunch = 1024;
constexpr std::size_t kReadBytes = 16'384;
constexpr Nanoseconds kListenAgain = 5s;
constexpr Nanoseconds kReportEvery = 1s;
constexpr Nanoseconds kPatience = 100ms;
// Between two looks at sockets that have something: senders write each frame by itself, thousands a second.
constexpr int kRestMs = 10;
// So much that is mostly junk is not the protocol.
constexpr std::uint64_t kStrangeBytes = 65'536;

std::int64_t tick_of(BootTime time) { return time.time_since_epoch().count() / 250 * 3; }

struct Connection {
  unsigned source = 0;
  std::unique_ptr<net::ByteStream> stream;
  FrameReader reader;
  StampClock stamps;
  std::vector<HeardFrame> bunch;
  BootTime bunch_began{};
  bool complained = false;

  // Among random bytes there is a message now and then, too.
  [[nodiscard]] bool speaks() const {
    const ReaderCounts& counts = reader.counts();
    return counts.frames() + counts.mode_ac + counts.mlat > 0 && counts.junk_bytes <= counts.bytes / 2;
  }
};

// One input of the configuration with its connections.
struct Input {
  Input(std::size_t place, std::string with_name, metrics::Registry& metrics)
      : at(place), name(std::move(with_name)), meters(name, metrics) {}

  std::size_t at;  // in the configuration
  std::string name;
  InputMeters meters;
  std::optional<net::TcpDialer> dialer;  // or:
  std::string listen;
  std::optional<net::TcpListener> listener;
  BootTime listen_due{};
  std::string told;  // the failure that was said last
  std::vector<Connection> connections;
};

}  // namespace

class FrameInputs::Impl {
 public:
  Impl(Doors doors, const Clock& clock) : doors_(std::move(doors)), clock_(clock), report_due_(clock.boot_now()) {}

  Result<void> add(const InputSettings& settings, metrics::Registry& metrics);
  void step(Nanoseconds patience);
  void hand_on(bool all);
  void report();
  [[nodiscard]] std::uint16_t port(std::size_t input) const {
    return inputs_.at(input)->listener ? inputs_[input]->listener->port() : 0;
  }

 private:
  void open(Input& input, BootTime now);
  void wait(Nanoseconds patience);
  void take_clients(Input& input);
  void add_connection(Input& input, std::unique_ptr<net::ByteStream> stream);
  bool read(Input& input, Connection& connection);
  void check(Input& input, Connection& connection, BootTime now);
  void hand_on(Input& input, Connection& connection);
  static void say(Input& input, const Error& error);

  Doors doors_;
  const Clock& clock_;
  std::vector<std::unique_ptr<Input>> inputs_;
  modes::FrameCheck frame_check_;
  unsigned next_source_ = kOwnRadio;
  std::vector<pollfd> waiting_;
  std::array<char, kReadBytes> buffer_{};
  std::vector<ReadFrame> read_;
  BootTime report_due_;
  Statistics::Remote fresh_;
};

Result<void> FrameInputs::Impl::add(const InputSettings& settings, metrics::Registry& metrics) {
  const bool listens = settings.connect.empty();
  const std::string& address = listens ? settings.listen : settings.connect;
  const auto parts = net::split_host_port(address);
  if (!parts) return fail(ErrorCode::kConfig, "input: \"" + address + "\" is not host:port, like 127.0.0.1:30005");
  auto input = std::make_unique<Input>(inputs_.size(), address, metrics);
  if (listens) {
    input->listen = address;
  } else {
    input->dialer.emplace(parts->host, parts->port);
  }
  inputs_.push_back(std::move(input));
  return {};
}

void FrameInputs::Impl::step(Nanoseconds patience) {
  const BootTime begin = clock_.boot_now();
  for (const auto& input : inputs_) open(*input, begin);
  wait(patience);
  for (const auto& input : inputs_) {
    const std::size_t before = input->connections.size();
    std::erase_if(input->connections, [&](Connection& connection) { return !read(*input, connection); });
    if (input->connections.size() == before) continue;
    input->meters.connected(input->connections.size());
    if (input->dialer) input->dialer->lost(clock_.boot_now());
  }
  hand_on(false);
  if (clock_.boot_now() >= report_due_) report();
}

// Whatever is missing: a connection to the peer, or the port.
void FrameInputs::Impl::open(Input& input, BootTime now) {
  if (input.dialer) {
    if (!input.connections.empty()) return;
    if (auto stream = input.dialer->step(now)) add_connection(input, std::move(stream));
    if (const auto failure = input.dialer->take_failure()) {
      input.meters.failed();
      say(input, *failure);
    }
  } else if (!input.listener) {
    if (now < input.listen_due) return;
    auto listener = net::TcpListener::open(input.listen);
    if (listener) {
      input.listener.emplace(std::move(*listener));
      input.told.clear();
      log::info("input", "waiting for senders of frames", {{"listen", input.listen}, {"port", input.listener->port()}});
    } else {
      input.listen_due = now + kListenAgain;
      input.meters.failed();
      say(input, listener.error());
    }
  } else {
    take_clients(input);
  }
}

void FrameInputs::Impl::wait(Nanoseconds patience) {
  waiting_.clear();
  for (const auto& input : inputs_) {
    if (input->listener) waiting_.push_back({input->listener->fd(), POLLIN, 0});
    if (input->dialer && input->dialer->fd() >= 0) waiting_.push_back({input->dialer->fd(), POLLOUT, 0});
    for (const Connection& connection : input->connections) {
      waiting_.push_back({connection.stream->fd(), POLLIN, 0});
      if (!connection.bunch.empty()) patience = std::min(patience, kBunch);
    }
  }
  const auto milliseconds = std::chrono::ceil<std::chrono::milliseconds>(patience).count();
  ::poll(waiting_.data(), waiting_.size(), static_cast<int>(milliseconds));
}

void FrameInputs::Impl::take_clients(Input& input) {
  while (auto stream = input.listener->accept()) {
    if (input.connections.size() < kMostClients) {
      add_connection(input, std::move(stream));
    } else {
      input.meters.turned_away();
    }
  }
}

void FrameInputs::Impl::add_connection(Input& input, std::unique_ptr<net::ByteStream> stream) {
  net::keep_alive(*stream);
  next_source_ = 1 + next_source_ % (DuplicateFilter::kMostSources - 1);
  Connection& connection = input.connections.emplace_back();
  connection.source = next_source_;
  connection.stream = std::move(stream);
  input.told.clear();
  input.meters.connected(input.connections.size());
  log::info("input", "connected", {{"input", input.name}, {"connections", input.connections.size()}});
}

// False: the connection is over.
bool FrameInputs::Impl::read(Input& input, Connection& connection) {
  const auto came = connection.stream->read(buffer_);
  if (!came) {
    hand_on(input, connection);  // what it sent last counts still
    input.meters.lost();
    if (input.dialer) {
      say(input, came.error());
    } else {
      log::info("input", "a sender left", {{"input", input.name}, {"why", came.error().message}});
    }
    return false;
  }
  if (*came == 0) return true;
  const BootTime now = clock_.boot_now();
  const ReaderCounts before = connection.reader.counts();
  read_.clear();
  connection.reader.read({reinterpret_cast<const std::uint8_t*>(buffer_.data()), *came}, read_);
  input.meters.read(before, connection.reader.counts());
  check(input, connection, now);
  if (connection.speaks()) {
    if (input.dialer) input.dialer->proved();
  } else if (!connection.complained && connection.reader.counts().bytes > kStrangeBytes) {
    connection.complained = true;
    log::warning("input",
                 "sends hardly anything in Beast or AVR form: is this the port of its Beast output (often 30005)?",
                 {{"input", input.name}});
  }
  return true;
}

void FrameInputs::Impl::check(Input& input, Connection& connection, BootTime now) {
  for (const ReadFrame& read : read_) {
    if (const auto reason = frame_check_.judge(read.frame, tick_of(now))) {
      input.meters.rejected(*reason);
      continue;
    }
    input.meters.accepted(read.frame);
    const BootTime time = read.stamped ? connection.stamps.time_of(read.frame.timestamp_12mhz, now) : now;
    if (connection.bunch.empty()) connection.bunch_began = now;
    connection.bunch.push_back({read.frame, time});
  }
}

void FrameInputs::Impl::hand_on(bool all) {
  const BootTime now = clock_.boot_now();
  for (const auto& input : inputs_) {
    for (Connection& connection : input->connections) {
      const bool due = connection.bunch.size() >= kMostInBunch || now - connection.bunch_began >= kBunch;
      if (all || due) hand_on(*input, connection);
    }
  }
}

void FrameInputs::Impl::hand_on(Input& input, Connection& connection) {
  const std::size_t count = connection.bunch.size();
  if (count == 0) return;
  if (!doors_.frames({input.at, connection.source, std::exchange(connection.bunch, {})})) input.meters.dropped(count);
}

void FrameInputs::Impl::report() {
  report_due_ = clock_.boot_now() + kReportEvery;
  InputReport report;
  for (const auto& input : inputs_) {
    fresh_ += input->meters.take_fresh();
    report.inputs.push_back(input->meters.sums());
  }
  report.fresh = fresh_;
  if (doors_.report(std::move(report))) fresh_ = {};
}

// A failure that stays the same is said once.
void FrameInputs::Impl::say(Input& input, const Error& error) {
  if (input.told == error.message) return;
  input.told = error.message;
  log::warning("input", error.message + "; trying again until it works", {{"input", input.name}});
}

FrameInputs::FrameInputs(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
FrameInputs::~FrameInputs() = default;

Result<std::unique_ptr<FrameInputs>> FrameInputs::create(const std::vector<InputSettings>& inputs, Doors doors,
                                                         const Clock& clock, metrics::Registry& metrics) {
  auto impl = std::make_unique<Impl>(std::move(doors), clock);
  for (const InputSettings& input : inputs) {
    if (auto added = impl->add(input, metrics); !added) return tl::unexpected(added.error());
  }
  return std::unique_ptr<FrameInputs>(new FrameInputs(std::move(impl)));
}

void FrameInputs::run() {
  while (!stopped_) {
    heart_.beat();
    impl_->step(kPatience);
    ::poll(nullptr, 0, kRestMs);
  }
  heart_.rest();
  impl_->hand_on(true);
  impl_->report();
}

void FrameInputs::step(Nanoseconds patience) { impl_->step(patience); }

std::uint16_t FrameInputs::port(std::size_t input) const { return impl_->port(input); }

}  // namespace airspool::feed
