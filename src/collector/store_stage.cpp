// SPDX-License-Identifier: Apache-2.0
#include "store_stage.h"

#include <chrono>
#include <memory>
#include <string>
#include <utility>

#include <airspool/core/log.h>

namespace airspool::collector {
namespace {

using std::chrono::milliseconds;

// How long an ack or a request for batches may wait for the records' turn.
constexpr milliseconds kTurn{50};
constexpr Nanoseconds kStatPeriod = std::chrono::seconds(1);

}  // namespace

StoreStage::StoreStage(spool::Spool spool, Doors doors, const Clock& clock)
    : spool_(std::move(spool)), doors_(doors), clock_(clock) {
  publish_stat();
}

void StoreStage::run() {
  while (!doors_.records.drained()) {
    if (auto records = doors_.records.pop_for(kTurn)) spool_.append(std::move(*records));
    serve();
  }
  // The stream is over: seal what is open, so that the sinks get it in the time they have left.
  if (const auto flushed = spool_.flush(); !flushed) log::error("spool", flushed.error().message);
  serve();
  publish_stat();
  doors_.last_batch_leased.set_value();
  while (!doors_.requests.drained()) {
    if (auto request = doors_.requests.pop_for(kTurn)) spool_.handle(std::move(*request));
    serve();
    publish_stat();  // the stop looks at it to see what the sinks still have to take
  }
  if (const auto flushed = spool_.flush(); !flushed) log::error("spool", flushed.error().message);
  publish_stat();
  doors_.questions.close();
  while (auto question = doors_.questions.try_pop()) {
    question->answer.set_value(fail(ErrorCode::kUnavailable, "the collector is stopping; ask again when it is gone"));
  }
}

void StoreStage::serve() {
  while (auto request = doors_.requests.try_pop()) spool_.handle(std::move(*request));
  const BootTime now = clock_.boot_now();
  for (spool::Lease& lease : spool_.step(now)) {
    if (doors_.leases.try_push(std::move(lease))) continue;
    // The forward thread is gone or far behind: the batches stay ours. A push that fails leaves the value alone.
    for (const auto& batch : lease.batches) {  // NOLINT(bugprone-use-after-move)
      spool_.settle({lease.sink, batch->header.id, spool::Settlement::kReturned, {}});
    }
  }
  if (auto question = doors_.questions.try_pop()) {
    question->answer.set_value(spool_.answer(question->command, question->arguments));
  }
  if (now >= next_stat_) publish_stat();
}

void StoreStage::publish_stat() {
  doors_.stat.publish(std::make_shared<const spool::SpoolStat>(spool_.stat()));
  next_stat_ = clock_.boot_now() + kStatPeriod;
}

}  // namespace airspool::collector
