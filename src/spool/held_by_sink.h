// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include <airspool/core/log.h>

#include "id_set.h"
#include "store.h"

namespace airspool::spool {

// What a row of `sink` says: which batches, of those that are there, the sink still has to get. A row that nobody can
// read holds everything: sending twice loses nothing. A value type.
class HeldBySink {
 public:
  explicit HeldBySink(const SinkRow& row) {
    const auto parsed = IdSet::parse(row.held);
    if (parsed) {
      horizon_ = row.horizon;
      held_ = *parsed;
    } else {
      log::warning("spool", "the delivery state of a sink cannot be read: everything is sent to it again",
                   {{"sink", row.name}});
    }
  }
  [[nodiscard]] bool holds(std::int64_t id) const { return id > horizon_ || held_.contains(id); }

 private:
  std::int64_t horizon_ = 0;
  IdSet held_;
};

}  // namespace airspool::spool
