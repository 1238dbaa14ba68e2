// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include <airspool/core/clock.h>
#include <airspool/core/heartbeat.h>
#include <airspool/core/metrics.h>
#include <airspool/core/result.h>
#include <airspool/feed/outgoing_frame.h>

namespace airspool::feed {

enum class OutputFormat : std::uint8_t { kBeast, kAvr, kSbs };

struct OutputSettings {
  OutputFormat format = OutputFormat::kBeast;
  std::string listen;  // address:port
  // Only what our own radio hears, and all of it: one clock, as multilateration needs it.
  bool own_radio_only = false;
  // Leave out what our own radio makes up (the simulator), counted.
  bool refuse_own_radio = false;
};

// Ports that others read frames from (tar1090, MLAT clients, feeders): the body of the thread `frames-out`, which owns
// all their sockets. What a client sends is read and not looked at. A client that does not keep up is dropped, never
// waited for: up to kMostWaiting lie here for it, and as much again in the kernel. A port that cannot be had is tried
// again every 5 s, and said once. After a minute without a frame each client gets a heartbeat.
class FrameOutputs {
 public:
  // To one output. More are turned away, counted.
  static constexpr std::size_t kMostClients = 16;
  static constexpr std::size_t kMostWaiting = std::size_t{256} << 10U;
  static constexpr Nanoseconds kHeartbeat = std::chrono::seconds(60);

  // kConfig: an address that is none. Nothing is opened before step(). `frames` must outlive it.
  static Result<std::unique_ptr<FrameOutputs>> create(const std::vector<OutputSettings>& outputs,
                                                      OutgoingChannel& frames, const Clock& clock,
                                                      metrics::Registry& metrics);
  ~FrameOutputs();
  FrameOutputs(const FrameOutputs&) = delete;
  FrameOutputs& operator=(const FrameOutputs&) = delete;

  // Until the channel is drained.
  void run();

  // Beats while run() goes round; looked at from main.
  [[nodiscard]] const Heartbeat& heart() const { return heart_; }

  // One round, for tests and run(): waits for frames for at most `patience`, and does what is due.
  void step(Nanoseconds patience);
  // The port of an output; 0 while it has none.
  [[nodiscard]] std::uint16_t port(std::size_t output) const;

 private:
  class Impl;
  explicit FrameOutputs(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
  Heartbeat heart_;
};

// "beast", "avr", "sbs".
std::string_view to_string(OutputFormat format);

}  // namespace airspool::feed
