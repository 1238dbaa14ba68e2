// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <condition_variable>
#include <memory>
#include <mutex>

#include <airspool/core/clock.h>
#include <airspool/core/heartbeat.h>
#include <airspool/core/metrics.h>
#include <airspool/core/result.h>
#include <airspool/net/http_client.h>
#include <airspool/opensky/poller.h>

#include "stream.h"

namespace airspool::collector {

// OpenSky's answers in: the body of the opensky thread, which owns the poller and its HTTP client. Waits when the sky
// thread is behind: an answer is worth more than the next request.
class OpenSkyStage {
 public:
  static Result<std::unique_ptr<OpenSkyStage>> create(opensky::PollerSettings settings, SkyChannel& sky,
                                                      const Clock& clock, metrics::Registry& metrics);

  // Until stop() is called.
  void run();
  // From any thread.
  void stop();
  // Beats while it works; looked at from main.
  [[nodiscard]] const Heartbeat& heart() const { return heart_; }

 private:
  OpenSkyStage(std::unique_ptr<net::HttpClient> http, const Clock& clock) : http_(std::move(http)), clock_(clock) {}

  std::unique_ptr<net::HttpClient> http_;
  const Clock& clock_;
  std::optional<opensky::Poller> poller_;  // set by create
  Heartbeat heart_;
  std::mutex mutex_;
  std::condition_variable stop_asked_;
  bool stopping_ = false;
};

}  // namespace airspool::collector
