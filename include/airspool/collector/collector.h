// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <vector>

#include <airspool/config/config.h>
#include <airspool/core/clock.h>
#include <airspool/core/result.h>

namespace airspool::collector {

struct CollectorOptions {
  // Let simulated records leave this machine.
  bool allow_sim = false;
  // How long the sinks may take at a stop for what is still there.
  Nanoseconds flush = std::chrono::seconds(5);
};

// The one room that knows all others: makes the stages from a configuration, connects them, owns their threads and
// stops them in the order of the stream. Used from one thread (main). The stages are those of design: dsp, opensky,
// sky, store, forward, http, control; src/README.md draws them.
class Collector {
 public:
  // Opens everything and starts nothing. What keeps data from being kept (spool, a sink's settings, the radio that was
  // asked for) is an error; a status port in use is told in the log, and the rest goes on.
  static Result<std::unique_ptr<Collector>> create(const config::Config& config, const CollectorOptions& options,
                                                   const Clock& clock);
  ~Collector();
  Collector(const Collector&) = delete;
  Collector& operator=(const Collector&) = delete;

  // Starts the threads. Once.
  void start();

  // Walks the stream to its end: sources stop, queues drain, the open batch is sealed and stored, the sinks get
  // `options.flush`. Returns when every thread is gone. Safe to call twice.
  void stop();

  // The stages that stand still ("sky", "store"): for a watchdog. Empty while all is well, and after stop().
  std::vector<std::string> silent_stages();
  // How it is, in one line for people: "41 aircraft, 3 batches to send, 1 of 2 sinks connected".
  [[nodiscard]] std::string state_line() const;

 private:
  class Impl;
  explicit Collector(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace airspool::collector
