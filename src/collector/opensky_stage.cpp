// SPDX-License-Identifier: Apache-2.0
#include "opensky_stage.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include <airspool/net/curl_http_client.h>

namespace airspool::collector {
namespace {

// The metrics of the moment, such as the age of the last answer, are never older.
constexpr Nanoseconds kShowEvery = std::chrono::seconds(10);

}  // namespace

Result<std::unique_ptr<OpenSkyStage>> OpenSkyStage::create(opensky::PollerSettings settings, SkyChannel& sky,
                                                           const Clock& clock, metrics::Registry& metrics) {
  auto http = net::CurlHttpClient::create();
  if (!http) return tl::unexpected(http.error());
  std::unique_ptr<OpenSkyStage> stage(new OpenSkyStage(std::move(*http), clock));
  auto poller = opensky::Poller::create(std::move(settings), *stage->http_, clock, metrics,
                                        [&sky](opensky::OpenSkyAnswer&& answer) { sky.push(std::move(answer)); });
  if (!poller) return tl::unexpected(poller.error());
  stage->poller_.emplace(std::move(*poller));
  return stage;
}

void OpenSkyStage::run() {
  std::unique_lock lock(mutex_);
  while (!stopping_) {
    lock.unlock();
    heart_.beat();
    const BootTime next = poller_->step(clock_.boot_now());
    lock.lock();
    stop_asked_.wait_for(lock, std::min(next - clock_.boot_now(), kShowEvery), [this] { return stopping_; });
  }
  heart_.rest();
}

void OpenSkyStage::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  http_->stop();
  stop_asked_.notify_all();
}

}  // namespace airspool::collector
