// SPDX-License-Identifier: Apache-2.0
#include "browse.h"

#include <algorithm>
#include <chrono>
#include <utility>

namespace airspool::spool {
namespace {

StoredBatch stored(const BatchRow& row, const RunRow& run) {
  StoredBatch batch;
  batch.row = row.id;
  batch.header.id = row.id;
  batch.header.station_id = run.station_id;
  batch.header.spool_id = run.spool_id;
  batch.header.first_seq = row.first_seq;
  batch.header.last_seq = row.last_seq;
  batch.header.count = static_cast<std::uint32_t>(row.records);
  batch.header.sealed = WallTime(std::chrono::milliseconds(row.sealed_ms));
  batch.header.simulated = row.simulated;
  batch.size = row.bytes;
  batch.held = row.held;
  batch.thinned = row.thinned > 0;
  return batch;
}

StoredBatch stored(const DeadRow& dead) {
  StoredBatch batch = stored(dead.batch, dead.run);
  batch.row = dead.id;
  batch.sinks = {dead.sink};
  batch.reason = dead.reason;
  batch.rejected = WallTime(std::chrono::milliseconds(dead.rejected_ms));
  return batch;
}

Result<std::vector<StoredBatch>> batches_of(Store& store, const PageRequest& request, std::int64_t rows,
                                            const Waiting& waiting) {
  std::vector<StoredBatch> batches;
  const auto found = store.batches_after(request.after, rows);
  if (!found) return tl::unexpected(found.error());
  RunRow run;
  for (const BatchRow& row : *found) {
    if (row.run != run.id || run.spool_id.empty()) {
      const auto known = store.run(row.run);
      if (!known) return tl::unexpected(known.error());
      run = known->value_or(RunRow{row.run, "", "", 0, 0, false});
    }
    batches.push_back(stored(row, run));
    batches.back().sinks = waiting(row.id);
  }
  return batches;
}

}  // namespace

Result<StoredPage> read_page(Store& store, const PageRequest& request, const Waiting& waiting) {
  const auto rows = static_cast<std::int64_t>(std::clamp<std::size_t>(request.rows, 1, kMaxPageRows));
  StoredPage page;
  if (request.dead) {
    const auto found = store.dead_after(request.after, rows + 1);
    if (!found) return tl::unexpected(found.error());
    for (const DeadRow& dead : *found) page.batches.push_back(stored(dead));
  } else {
    auto found = batches_of(store, request, rows + 1, waiting);
    if (!found) return tl::unexpected(found.error());
    page.batches = std::move(*found);
  }
  // One more than asked for tells whether there is more.
  if (static_cast<std::int64_t>(page.batches.size()) > rows) {
    page.batches.pop_back();
    page.more = true;
  }
  if (!request.with_bytes) return page;

  std::int64_t bytes = 0;
  for (std::size_t i = 0; i < page.batches.size(); ++i) {
    StoredBatch& batch = page.batches[i];
    if (i > 0 && bytes + batch.size > kMaxPageBytes) {
      page.batches.resize(i);
      page.more = true;
      break;
    }
    bytes += batch.size;
    auto body = request.dead ? store.dead_body(batch.row) : store.body(batch.row);
    // A page of the file that cannot be read costs this batch, not the walk: whoever asks sees that its bytes are
    // missing.
    if (body && *body) batch.bytes = std::move(**body);
  }
  return page;
}

Result<RequeueOutcome> requeue(Store& store, const RequeueRequest& request, std::int64_t first_id,
                               const IsSink& is_sink) {
  const auto rows = static_cast<std::int64_t>(std::clamp<std::size_t>(request.rows, 1, kMaxPageRows));
  const auto found = store.dead_after(request.after, rows + 1);
  if (!found) return tl::unexpected(found.error());
  RequeueOutcome outcome;
  outcome.told.after = request.after;
  std::int64_t looked_at = 0;
  std::int64_t bytes = 0;
  for (const DeadRow& dead : *found) {
    if (looked_at == rows || (bytes > 0 && bytes + dead.batch.bytes > kMaxPageBytes)) {
      outcome.told.more = true;
      break;
    }
    ++looked_at;
    outcome.told.after = dead.id;
    if (!request.sink.empty() && dead.sink != request.sink) continue;
    if (dead.reason.find(request.reason) == std::string::npos) continue;
    if (!is_sink(dead.sink)) {
      if (std::ranges::find(outcome.told.gone, dead.sink) == outcome.told.gone.end()) {
        outcome.told.gone.push_back(dead.sink);
      }
      continue;
    }
    const auto body = store.dead_body(dead.id);
    if (!body) return tl::unexpected(body.error());
    if (!*body) continue;
    const std::int64_t id = first_id + outcome.told.batches;
    if (auto done = store.revive(dead, id, **body); !done) return tl::unexpected(done.error());
    bytes += dead.batch.bytes;
    ++outcome.told.batches;
    outcome.told.records += dead.batch.records;
    outcome.batches.push_back({id, dead.batch.records, dead.batch.bytes, dead.sink});
  }
  return outcome;
}

}  // namespace airspool::spool
