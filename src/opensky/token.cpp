// SPDX-License-Identifier: Apache-2.0
#include "token.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include <nlohmann/json.hpp>

#include "http_words.h"

namespace airspool::opensky {
namespace {

using std::chrono::seconds;

constexpr seconds kEarly{30};
constexpr double kUsualLifetimeS = 1'800;
constexpr double kLongestLifetimeS = 86'400;
constexpr std::size_t kLongestAnswer = 65'536;
constexpr std::size_t kLongestToken = 16'384;

// The endpoint's own word for what is wrong (RFC 6749 5.2).
std::string error_word(std::string_view body) {
  const auto document = nlohmann::json::parse(body.begin(), body.end(), nullptr, false);
  if (!document.is_object()) return {};
  const auto found = document.find("error");
  return found != document.end() && found->is_string() ? found->get<std::string>() : std::string();
}

}  // namespace

Result<Token> parse_token(std::string_view json) {
  const auto document = nlohmann::json::parse(json.begin(), json.end(), nullptr, false);
  if (!document.is_object()) return fail(ErrorCode::kInvalidData, "it is not JSON");
  const auto text = document.find("access_token");
  if (text == document.end() || !text->is_string()) return fail(ErrorCode::kInvalidData, "it holds no access_token");
  Token token;
  token.text = text->get<std::string>();
  const bool plain = std::all_of(token.text.begin(), token.text.end(), [](char c) { return c > ' ' && c < '\x7f'; });
  if (token.text.empty() || token.text.size() > kLongestToken || !plain) {
    return fail(ErrorCode::kInvalidData, "its access_token is none");
  }
  const auto lifetime = document.find("expires_in");
  double lifetime_s = kUsualLifetimeS;
  if (lifetime != document.end() && lifetime->is_number()) lifetime_s = lifetime->get<double>();
  if (!(lifetime_s >= 1.0)) return fail(ErrorCode::kInvalidData, "its token has expired already");
  token.lifetime =
      std::chrono::duration_cast<Nanoseconds>(std::chrono::duration<double>(std::min(lifetime_s, kLongestLifetimeS)));
  return token;
}

TokenSource::TokenSource(std::string url, Credentials credentials, net::HttpClient& http, const Clock& clock,
                         metrics::Registry& metrics)
    : url_(std::move(url)), credentials_(std::move(credentials)), http_(&http), clock_(&clock) {
  constexpr std::array<const char*, kOutcomes> kNames{"token", "refused", "network", "status", "malformed"};
  for (std::size_t i = 0; i < kOutcomes; ++i) {
    counters_[i] = &metrics.counter("airspool_opensky_token_requests_total", "Requests for an access token of OpenSky.",
                                    {{"outcome", kNames[i]}});
  }
}

tl::expected<std::string_view, TokenTrouble> TokenSource::token() {
  if (token_ && clock_->boot_now() < good_until_) return *token_;
  token_.reset();
  auto fresh = ask();
  if (!fresh) return tl::unexpected(fresh.error());
  // A lifetime of less than a minute is used by half.
  good_until_ = clock_->boot_now() + std::max<Nanoseconds>(fresh->lifetime - kEarly, fresh->lifetime / 2);
  token_ = std::move(fresh->text);
  return *token_;
}

TokenTrouble TokenSource::trouble(Outcome outcome, std::string message) {
  counters_[static_cast<std::size_t>(outcome)]->add();
  return {std::move(message), outcome == Outcome::kRefused, {}};
}

tl::expected<Token, TokenTrouble> TokenSource::ask() {
  net::HttpRequest request;
  request.method = net::HttpMethod::kPost;
  request.url = url_;
  request.headers.add("Accept", "application/json");
  request.headers.add("Content-Type", "application/x-www-form-urlencoded");
  request.body = "grant_type=client_credentials&client_id=" + net::percent_encoded(credentials_.client_id) +
                 "&client_secret=" + net::percent_encoded(credentials_.client_secret);
  request.carries_secret = true;
  request.max_body_bytes = kLongestAnswer;
  const auto response = http_->perform(request);
  if (!response) return tl::unexpected(trouble(Outcome::kNetwork, response.error().message));
  const int status = response->head.status;
  if (status == 200) {
    auto token = parse_token(response->body);
    if (!token) {
      return tl::unexpected(
          trouble(Outcome::kMalformed, "what answers at token_url is not OpenSky's: " + token.error().message +
                                           "; a login page of the network, or check token_url"));
    }
    counters_[static_cast<std::size_t>(Outcome::kToken)]->add();
    return std::move(*token);
  }
  const std::string number = std::to_string(status);
  const std::string word = error_word(response->body);
  if (word == "invalid_client" || word == "unauthorized_client" || status == 401) {
    return tl::unexpected(trouble(Outcome::kRefused, "OpenSky does not know this client id, or the secret is wrong (" +
                                                         number + "): get new credentials from its account page"));
  }
  if (status == 400 || status == 403) {
    return tl::unexpected(trouble(Outcome::kRefused, "OpenSky refuses to give a token (" + number +
                                                         "): check the API client on its account page"));
  }
  TokenTrouble other = trouble(Outcome::kStatus, words_for_status(status, "token_url"));
  if (status == 429) other.wait = retry_after(response->head.headers);
  return tl::unexpected(std::move(other));
}

}  // namespace airspool::opensky
