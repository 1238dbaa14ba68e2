// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <sys/socket.h>

#include <airspool/core/log.h>
#include <airspool/feed/frame_outputs.h>
#include <airspool/feed/frame_writer.h>
#include <airspool/feed/sbs.h>
#include <airspool/net/lookup.h>
#include <airspool/net/tcp_listener.h>
#include <airspool/net/tcp_stream.h>

namespace airspool::feed {
namespace {

using namespace std::chrono_literals;

constexpr Nanoseconds kListenAgain = 5s;
// How often clients are looked after while no frames come.
constexpr Nanoseconds kPatience = 50ms;
constexpr int kKernelBytes = 128 << 10;

struct Client {
  std::unique_ptr<net::ByteStream> stream;
  std::string waiting;  // what the kernel did not take
};

enum class Farewell : std::uint8_t { kNone, kLeft, kSlow };

class Meters {
 public:
  Meters(const std::string& output, metrics::Registry& metrics)
      : listening(metrics.gauge("airspool_output_listening", "Whether an output has its port.", {{"output", output}})),
        clients(metrics.gauge("airspool_output_clients", "Clients of an output.", {{"output", output}})),
        frames(metrics.counter("airspool_output_frames_total", "Frames given to an output, whoever listens.",
                               {{"output", output}})),
        bytes(metrics.counter("airspool_output_bytes_total", "Bytes for the clients of an output.",
                              {{"output", output}})),
        simulated(metrics.counter("airspool_output_simulated_total",
                                  "Simulated frames kept from an output that leaves this machine.",
                                  {{"output", output}})),
        slow(metrics.counter("airspool_output_clients_dropped_total", "Clients that did not keep up.",
                             {{"output", output}})),
        refused(metrics.counter("airspool_output_clients_refused_total", "Clients that were one too many.",
                                {{"output", output}})),
        failures(metrics.counter("airspool_output_failures_total", "Attempts to get the port that failed.",
                                 {{"output", output}})) {}

  metrics::Gauge& listening;
  metrics::Gauge& clients;
  metrics::Counter& frames;
  metrics::Counter& bytes;
  metrics::Counter& simulated;
  metrics::Counter& slow;
  metrics::Counter& refused;
  metrics::Counter& failures;
};

struct Output {
  Output(const OutputSettings& with, metrics::Registry& metrics)
      : settings(with), name(std::string(to_string(with.format)) + " " + with.listen), meters(name, metrics) {}

  OutputSettings settings;
  std::string name;
  Meters meters;
  std::optional<net::TcpListener> listener;
  BootTime listen_due{};
  std::string told;  // the failure that was said last
  std::vector<Client> clients;
  BootTime last_sent{};
};

std::string_view heartbeat_of(OutputFormat format) {
  switch (format) {
    case OutputFormat::kBeast:
      break;
    case OutputFormat::kAvr:
      return avr_heartbeat();
    case OutputFormat::kSbs:
      return sbs_heartbeat();
  }
  return beast_heartbeat();
}

// Sends what waits, then `more`; what the kernel does not take waits.
Farewell send(Client& client, std::string_view more) {
  if (!client.waiting.empty()) {
    const auto sent = client.stream->write(client.waiting);
    if (!sent) return Farewell::kLeft;
    client.waiting.erase(0, *sent);
  }
  if (client.waiting.empty() && !more.empty()) {
    const auto sent = client.stream->write(more);
    if (!sent) return Farewell::kLeft;
    more.remove_prefix(*sent);
  }
  if (client.waiting.size() + more.size() > FrameOutputs::kMostWaiting) return Farewell::kSlow;
  client.waiting += more;
  return Farewell::kNone;
}

// Clients may say what they like (mlat-client asks for settings); nobody may fill our buffers with it.
Farewell listen_to(Client& client) {
  std::array<char, 1024> words;
  const auto came = client.stream->read(words);
  return came ? Farewell::kNone : Farewell::kLeft;
}

}  // namespace

class FrameOutputs::Impl {
 public:
  Impl(OutgoingChannel& frames, const Clock& clock) : frames_(frames), clock_(clock) {}

  Result<void> add(const OutputSettings& settings, metrics::Registry& metrics);
  void step(Nanoseconds patience);
  [[nodiscard]] bool drained() const { return frames_.drained(); }
  [[nodiscard]] std::uint16_t port(std::size_t output) const {
    return outputs_.at(output)->listener ? outputs_[output]->listener->port() : 0;
  }

 private:
  void open(Output& output, BootTime now);
  void take_clients(Output& output);
  void encode(Output& output, const std::vector<OutgoingFrame>& frames);
  void send_all(Output& output);
  static void dismiss(Output& output, Farewell why);

