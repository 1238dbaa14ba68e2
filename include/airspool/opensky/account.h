// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include <airspool/core/clock.h>

namespace airspool::opensky {

// Classes of account (REST API, "Limitations"; a feeder runs a receiver for at least 30 % of the month).
enum class Account : std::uint8_t { kAnonymous, kStandard, kFeeder, kLicensed };

// What a class of account may ask.
struct AccountTerms {
  int credits = 0;       // a period
  Nanoseconds period{};  // a UTC day or hour
};
constexpr AccountTerms terms_of(Account account) {
  switch (account) {
    case Account::kAnonymous:
      break;
    case Account::kStandard:
      return {4'000, std::chrono::hours(24)};
    case Account::kFeeder:
      return {8'000, std::chrono::hours(24)};
    case Account::kLicensed:
      return {14'400, std::chrono::hours(1)};
  }
  return {400, std::chrono::hours(24)};
}

// How often OpenSky has something new: asking sooner spends credits on what is known already.
constexpr Nanoseconds resolution(bool authenticated) { return std::chrono::seconds(authenticated ? 5 : 10); }

}  // namespace airspool::opensky
