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

StoreStage::StoreStage(spool::Spool spool, Doors doors, const Clock& clock, metrics::Registry& metrics)
    : spool_(std::move(spool)), doors_(doors), clock_(clock), metrics_(metrics) {
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
  heart_.rest();
}

void StoreStage::serve() {
  heart_.beat();
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
  auto stat = std::make_shared<const spool::SpoolStat>(spool_.stat());
  show(*stat);
  doors_.stat.publish(std::move(stat));
  next_stat_ = clock_.boot_now() + kStatPeriod;
}

// The registry looks a series up by its name each time: some twenty of them, once a second.
void StoreStage::show(const spool::SpoolStat& stat) {
  const auto set = [&](const char* name, const char* help, std::int64_t value, const metrics::Labels& labels = {}) {
    metrics_.gauge(name, help, labels).set(static_cast<double>(value));
  };
  set("airspool_spool_batches", "Batches on disk", stat.batches);
  set("airspool_spool_held_batches", "Batches on disk that wait for a clock that can be believed", stat.held_batches);
  set("airspool_clock_synchronised", "1 while the system clock is synchronised",
      stat.clock.state == ClockState::kSynchronised ? 1 : 0);
  set("airspool_clock_believed", "1 while times are taken from the system clock (clock.trust)",
      stat.clock.holding ? 0 : 1);
  set("airspool_spool_file_bytes", "Size of the spool's database and WAL", stat.file_bytes);
  set("airspool_spool_memory_batches", "Sealed batches that are in memory only",
      stat.memory_batches + stat.unstored_batches);
  set("airspool_spool_failing", "1 while the disk does not take batches", stat.last_error.empty() ? 0 : 1);
  set("airspool_spool_damaged_files", "Damaged files kept beside the spool", stat.quarantined_files);
  set("airspool_spool_dead_batches", "Rejected batches that are kept", stat.dead_batches);
  for (const spool::SinkStat& sink : stat.sinks) {
    set("airspool_spool_backlog_batches", "Batches that a sink still has to take", sink.batches, {{"sink", sink.name}});
    set("airspool_spool_backlog_bytes", "Their bytes", sink.bytes, {{"sink", sink.name}});
  }
  for (const spool::DropStat& drop : stat.drops) {
    set("airspool_spool_dropped_records", "Records lost over the life of the file, by sink and reason", drop.records,
        {{"sink", drop.sink}, {"reason", drop.reason}});
  }
  const auto set_known = [&](const char* name, const char* help, std::optional<std::int64_t> value) {
    if (value) set(name, help, *value);
  };
  set_known("airspool_written_today_bytes", "Written to disk by the collector this UTC day", stat.written_today);
  set_known("airspool_written_year_bytes", "Written to disk by the collector in a year at this pace",
            stat.written_a_year);
  set_known("airspool_disk_written_today_bytes", "Written by all to the spool's disk this UTC day",
            stat.disk_written_today);
  set_known("airspool_disk_written_year_bytes", "Written by all to the spool's disk in a year at this pace",
            stat.disk_written_a_year);
}

}  // namespace airspool::collector