  OutgoingChannel& frames_;
  const Clock& clock_;
  std::vector<std::unique_ptr<Output>> outputs_;
  std::string bytes_;  // of one output's turn
};

Result<void> FrameOutputs::Impl::add(const OutputSettings& settings, metrics::Registry& metrics) {
  if (!net::split_host_port(settings.listen)) {
    return fail(ErrorCode::kConfig,
                "output: \"" + settings.listen + "\" is not address:port to listen on, like 127.0.0.1:30005");
  }
  outputs_.push_back(std::make_unique<Output>(settings, metrics));
  return {};
}

void FrameOutputs::Impl::step(Nanoseconds patience) {
  const BootTime now = clock_.boot_now();
  for (const auto& output : outputs_) open(*output, now);
  auto frames = frames_.pop_for(patience);
  for (const auto& output : outputs_) {
    bytes_.clear();
    if (frames) encode(*output, *frames);
    send_all(*output);
  }
}

void FrameOutputs::Impl::open(Output& output, BootTime now) {
  if (output.listener) {
    take_clients(output);
    return;
  }
  if (now < output.listen_due) return;
  auto listener = net::TcpListener::open(output.settings.listen);
  output.meters.listening.set(listener ? 1.0 : 0.0);
  if (listener) {
    output.listener.emplace(std::move(*listener));
    output.last_sent = now;
    log::info("output", "serving frames", {{"output", output.name}, {"port", output.listener->port()}});
    return;
  }
  output.meters.failures.add();
  output.listen_due = now + kListenAgain;
  if (output.told == listener.error().message) return;
  output.told = listener.error().message;
  log::error("output", output.told + "; trying again until it works", {{"output", output.name}});
}

void FrameOutputs::Impl::take_clients(Output& output) {
  while (auto stream = output.listener->accept()) {
    if (output.clients.size() >= kMostClients) {
      output.meters.refused.add();
      continue;
    }
    net::keep_alive(*stream);
    ::setsockopt(stream->fd(), SOL_SOCKET, SO_SNDBUF, &kKernelBytes, sizeof kKernelBytes);
    output.clients.push_back({std::move(stream), {}});
    output.meters.clients.set(static_cast<double>(output.clients.size()));
    log::info("output", "a client came", {{"output", output.name}, {"clients", output.clients.size()}});
  }
}

void FrameOutputs::Impl::encode(Output& output, const std::vector<OutgoingFrame>& frames) {
  const BootTime boot_now = clock_.boot_now();
  const WallTime wall_now = clock_.wall_now();
  std::size_t count = 0;
  for (const OutgoingFrame& frame : frames) {
    if (output.settings.own_radio_only ? !frame.own_radio : !frame.first) continue;
    if (output.settings.refuse_own_radio && frame.own_radio) {
      output.meters.simulated.add();
      continue;
    }
    ++count;
    if (output.clients.empty()) continue;
    switch (output.settings.format) {
      case OutputFormat::kBeast:
        append_beast(bytes_, frame.frame);
        break;
      case OutputFormat::kAvr:
        append_avr(bytes_, frame.frame);
        break;
      case OutputFormat::kSbs:
        append_sbs(bytes_, frame, wall_now - (boot_now - frame.time), wall_now);
        break;
    }
  }
  output.meters.frames.add(count);
}

void FrameOutputs::Impl::send_all(Output& output) {
  const BootTime now = clock_.boot_now();
  if (bytes_.empty() && now - output.last_sent >= kHeartbeat) bytes_ = heartbeat_of(output.settings.format);
  if (!bytes_.empty()) output.last_sent = now;
  output.meters.bytes.add(bytes_.size() * output.clients.size());
  const std::size_t before = output.clients.size();
  std::erase_if(output.clients, [&](Client& client) {
    Farewell why = listen_to(client);
    if (why == Farewell::kNone) why = send(client, bytes_);
    if (why == Farewell::kNone) return false;
    dismiss(output, why);
    return true;
  });
  if (output.clients.size() != before) output.meters.clients.set(static_cast<double>(output.clients.size()));
}

void FrameOutputs::Impl::dismiss(Output& output, Farewell why) {
  if (why == Farewell::kSlow) {
    output.meters.slow.add();
    log::warning("output", "a client does not keep up: dropped", {{"output", output.name}});
  } else {
    log::info("output", "a client left", {{"output", output.name}});
  }
}

FrameOutputs::FrameOutputs(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
FrameOutputs::~FrameOutputs() = default;

Result<std::unique_ptr<FrameOutputs>> FrameOutputs::create(const std::vector<OutputSettings>& outputs,
                                                           OutgoingChannel& frames, const Clock& clock,
                                                           metrics::Registry& metrics) {
  auto impl = std::make_unique<Impl>(frames, clock);
  for (const OutputSettings& output : outputs) {
    if (auto added = impl->add(output, metrics); !added) return tl::unexpected(added.error());
  }
  return std::unique_ptr<FrameOutputs>(new FrameOutputs(std::move(impl)));
}

void FrameOutputs::run() {
  while (!impl_->drained()) {
    heart_.beat();
    impl_->step(kPatience);
  }
  heart_.rest();
}

void FrameOutputs::step(Nanoseconds patience) { impl_->step(patience); }

std::uint16_t FrameOutputs::port(std::size_t output) const { return impl_->port(output); }

std::string_view to_string(OutputFormat format) {
  switch (format) {
    case OutputFormat::kBeast:
      break;
    case OutputFormat::kAvr:
      return "avr";
    case OutputFormat::kSbs:
      return "sbs";
  }
  return "beast";
}

}  // namespace airspool::feed
