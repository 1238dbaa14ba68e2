// SPDX-License-Identifier: Apache-2.0
#include "forecast.h"

#include <algorithm>
#include <chrono>
#include <cstdio>

namespace airspool::opensky {
namespace {

using std::chrono::duration_cast;
using std::chrono::hours;
using std::chrono::minutes;

std::string seconds_text(Nanoseconds time) {
  char text[32];
  std::snprintf(text, sizeof(text), "%.4g", std::chrono::duration<double>(time).count());
  return std::string(text) + " s";
}

std::string credits_text(std::int64_t credits) {
  return std::to_string(credits) + (credits == 1 ? " credit" : " credits");
}

// "03:20 UTC"; of an hourly account "12 minutes past each hour".
std::string moment_text(Nanoseconds into_period, bool hourly) {
  const auto whole = duration_cast<minutes>(into_period);
  if (hourly) return std::to_string(whole.count()) + " minutes past each hour";
  char text[32];
  std::snprintf(text, sizeof(text), "%02d:%02d UTC", static_cast<int>(whole / hours(1)),
                static_cast<int>((whole % hours(1)).count()));
  return text;
}

}  // namespace

Forecast forecast(const PollerSettings& settings, const std::vector<Request>& requests) {
  Forecast out;
  const AccountTerms terms = terms_of(settings.account);
  const bool hourly = terms.period == hours(1);
  const std::string period = hourly ? "an hour" : "a day";
  int round = 0;  // credits
  for (const Request& request : requests) round += request.credits;
  const Nanoseconds finest = resolution(settings.credentials.has_value());
  const bool whole_world = settings.query.areas.empty() && !settings.query.own;

  if (settings.interval && *settings.interval < finest) {
    out.warnings.push_back("poll_interval_s is below OpenSky's resolution: asking every " + seconds_text(finest));
  }
  if (round == 0) {
    out.notes.push_back("own sensors only: no credits are spent");
    return out;
  }
  const std::int64_t rounds = terms.credits / round;
  const Nanoseconds interval =
      std::max(settings.interval ? Nanoseconds(*settings.interval) : terms.period * round / terms.credits, finest);
  const std::int64_t wanted = (terms.period / interval) * round;
  std::string cost = credits_text(round) + " every " + seconds_text(interval) + ", " +
                     std::to_string(std::min<std::int64_t>(wanted, terms.credits)) + " of " +
                     credits_text(terms.credits) + " " + period;
  if (whole_world && settings.query.aircraft.empty()) {
    out.notes.push_back("no area is given, so the whole world is asked for: " + cost);
  } else if (whole_world) {
    out.notes.push_back("aircraft without an area cost as much as the whole world: " + cost);
  } else {
    out.notes.push_back("asking for " + std::to_string(requests.size()) +
                        (requests.size() == 1 ? " area: " : " areas: ") + cost);
  }
  if (settings.interval && interval * rounds < terms.period) {
    out.warnings.push_back("poll_interval_s = " + seconds_text(*settings.interval) + " would take " +
                           credits_text(wanted) + " " + period + ", and the account has " +
                           std::to_string(terms.credits) + ": they run out at " +
                           moment_text(interval * rounds, hourly) + ", and nothing is asked until the next " +
                           (hourly ? "hour" : "midnight UTC") + "; without poll_interval_s they last");
  }
  return out;
}

}  // namespace airspool::opensky
