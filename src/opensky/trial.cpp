// SPDX-License-Identifier: Apache-2.0
#include <airspool/opensky/trial.h>

#include "exchange.h"
#include "forecast.h"
#include "token.h"

namespace airspool::opensky {
namespace {

constexpr double kHalfSideDeg = 0.05;
constexpr Area kSomewhere{49.95, 8.45, 50.05, 8.55};

Query small_query(const Query& query) {
  if (query.own && query.areas.empty()) return {.areas = {}, .aircraft = {}, .own = true};
  if (query.areas.empty()) return {.areas = {kSomewhere}, .aircraft = {}, .own = false};
  const Area& first = query.areas.front();
  const double latitude = (first.south_deg + first.north_deg) / 2.0;
  const double longitude = (first.west_deg + first.east_deg) / 2.0;
  return {
      .areas = {{latitude - kHalfSideDeg, longitude - kHalfSideDeg, latitude + kHalfSideDeg, longitude + kHalfSideDeg}},
      .aircraft = {},
      .own = false};
}

}  // namespace

Trial try_opensky(const PollerSettings& settings, net::HttpClient& http, const Clock& clock) {
  Trial trial;
  Forecast told = forecast(settings, requests_for(settings.query));
  trial.notes = std::move(told.notes);
  trial.warnings = std::move(told.warnings);
  metrics::Registry metrics;
  std::optional<TokenSource> tokens;
  if (settings.credentials) {
    tokens.emplace(settings.token_url, *settings.credentials, http, clock, metrics);
    if (const auto token = tokens->token(); !token) {
      trial.token_trouble = token.error().message;
      return trial;
    }
    trial.has_token = true;
  }
  std::string url = settings.base_url;
  while (url.ends_with('/')) url.pop_back();
  url += requests_for(small_query(settings.query)).front().target;
  const Exchanged result = Exchange(http, clock, tokens ? &*tokens : nullptr).ask(url);
  if (result.trouble) trial.trouble = result.trouble->message;
  if (result.answer) trial.aircraft = result.answer->states.size();
  trial.credits_left = result.credits_left;
  return trial;
}

}  // namespace airspool::opensky
