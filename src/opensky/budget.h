// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>

#include <airspool/core/clock.h>
#include <airspool/opensky/account.h>

namespace airspool::opensky {

// How many credits are left, when new ones come, and how long the ones that are left must last. Pure; time is passed
// in. Owned by the poller, on its thread.
//
// Whoever counts is wrong sooner or later: credits belong to an account or an address that others may use too, and a
// restart forgets. So what OpenSky says (X-Rate-Limit-Remaining, 429) overrules our count; ours stands in between.
// Before it has said anything, as many credits are assumed as are due for the rest of the day.
//
// Credits renew at midnight UTC (licensed: each hour), and it is OpenSky's midnight that counts: the calendar comes
// from its answers, never from this machine, whose clock may be wrong until something sets it. Between answers boot
// time carries it on. Two seconds are added, as a header tells whole seconds.
class Budget {
 public:
  explicit Budget(Account account);

  // OpenSky's clock said `utc` at `at`.
  void told_time(BootTime at, WallTime utc);
  // A request went through that costs so many.
  void spent(int credits);
  // What OpenSky said is left, after what was `spent`.
  void told_left(BootTime now, std::int64_t credits);
  // 429: nothing before `wait` is over.
  void refused(BootTime now, Nanoseconds wait);
  // Time passes: credits are renewed when it is time.
  void advance(BootTime now);

  // Whether a request of so many credits may be made now. Keeps back twice what somebody else on the same account or
  // address was seen to spend between two of our requests, more after a longer time than ever, up to 2 % of the limit.
  [[nodiscard]] bool affords(int credits, BootTime now) const;
  // When new credits come; nothing while OpenSky's clock is not known.
  [[nodiscard]] std::optional<BootTime> renewal() const;
  // How long to wait after a request of so many credits, so that what is left lasts exactly until the renewal. Never
  // beyond it.
  [[nodiscard]] Nanoseconds pace(int credits, BootTime now) const;
  // The same of a whole period's credits, whatever was spent.
  [[nodiscard]] Nanoseconds even_pace(int credits) const;
  [[nodiscard]] std::int64_t left() const { return left_; }

 private:
  [[nodiscard]] WallTime utc(BootTime at) const { return WallTime(at.time_since_epoch() + *utc_at_boot_); }
  [[nodiscard]] std::int64_t period_of(WallTime utc) const { return utc.time_since_epoch() / terms_.period; }
  [[nodiscard]] std::int64_t usable(BootTime now) const;
  void renew(std::int64_t period);

  AccountTerms terms_;
  std::int64_t left_;
  bool told_ = false;  // left_ rests on a word of OpenSky's in this period
  std::optional<Nanoseconds> utc_at_boot_;
  std::int64_t period_ = 0;  // number of the day or hour since 1970; counts once utc_at_boot_ is known
  std::optional<BootTime> refused_until_;
  std::int64_t others_now_ = 0;  // the most that others spent between two requests, in this period
  std::int64_t others_before_ = 0;
  BootTime told_at_{};
  Nanoseconds longest_gap_{};  // between two words of OpenSky's in this period
};

}  // namespace airspool::opensky
