// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include <airspool/spool/batch.h>

namespace airspool::spool {

// The words that the store thread and the forward thread exchange. Values only, moved through channels.

// "Sink NAME has room for so much." Stays open until it is answered with at least one batch or replaced by the next
// request of the same sink, so that nobody polls. With `max_batches` 0 it takes the sink's open request back.
struct LeaseRequest {
  std::string sink;
  std::size_t max_batches = 0;
  std::size_t max_bytes = 0;  // at least one batch is leased, however large
};

// Batches that the sink now holds. Each is settled exactly once, or returned by the end of the process.
struct Lease {
  std::string sink;
  std::vector<BatchPtr> batches;
};

enum class Settlement : std::uint8_t {
  kAccepted,  // the other side has it: the sink's hold is released, durably
  kReturned,  // not delivered: it may be leased again
  kRejected,  // never deliverable: to the dead letters, with the reason
};

struct Settle {
  std::string sink;
  std::int64_t batch_id = 0;
  Settlement settlement = Settlement::kReturned;
  std::string reason;  // for kRejected
  // For kRejected: only these records of the batch, under its header narrowed to them; the others were delivered. Null:
  // all of it.
  BatchPtr part = nullptr;
};

using StoreRequest = std::variant<LeaseRequest, Settle>;

}  // namespace airspool::spool
