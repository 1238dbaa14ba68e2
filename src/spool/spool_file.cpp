// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <utility>

#include "browse.h"
#include "held_by_sink.h"
#include "lock_file.h"
#include "look.h"

namespace airspool::spool {

class SpoolFile::Impl {
 public:
  Impl(LockFile lock, Store store, Purpose purpose)
      : lock_(std::move(lock)), store_(std::move(store)), purpose_(purpose) {}

  Result<void> load() {
    auto rows = store_.sinks();
    if (!rows) return tl::unexpected(rows.error());
    rows_ = std::move(*rows);
    held_.clear();
    for (const SinkRow& row : rows_) held_.emplace_back(row);
    return {};
  }

  Result<std::string> answer(std::string_view command, std::string_view arguments) {
    if (command == kPageCommand) {
      const auto request = page_request_from_json(arguments);
      if (!request) return tl::unexpected(request.error());
      const auto page = read_page(store_, *request, [this](std::int64_t batch) { return waiting_for(batch); });
      if (!page) return tl::unexpected(page.error());
      return to_json(*page);
    }
    if (command == kRequeueCommand) {
      if (purpose_ == Purpose::kLook) return fail(ErrorCode::kUsage, "the spool was opened to be looked at");
      const auto request = requeue_request_from_json(arguments);
      if (!request) return tl::unexpected(request.error());
      const auto requeued = requeue_dead(*request);
      if (!requeued) return tl::unexpected(requeued.error());
      return to_json(*requeued);
    }
    if (command == kCheckCommand) {
      const auto verdict = store_.check();
      return to_json(CheckResult{true, !verdict ? verdict.error().message : *verdict == "ok" ? "" : *verdict});
    }
    return fail(ErrorCode::kUsage, "unknown question to the spool: " + std::string(command));
  }

 private:
  std::vector<std::string> waiting_for(std::int64_t batch) const {
    std::vector<std::string> names;
    for (std::size_t i = 0; i < rows_.size(); ++i) {
      if (held_[i].holds(batch)) names.push_back(rows_[i].name);
    }
    return names;
  }

  Result<Requeued> requeue_dead(const RequeueRequest& request) {
    auto done = store_.begin();
    if (!done) return tl::unexpected(done.error());
    auto told = requeue_rows(request);
    done = told ? store_.commit() : tl::unexpected(told.error());
    if (!done) {
      store_.rollback();
      return tl::unexpected(done.error());
    }
    if (done = load(); !done) return tl::unexpected(done.error());
    return told;
  }

  // The newest id and seq are what load_run (spool_open.cpp) makes of the same rows.
  Result<Requeued> requeue_rows(const RequeueRequest& request) {
    const auto run = store_.newest_run();
    if (!run) return tl::unexpected(run.error());
    const auto newest = store_.newest_batch();
    if (!newest) return tl::unexpected(newest.error());
    RunRow last = run->value_or(RunRow{});
    if (*newest && (*newest)->id > last.last_batch) {
      last.last_batch = (*newest)->id;
      if ((*newest)->run == last.id) last.last_seq = (*newest)->last_seq;
    }
    auto outcome = requeue(store_, request, last.last_batch + 1, [this](const std::string& name) {
      return std::ranges::any_of(rows_, [&](const SinkRow& row) { return row.name == name; });
    });
    if (!outcome) return tl::unexpected(outcome.error());
    if (outcome->batches.empty()) return outcome->told;
    const std::int64_t horizon = outcome->batches.back().id;
    for (const SinkRow& row : rows_) {
      IdSet held = IdSet::parse(row.held).value_or(IdSet());
      if (row.horizon < last.last_batch) held.insert_range(row.horizon + 1, last.last_batch);
      for (const RequeuedBatch& batch : outcome->batches) {
        if (batch.sink == row.name) held.insert(batch.id);
      }
      if (auto done = store_.save_sink({row.name, horizon, held.to_text()}); !done) return tl::unexpected(done.error());
    }
    if (auto done = store_.remember_last(last.id, last.last_seq, horizon); !done) return tl::unexpected(done.error());
    return outcome->told;
  }

  LockFile lock_;
  Store store_;
  Purpose purpose_;
  std::vector<SinkRow> rows_;
  std::vector<HeldBySink> held_;
};

SpoolFile::SpoolFile(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
SpoolFile::SpoolFile(SpoolFile&& other) noexcept = default;
SpoolFile& SpoolFile::operator=(SpoolFile&& other) noexcept = default;
SpoolFile::~SpoolFile() = default;

Result<SpoolFile> SpoolFile::open(const std::string& path, Purpose purpose) {
  auto looked = open_to_look(path, purpose == Purpose::kLook ? spool::Purpose::kLook : spool::Purpose::kRun);
  if (!looked) return tl::unexpected(looked.error());
  auto impl = std::make_unique<Impl>(std::move(looked->lock), std::move(looked->store), purpose);
  if (auto done = impl->load(); !done) return tl::unexpected(done.error());
  return SpoolFile(std::move(impl));
}

Result<std::string> SpoolFile::answer(std::string_view command, std::string_view arguments) {
  return impl_->answer(command, arguments);
}

}  // namespace airspool::spool
