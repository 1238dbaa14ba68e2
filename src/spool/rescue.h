// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstdint>
#include <functional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <airspool/spool/spool.h>

#include "held_by_sink.h"
#include "id_set.h"
#include "salvage.h"

namespace airspool::spool {

// A damaged file on its way into a fresh one, a slice at a time (spool_damage.cpp). One thread.
struct Rescue {
  struct Wanted {
    std::string sink;
    std::function<bool(std::int64_t)> holds;
    IdSet settled;  // delivered since
    IdSet held{};   // as memory knows it
  };
  // Moves on with the transaction of a slice.
  struct Progress {
    std::int64_t next = 0;
    bool finished = false;
    std::int64_t dead_after = 0;
    bool dead_finished = false;
    // The last batch whose seq are known, and the runs of which there was one.
    std::string known_spool;
    std::int64_t known_seq = 0;
    std::set<std::string> met;
    std::int64_t known_id = 0;
    bool unknown = false;      // at an opening: pages could not be read on which there may have been batches
    std::int64_t end_seq = 0;  // of the run that met the damage; 0: an opening met it
    std::int64_t batches = 0;
    std::int64_t unreadable = 0;
    std::int64_t slice_batches = 0, slice_records = 0, slice_bytes = 0;
    std::vector<std::pair<std::int64_t, std::int64_t>> slice_held;  // id and records of those that wait for a clock
  };

  // At an opening: what the damaged file's own rows say; everything, where they cannot be read.
  void want_what_rows_say(const std::vector<SinkSettings>& sinks) {
    const auto rows = source.sinks();
    for (const SinkSettings& sink : sinks) {
      std::function<bool(std::int64_t)> holds = [](std::int64_t) { return true; };
      if (rows) {
        const auto row =
            std::find_if(rows->begin(), rows->end(), [&](const SinkRow& r) { return r.name == sink.name; });
        if (row != rows->end()) {
          holds = [held = HeldBySink(*row)](std::int64_t id) { return held.holds(id); };
        } else if (sink.from == StartAt::kNow) {
          continue;
        }
      }
      wanted.push_back({sink.name, std::move(holds), {}, {}});
    }
  }
  // May batches between these two ids be lost? Memory knows which ones were waited for; a damaged file does not.
  [[nodiscard]] bool may_miss(std::int64_t after, std::int64_t before) const {
    if (!from_memory) return true;
    return std::ranges::any_of(wanted, [&](const Wanted& one) {
      auto id = one.held.first_from(after + 1);
      while (id && *id < before && one.settled.contains(*id)) id = one.held.first_from(*id + 1);
      return id && *id < before;
    });
  }
  void settled(std::string_view sink, std::int64_t id) {
    for (Wanted& one : wanted) {
      if (one.sink == sink) one.settled.insert(id);
    }
  }

  Salvage source;
  std::vector<Wanted> wanted;
  Progress at;
  bool from_memory = false;
};

}  // namespace airspool::spool
