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
    bool holes = true;         // seq that do not follow each other may be lost ones
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
      wanted.push_back({sink.name, std::move(holds), {}});
    }
  }
  void settled(std::string_view sink, std::int64_t id) {
    for (Wanted& one : wanted) {
      if (one.sink == sink) one.settled.insert(id);
    }
  }

  Salvage source;
  std::vector<Wanted> wanted;
  Progress at;
};

}  // namespace airspool::spool
