// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <string>
#include <vector>

#include <airspool/spool/browse.h>

#include "store.h"

namespace airspool::spool {

// What both doors to the queue share: the running spool (spool_browse.cpp) and the file (spool_file.cpp).

std::string to_json(const StoredPage& page);
std::string to_json(const Requeued& requeued);
std::string to_json(const CheckResult& check);
Result<PageRequest> page_request_from_json(std::string_view json);
Result<RequeueRequest> requeue_request_from_json(std::string_view json);

// Names of the sinks that still wait for a batch.
using Waiting = std::function<std::vector<std::string>(std::int64_t batch)>;
Result<StoredPage> read_page(Store& store, const PageRequest& request, const Waiting& waiting);

// Dead letters that fit the request, moved to batches with the ids from `first_id` on, inside the caller's transaction.
struct RequeuedBatch {
  std::int64_t id = 0;
  std::int64_t records = 0;
  std::int64_t bytes = 0;
  std::string sink;
};
struct RequeueOutcome {
  std::vector<RequeuedBatch> batches;
  Requeued told;
};
using IsSink = std::function<bool(const std::string& name)>;
Result<RequeueOutcome> requeue(Store& store, const RequeueRequest& request, std::int64_t first_id,
                               const IsSink& is_sink);

}  // namespace airspool::spool
