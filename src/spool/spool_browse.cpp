// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <utility>

#include <airspool/core/log.h>

#include "browse.h"
#include "spool_impl.h"

namespace airspool::spool {
namespace {

// Reading so much takes a slow card a second: records can wait that long, and no longer.
constexpr std::int64_t kCheckedWhileRunning = std::int64_t{16} << 20;

}  // namespace

Result<std::string> Spool::Impl::answer(std::string_view command, std::string_view arguments) {
  if (command == kPageCommand) {
    const auto request = page_request_from_json(arguments);
    if (!request) return tl::unexpected(request.error());
    const auto page = read_page(store_, *request, [this](std::int64_t batch) { return waiting_for(batch); });
    if (!page) return tl::unexpected(page.error());
    return to_json(*page);
  }
  if (command == kRequeueCommand) {
    const auto request = requeue_request_from_json(arguments);
    if (!request) return tl::unexpected(request.error());
    const auto requeued = requeue_dead(*request);
    if (!requeued) return tl::unexpected(requeued.error());
    return to_json(*requeued);
  }
  if (command == kCheckCommand) {
    CheckResult check;
    check.checked = stat().file_bytes <= kCheckedWhileRunning;
    if (check.checked) {
      const auto verdict = store_.check();
      check.problem = !verdict ? verdict.error().message : *verdict == "ok" ? "" : *verdict;
    }
    return to_json(check);
  }
  return fail(ErrorCode::kUsage, "unknown question to the spool: " + std::string(command));
}

std::vector<std::string> Spool::Impl::waiting_for(std::int64_t batch) const {
  std::vector<std::string> names;
  for (const Delivery& sink : sinks_) {
    if (sink.holds(batch)) names.push_back(sink.settings().name);
  }
  std::ranges::sort(names);
  return names;
}

// What waits in memory is stored first, so that the new ids follow it; then all in one transaction. A sink that has
// nothing to do with a letter must not get it: the rows of all sinks are written with it.
Result<Requeued> Spool::Impl::requeue_dead(const RequeueRequest& request) {
  if (auto done = store_waiting(Due::kAll); !done) return tl::unexpected(done.error());
  // What was rejected just now is held by nobody in memory and not buried yet: that comes before the rows of the sinks.
  if (acks_ > 0) {
    if (auto done = write_acks(); !done) return tl::unexpected(done.error());
  }
  const std::int64_t first = next_batch_;
  auto done = store_.begin();
  if (!done) return tl::unexpected(done.error());
  auto outcome = requeue(store_, request, first, [this](const std::string& name) {
    const Delivery* const sink = find(name);
    return sink != nullptr && !sink->removed();
  });
  done = outcome ? Result<void>() : tl::unexpected(outcome.error());
  const std::vector<Delivery> before = sinks_;
  if (done && !outcome->batches.empty()) {
    for (const RequeuedBatch& batch : outcome->batches) find(batch.sink)->hold(batch.id, {batch.records, batch.bytes});
    const std::int64_t last = outcome->batches.back().id;
    done = save_sinks(last, {});
    if (done) done = store_.remember_last(last_run_.id, last_seq_, last);
  }
  auto dead = done ? store_.dead_totals() : Result<DeadTotals>();
  if (done && !dead) done = tl::unexpected(dead.error());
  if (done) done = store_.commit();
  if (!done) {
    store_.rollback();
    sinks_ = before;
    return tl::unexpected(done.error());
  }
  for (const RequeuedBatch& batch : outcome->batches) {
    last_batch_ = batch.id;
    next_batch_ = batch.id + 1;
    ++batches_;
    total_.records += batch.records;
    total_.bytes += batch.bytes;
  }
  dead_ = *dead;
  if (outcome->told.batches > 0) {
    log::info("spool", "dead letters are tried again",
              {{"batches", outcome->told.batches}, {"records", outcome->told.records}});
  }
  return outcome->told;
}

Result<std::string> Spool::answer(std::string_view command, std::string_view arguments) {
  return impl_->answer(command, arguments);
}

}  // namespace airspool::spool
