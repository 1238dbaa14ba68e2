// SPDX-License-Identifier: Apache-2.0
#include "budget.h"

#include <algorithm>
#include <chrono>

namespace airspool::opensky {
namespace {

constexpr Nanoseconds kMargin = std::chrono::seconds(2);
// A clock that goes back by less is the same clock, told less exactly.
constexpr Nanoseconds kSameClock = std::chrono::minutes(1);
// The next time they may spend more than ever.
constexpr std::int64_t kReserveFactor = 2;
constexpr std::int64_t kReserveShare = 50;  // of the limit, at most
// After a refusal that was not about the period's credits: enough to ask once more.
constexpr std::int64_t kOneRequest = 4;

}  // namespace

Budget::Budget(Account account) : terms_(terms_of(account)), left_(terms_.credits) {}

void Budget::told_time(BootTime at, WallTime utc_now) {
  const bool first = !utc_at_boot_;
  utc_at_boot_ = utc_now.time_since_epoch() - at.time_since_epoch();
  const std::int64_t period = period_of(utc_now);
  if (first) {
    period_ = period;
    const Nanoseconds ahead = (period + 1) * terms_.period - utc_now.time_since_epoch();
    const std::int64_t due = terms_.credits * ahead.count() / terms_.period.count();
    if (!told_) left_ = std::min(left_, due);
  } else if (period > period_ && !refused_until_) {
    renew(period);
  } else if (utc_now.time_since_epoch() < period_ * terms_.period - kSameClock) {
    period_ = period;
  }
}

void Budget::spent(int credits) { left_ = std::max<std::int64_t>(left_ - credits, 0); }

void Budget::told_left(BootTime now, std::int64_t credits) {
  if (told_ && credits < left_) others_now_ = std::max(others_now_, left_ - credits);
  if (told_) longest_gap_ = std::max(longest_gap_, now - told_at_);
  told_at_ = now;
  left_ = std::max<std::int64_t>(credits, 0);
  told_ = true;
}

void Budget::refused(BootTime now, Nanoseconds wait) {
  refused_until_ = now + wait;
  advance(now);
}

void Budget::advance(BootTime now) {
  if (refused_until_) {
    if (now < *refused_until_) return;
    refused_until_.reset();
    if (!utc_at_boot_) {
      left_ = terms_.credits;
    } else if (const std::int64_t period = period_of(utc(now) + kMargin); period > period_) {
      renew(period);
    } else {
      left_ = std::max(left_, kOneRequest);
    }
    told_ = false;
    return;
  }
  if (!utc_at_boot_) return;
  if (const std::int64_t period = period_of(utc(now) - kMargin); period > period_) renew(period);
}

bool Budget::affords(int credits, BootTime now) const {
  return credits == 0 || (!refused_until_ && usable(now) >= credits);
}

std::optional<BootTime> Budget::renewal() const {
  if (refused_until_) return refused_until_;
  if (!utc_at_boot_) return std::nullopt;
  return BootTime((period_ + 1) * terms_.period + kMargin - *utc_at_boot_);
}

Nanoseconds Budget::pace(int credits, BootTime now) const {
  const auto end = renewal();
  if (!end) return even_pace(credits);
  const Nanoseconds ahead = std::max(*end - now, Nanoseconds::zero());
  // The request just made was the first of those that share the time that is left.
  const auto shares = static_cast<double>(std::max<std::int64_t>(usable(now), 0) + credits);
  return Nanoseconds(static_cast<std::int64_t>(static_cast<double>(ahead.count()) * credits / shares));
}

Nanoseconds Budget::even_pace(int credits) const { return terms_.period * credits / terms_.credits; }

std::int64_t Budget::usable(BootTime now) const {
  const double most = static_cast<double>(terms_.credits) / kReserveShare;
  auto kept_back = static_cast<double>(kReserveFactor * std::max(others_now_, others_before_));
  // They go on spending while we wait longer than ever before.
  if (told_ && longest_gap_ > Nanoseconds::zero() && now - told_at_ > longest_gap_) {
    kept_back *= static_cast<double>((now - told_at_).count()) / static_cast<double>(longest_gap_.count());
  }
  return left_ - static_cast<std::int64_t>(std::min(kept_back, most));
}

void Budget::renew(std::int64_t period) {
  period_ = period;
  left_ = terms_.credits;
  told_ = false;
  others_before_ = others_now_;
  others_now_ = 0;
  longest_gap_ = {};
}

}  // namespace airspool::opensky
