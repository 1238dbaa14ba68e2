// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdio>
#include <utility>

#include <airspool/core/log.h>
#include <airspool/radio/gain_control.h>

namespace airspool::radio {
namespace {

// Where the search begins: neither deaf nor deafened, a few steps from where most antennas end.
constexpr double kStartDb = 40.0;
constexpr double kMaxDb = 60.0;

std::string text_of_db(double db) {
  char text[32];
  std::snprintf(text, sizeof text, "%.1f dB", db);
  return text;
}

}  // namespace

Result<GainChoice> parse_gain(std::string_view text) {
  if (text == "auto") return GainChoice{GainChoice::Mode::kAuto, 0.0};
  if (text == "agc") return GainChoice{GainChoice::Mode::kAgc, 0.0};
  double db = 0.0;
  const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), db);
  if (error != std::errc{} || stop != text.data() + text.size() || !(db >= 0.0 && db <= kMaxDb)) {
    return fail(ErrorCode::kUsage,
                "gain \"" + std::string(text) + "\": give decibels from 0 to 60, such as 38.6, or auto, or agc");
  }
  return GainChoice{GainChoice::Mode::kFixed, db};
}

std::string to_string(const GainChoice& choice) {
  switch (choice.mode) {
    case GainChoice::Mode::kAuto:
      return "auto";
    case GainChoice::Mode::kAgc:
      return "agc";
    case GainChoice::Mode::kFixed:
      break;
  }
  return text_of_db(choice.fixed_db);
}

GainControl::GainControl(GainChoice wanted) {
  state_.wanted = wanted;
  state_.reason = "no tuner yet";
}

Result<void> GainControl::attach(std::vector<int> table_tenth_db, Apply apply, std::uint64_t holder) {
  const std::lock_guard work(work_);
  if (holder < holder_) return fail(ErrorCode::kUnavailable, "the tuner is held by somebody else");
  holder_ = holder;
  table_ = std::move(table_tenth_db);
  std::sort(table_.begin(), table_.end());
  apply_ = std::move(apply);
  auto set = set_wanted(false);
  if (!set) apply_ = nullptr;
  return set;
}

void GainControl::detach(std::uint64_t holder) {
  const std::lock_guard work(work_);
  if (holder != holder_ || !apply_) return;
  apply_ = nullptr;
  policy_.reset();
  const std::lock_guard lock(mutex_);
  state_.gain_db.reset();
  state_.reason = "no tuner now";
}

Result<std::string> GainControl::choose(const GainChoice& wanted) {
  const std::lock_guard work(work_);
  if (wanted.mode != GainChoice::Mode::kAuto) last_auto_db_.reset();
  {
    const std::lock_guard lock(mutex_);
    state_.wanted = wanted;
  }
  if (!apply_) return "gain " + to_string(wanted) + " is noted: no dongle is there now";
  if (const auto set = set_wanted(true); !set) return tl::unexpected(set.error());
  log::info("radio", "gain chosen", {{"gain", to_string(wanted)}, {"now", state_.reason}});
  return state_.reason;
}

bool GainControl::observe(const GainEvidence& evidence) {
  const std::lock_guard work(work_);
  if (!apply_ || !policy_) return false;
  const auto verdict = policy_->observe(evidence);
  if (!verdict) return false;
  const double before = state_.gain_db.value_or(0.0);
  const double after = db_of(verdict->step);
  if (after != before) {
    if (const auto set = apply_(table_[verdict->step]); !set) {
      log::warning("radio", set.error().message);
      return false;
    }
    last_auto_db_ = after;
    log::info("radio", "gain follows the signal",
              {{"from", text_of_db(before)}, {"to", text_of_db(after)}, {"why", verdict->reason}});
  }
  show(after, "auto: " + verdict->reason, true);
  return after != before;
}

GainState GainControl::state() const {
  const std::lock_guard lock(mutex_);
  return state_;
}

Result<void> GainControl::set_wanted(bool counts) {
  policy_.reset();
  const bool is_agc = state_.wanted.mode == GainChoice::Mode::kAgc;
  if (is_agc || table_.empty()) {
    if (auto set = apply_(std::nullopt); !set) return set;
    show(std::nullopt,
         is_agc ? "agc: the tuner's own control" : "the tuner has no gains to choose from: its own control", counts);
    return {};
  }
  const bool is_auto = state_.wanted.mode == GainChoice::Mode::kAuto;
  const double asked = is_auto ? last_auto_db_.value_or(kStartDb) : state_.wanted.fixed_db;
  const std::size_t step = nearest(asked);
  if (auto set = apply_(table_[step]); !set) return set;
  std::string reason = (is_auto ? "auto: begins with " : "fixed: ") + text_of_db(db_of(step));
  if (!is_auto && std::abs(db_of(step) - asked) > 0.05) {
    reason += ", the nearest that the tuner has to " + text_of_db(asked);
  }
  if (is_auto) policy_.emplace(table_.size(), step);
  show(db_of(step), std::move(reason), counts);
  return {};
}

void GainControl::show(std::optional<double> gain_db, std::string reason, bool counts) {
  const std::lock_guard lock(mutex_);
  if (counts && state_.gain_db != gain_db) ++state_.changes;
  state_.gain_db = gain_db;
  state_.reason = std::move(reason);
}

std::size_t GainControl::nearest(double db) const {
  const auto off = [&](int tenth) { return std::abs(tenth / 10.0 - db); };
  const auto it = std::min_element(table_.begin(), table_.end(), [&](int a, int b) { return off(a) < off(b); });
  return static_cast<std::size_t>(it - table_.begin());
}

double GainControl::db_of(std::size_t step) const { return table_[step] / 10.0; }

}  // namespace airspool::radio
