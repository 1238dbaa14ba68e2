// SPDX-License-Identifier: Apache-2.0
#include "segments.h"

#include <algorithm>
#include <utility>

namespace airspool::spool {
namespace {

bool synchronised(const SegmentRow& row) {
  return row.state == SegmentState::kSynchronised || row.state == SegmentState::kCorrected;
}

template <typename Rows>
auto at_or_after(Rows& rows, std::int64_t id) {
  return std::lower_bound(rows.begin(), rows.end(), id,
                          [](const SegmentRow& row, std::int64_t wanted) { return row.id < wanted; });
}

}  // namespace

// The segments of one boot, first to last.
struct Segments::Boot {
  std::string id;
  std::optional<Calendar> believed;
  std::optional<WallTime> last_good;  // of a synchronised clock
  WallTime own_boot_zero;             // by its own clock, as it was last
  BootTime first_held, last_held;
  bool holds = false;
};

void Segments::add(SegmentRow row) {
  last_id_ = std::max(last_id_, row.id);
  rows_.push_back(std::move(row));
}

void Segments::reaches(std::int64_t id, BootTime end) {
  last_id_ = std::max(last_id_, id);
  const auto row = at_or_after(rows_, id);
  if (row != rows_.end() && row->id == id) row->end = std::max(row->end, end);
}

void Segments::reaches_wall(std::int64_t id, WallTime end) {
  last_id_ = std::max(last_id_, id);
  newest_other_ = std::max(newest_other_.value_or(end), end);
}

const SegmentRow* Segments::find(std::int64_t id) const {
  const auto row = at_or_after(rows_, id);
  return row != rows_.end() && row->id == id ? &*row : nullptr;
}

void Segments::replace(const SegmentRow& row) {
  const auto old = at_or_after(rows_, row.id);
  if (old != rows_.end() && old->id == row.id) *old = row;
}

bool Segments::synchronised_in(const std::string& boot_id) const {
  return std::any_of(rows_.begin(), rows_.end(),
                     [&](const SegmentRow& row) { return row.boot_id == boot_id && synchronised(row); });
}

bool Segments::any_held() const {
  return std::any_of(rows_.begin(), rows_.end(), [](const SegmentRow& row) { return row.held(); });
}

std::vector<std::int64_t> Segments::forget_before(std::int64_t id) {
  const SegmentRow* newest = nullptr;
  const SegmentRow* newest_good = nullptr;
  const auto later = [](const SegmentRow& row, const SegmentRow* than) {
    return than == nullptr || row.calendar().at(row.end) > than->calendar().at(than->end);
  };
  for (const SegmentRow& row : rows_) {
    if (row.held() || row.state == SegmentState::kEstimated) continue;
    if (later(row, newest)) newest = &row;
    if (synchronised(row) && later(row, newest_good)) newest_good = &row;
  }
  std::vector<std::int64_t> forgotten;
  for (const SegmentRow& row : rows_) {
    if (row.id < id && &row != newest && &row != newest_good) forgotten.push_back(row.id);
  }
  std::erase_if(rows_,
                [&](const SegmentRow& row) { return std::binary_search(forgotten.begin(), forgotten.end(), row.id); });
  return forgotten;
}

std::optional<WallTime> Segments::newest() const {
  std::optional<WallTime> newest = newest_other_;
  for (const SegmentRow& row : rows_) {
    if (row.held() || row.state == SegmentState::kEstimated) continue;
    const WallTime end = row.calendar().at(row.end);
    newest = std::max(newest.value_or(end), end);
  }
  return newest;
}

std::vector<Segments::Boot> Segments::boots() const {
  std::vector<Boot> boots;
  for (const SegmentRow& row : rows_) {
    if (boots.empty() || boots.back().id != row.boot_id) boots.emplace_back().id = row.boot_id;
    Boot& boot = boots.back();
    if (row.held()) {
      boot.first_held = boot.holds ? std::min(boot.first_held, row.start) : row.start;
      boot.last_held = boot.holds ? std::max(boot.last_held, row.end) : row.end;
      boot.own_boot_zero = row.boot_zero;
      boot.holds = true;
      continue;
    }
    const bool better = !boot.believed || (synchronised(row) && boot.believed->quality > ClockQuality::kCorrectedLater);
    if (better) boot.believed = row.calendar();
    if (synchronised(row)) {
      const WallTime end = row.calendar().at(row.end);
      boot.last_good = std::max(boot.last_good.value_or(end), end);
    }
  }
  return boots;
}

std::vector<SegmentRow> Segments::place(const std::string& this_boot, const Calendar& calendar,
                                        WallTime not_before) const {
  std::vector<Boot> boots = this->boots();
  if (boots.empty()) return {};
  if (boots.back().id != this_boot) boots.emplace_back().id = this_boot;
  if (!boots.back().believed || boots.back().believed->quality > calendar.quality) boots.back().believed = calendar;

  const auto lower_bound = [&](std::size_t i) {
    WallTime last = not_before;
    for (std::size_t k = 0; k < i; ++k) last = std::max(last, boots[k].last_good.value_or(last));
    return last;
  };
  // From the last to the first, so that each one's next is settled.
  for (std::size_t i = boots.size(); i-- > 0;) {
    Boot& boot = boots[i];
    if (boot.believed) continue;
    const Calendar& next = *boots[i + 1].believed;
    const WallTime earliest = lower_bound(i) - boot.first_held.time_since_epoch();
    const WallTime latest = next.boot_zero - boot.last_held.time_since_epoch();
    const bool next_is_good = next.quality < ClockQuality::kUnverified;
    Calendar placed{latest, next_is_good ? ClockQuality::kEstimated : ClockQuality::kUnverified};
    if (boot.own_boot_zero >= earliest && boot.own_boot_zero <= latest) placed.boot_zero = boot.own_boot_zero;
    if (earliest > latest && !next_is_good) placed.boot_zero = earliest;
    boot.believed = placed;
  }

  std::vector<SegmentRow> rows;
  std::size_t at = 0;
  for (const SegmentRow& row : rows_) {
    while (boots[at].id != row.boot_id) ++at;
    if (!row.held()) continue;
    const Calendar& believed = *boots[at].believed;
    SegmentRow placed = row;
    placed.boot_zero = believed.boot_zero;
    placed.state = believed.quality == ClockQuality::kSynchronised ? SegmentState::kCorrected
                                                                   : static_cast<SegmentState>(believed.quality);
    rows.push_back(std::move(placed));
  }
  return rows;
}

}  // namespace airspool::spool
