// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <airspool/core/clock.h>
#include <airspool/core/heartbeat.h>
#include <airspool/core/metrics.h>
#include <airspool/core/result.h>
#include <airspool/feed/heard_frames.h>

namespace airspool::feed {

// One of the two: whom to connect to, or where to wait for others; "host:port".
struct InputSettings {
  std::string connect;
  std::string listen;
};

// Frames from other decoders over TCP: the body of the thread `beast-in`, which owns all their sockets. A peer that is
// lost or not there is tried again, first within a second, then up to 30 s apart; a port that cannot be had, every 5 s.
// Each is told in the log once and in the counters always; nothing ends the thread but stop(). Frames are checked
// (modes/frame_check.h) and handed on in bunches of some tens of milliseconds.
class FrameInputs {
 public:
  // To one input that listens. More are turned away, counted.
  static constexpr std::size_t kMostClients = 8;

  struct Doors {
    // False: no room. The frames are dropped and counted; a report is added to the next one.
    std::function<bool(HeardFrames&&)> frames;
    std::function<bool(InputReport&&)> report;
  };

  // kConfig: an address that is none. Nothing is opened before step().
  static Result<std::unique_ptr<FrameInputs>> create(const std::vector<InputSettings>& inputs, Doors doors,
                                                     const Clock& clock, metrics::Registry& metrics);
  ~FrameInputs();
  FrameInputs(const FrameInputs&) = delete;
  FrameInputs& operator=(const FrameInputs&) = delete;

  // Until stop(); then hands on what is there.
  void run();
  // From any thread; run() returns within 100 ms.
  void stop() { stopped_ = true; }

  // Beats while run() goes round; looked at from main.
  [[nodiscard]] const Heartbeat& heart() const { return heart_; }

  // One round, for tests and run(): waits for sockets for at most `patience`, and does what is due.
  void step(Nanoseconds patience);
  // The port of an input that listens; 0 while it does not.
  [[nodiscard]] std::uint16_t port(std::size_t input) const;

 private:
  class Impl;
  explicit FrameInputs(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
  Heartbeat heart_;
  std::atomic<bool> stopped_{false};
};

}  // namespace airspool::feed
