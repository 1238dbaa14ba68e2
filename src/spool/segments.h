// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <airspool/core/clock.h>

namespace airspool::spool {

// `segment.state`: what `time_quality` its batches have, or that they wait for a calendar.
enum class SegmentState : std::uint8_t {
  kSynchronised = 0,
  kCorrected = 1,
  kEstimated = 2,
  kUnverified = 3,
  kHeld = 4
};

// A row of `segment`.
struct SegmentRow {
  std::int64_t id = 0;
  std::string boot_id;
  BootTime start;
  BootTime end;        // of what is known to be in it
  WallTime boot_zero;  // UTC = boot_zero + boot time; a hint while it is held
  SegmentState state = SegmentState::kSynchronised;

  [[nodiscard]] bool held() const { return state == SegmentState::kHeld; }
  [[nodiscard]] Calendar calendar() const { return {boot_zero, static_cast<ClockQuality>(state)}; }
};

// The segments that the file has batches of, in the order in which they were, and what can be concluded from them about
// those whose clock was never believed. No I/O. One thread.
class Segments {
 public:
  // In the order of ids.
  void add(SegmentRow row);
  // Something of it lies at `end`.
  void reaches(std::int64_t id, BootTime end);
  // The same of a batch whose segment is not known: from before there were any.
  void reaches_wall(std::int64_t id, WallTime end);
  [[nodiscard]] const SegmentRow* find(std::int64_t id) const;
  // The largest that was ever met here.
  [[nodiscard]] std::int64_t last_id() const { return last_id_; }
  [[nodiscard]] const SegmentRow* newest_row() const { return rows_.empty() ? nullptr : &rows_.back(); }

  template <typename Visit>
  void each(Visit visit) const {
    for (const SegmentRow& row : rows_) visit(row);
  }
  [[nodiscard]] bool any_held() const;
  [[nodiscard]] bool synchronised_in(const std::string& boot_id) const;
  // The latest moment of all that has final times.
  [[nodiscard]] std::optional<WallTime> newest() const;

  // Where held segments belong now that the clock of this boot is believed; empty when there are none.
  //
  // A segment of a boot whose clock was believed, before or after it, is exact: boot time runs through from one process
  // to the next. That is kCorrected when the clock was synchronised, else kUnverified.
  //
  // A boot whose clock never was lies between its neighbours: after the last moment known from a synchronised clock
  // before it (and after `not_before`, which no right clock is behind), and before the next boot began. Its own clock
  // counts if that puts it in between. If not, it is taken to have ended when the next boot began, which is right after
  // a power cut or a reboot. Distances within a boot are kept in any case; if it is longer than what lies between, the
  // neighbour with the better clock wins. kEstimated, or kUnverified when this boot's clock is no better.
  [[nodiscard]] std::vector<SegmentRow> place(const std::string& this_boot, const Calendar& calendar,
                                              WallTime not_before) const;
  void replace(const SegmentRow& row);
  // Forgets those before `id`, but for the two that newest() and place() may still ask for. Which ones it forgot.
  std::vector<std::int64_t> forget_before(std::int64_t id);

 private:
  struct Boot;
  [[nodiscard]] std::vector<Boot> boots() const;

  std::vector<SegmentRow> rows_;
  std::int64_t last_id_ = 0;
  std::optional<WallTime> newest_other_;
};

}  // namespace airspool::spool
