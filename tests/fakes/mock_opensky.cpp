// SPDX-License-Identifier: Apache-2.0
#include "fakes/mock_opensky.h"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <utility>

namespace airspool::test {
namespace {

using std::chrono::seconds;

constexpr std::size_t kBombRuns = 262'000;  // of 258 bytes
constexpr std::string_view kLoginPage = "<!DOCTYPE html><html><body>Please accept our terms of use</body></html>";

std::int64_t unix_seconds(WallTime time) {
  return std::chrono::duration_cast<seconds>(time.time_since_epoch()).count();
}

std::string http_date(WallTime time) {
  const std::time_t whole = unix_seconds(time);
  std::tm parts{};
  ::gmtime_r(&whole, &parts);
  char text[40];
  std::strftime(text, sizeof(text), "%a, %d %b %Y %H:%M:%S GMT", &parts);
  return text;
}

std::string percent_decoded(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%' && i + 2 < text.size()) {
      out += static_cast<char>(std::strtol(std::string(text.substr(i + 1, 2)).c_str(), nullptr, 16));
      i += 2;
    } else {
      out += text[i] == '+' ? ' ' : text[i];
    }
  }
  return out;
}

std::multimap<std::string, std::string> parse_form(std::string_view text) {
  std::multimap<std::string, std::string> values;
  while (!text.empty()) {
    const std::string_view pair = text.substr(0, text.find('&'));
    text.remove_prefix(std::min(text.size(), pair.size() + 1));
    const auto equals = pair.find('=');
    if (equals == pair.npos) continue;
    values.emplace(percent_decoded(pair.substr(0, equals)), percent_decoded(pair.substr(equals + 1)));
  }
  return values;
}

MockReply reply_of(int status, std::string body) {
  MockReply reply;
  reply.status = status;
  reply.body = std::move(body);
  return reply;
}

const std::map<std::string, MockFault, std::less<>> kFaultWords{
    {"ok", MockFault::kNone},         {"429", MockFault::kTooMany}, {"401", MockFault::kUnauthorised},
    {"503", MockFault::kUnavailable}, {"drip", MockFault::kDrip},   {"cut", MockFault::kCut},
    {"html", MockFault::kHtml},       {"bomb", MockFault::kBomb}};

}  // namespace

Result<std::vector<MockFault>> parse_mock_script(std::string_view words) {
  std::vector<MockFault> script;
  while (!words.empty()) {
    std::string_view word = words.substr(0, words.find(','));
    words.remove_prefix(std::min(words.size(), word.size() + 1));
    std::size_t count = 1;
    if (const auto star = word.find('*'); star != word.npos) {
      const std::string_view number = word.substr(star + 1);
      const auto [end, error] = std::from_chars(number.data(), number.data() + number.size(), count);
      if (error != std::errc{} || end != number.data() + number.size() || count > 1'000'000) count = 0;
      word = word.substr(0, star);
    }
    const auto fault = kFaultWords.find(word);
    if (fault == kFaultWords.end() || count == 0) {
      return fail(ErrorCode::kUsage, "'" + std::string(word) +
                                         "' is no part of a script: ok, 429, 401, 503, drip, cut, html or bomb, each "
                                         "with a count if wanted, like 503*3, and commas between them");
    }
    script.insert(script.end(), count, fault->second);
  }
  return script;
}

MockOpenSkyService::MockOpenSkyService(MockSettings settings, const Clock& clock)
    : settings_(std::move(settings)), clock_(clock), sky_(settings_.seed, settings_.aircraft, settings_.centre) {
  named_.account = settings_.account;
}

MockReply MockOpenSkyService::answer(const net::HttpRequest& request) {
  const std::lock_guard lock(mutex_);
  const Target target = parse(request.url);
  MockReply reply = reply_of(404, "not found");
  if (target.path.ends_with("/token")) {
    reply = token(request);
  } else if (target.path.ends_with("/states/all") || target.path.ends_with("/states/own")) {
    reply = states(target, request);
  }
  reply.headers.add("Date", http_date(clock_.wall_now()));
  return reply;
}

void MockOpenSkyService::script(const std::vector<MockFault>& faults) {
  const std::lock_guard lock(mutex_);
  script_.assign(faults.begin(), faults.end());
}

int MockOpenSkyService::spend_elsewhere(int credits, bool anonymous) {
  const std::lock_guard lock(mutex_);
  Bucket& bucket = anonymous ? nameless_ : named_;
  renew(bucket);
  if (bucket.left < credits) return 0;
  bucket.left -= credits;
  return credits;
}

void MockOpenSkyService::withdraw_tokens() {
  const std::lock_guard lock(mutex_);
  tokens_.clear();
}

MockOpenSkyService::Books MockOpenSkyService::books() const {
  const std::lock_guard lock(mutex_);
  return books_;
}

MockOpenSkyService::Target MockOpenSkyService::parse(const std::string& url) {
  const auto scheme = url.find("://");
  const auto start = scheme == url.npos ? 0 : url.find('/', scheme + 3);
  const std::string_view rest = start == url.npos ? std::string_view() : std::string_view(url).substr(start);
  const auto question = rest.find('?');
  return {std::string(rest.substr(0, question)),
          parse_form(question == rest.npos ? std::string_view() : rest.substr(question + 1))};
}

MockReply MockOpenSkyService::token(const net::HttpRequest& request) {
  if (request.method != net::HttpMethod::kPost) return reply_of(405, "POST it");
  const auto values = parse_form(request.body);
  const auto is = [&](const char* key, const std::string& wanted) {
    const auto found = values.find(key);
    return found != values.end() && found->second == wanted;
  };
  if (!is("grant_type", "client_credentials")) {
    return reply_of(400, R"({"error":"unsupported_grant_type"})");
  }
  if (!is("client_id", settings_.client_id) || !is("client_secret", settings_.client_secret)) {
    ++books_.token_refusals;
    return reply_of(401, R"({"error":"invalid_client"})");
  }
  const std::string text = "mock." + std::to_string(settings_.seed) + "." + std::to_string(++tokens_made_);
  std::erase_if(tokens_, [&](const auto& entry) { return entry.second <= clock_.wall_now(); });
  tokens_[text] = clock_.wall_now() + settings_.token_lifetime;
  ++books_.tokens;
  return reply_of(200, R"({"access_token":")" + text + R"(","expires_in":)" +
                           std::to_string(settings_.token_lifetime.count()) + R"(,"token_type":"Bearer"})");
}

bool MockOpenSkyService::is_valid(std::string_view authorization) const {
  constexpr std::string_view kBearer = "Bearer ";
  if (!authorization.starts_with(kBearer)) return false;
  const auto found = tokens_.find(authorization.substr(kBearer.size()));
  return found != tokens_.end() && clock_.wall_now() < found->second;
}

void MockOpenSkyService::renew(Bucket& bucket) const {
  const opensky::AccountTerms terms = opensky::terms_of(bucket.account);
  const std::int64_t period = clock_.wall_now().time_since_epoch() / terms.period;
  if (period == bucket.period) return;
  bucket.period = period;
  bucket.left = terms.credits;
}

MockReply MockOpenSkyService::states(const Target& target, const net::HttpRequest& request) {
  ++books_.states;
  MockFault fault = MockFault::kNone;
  if (!script_.empty()) {
    fault = script_.front();
    script_.pop_front();
  }
  if (fault == MockFault::kUnauthorised) tokens_.clear();
  if (fault == MockFault::kUnavailable) return reply_of(503, "<html>upstream trouble</html>");
  if (fault == MockFault::kHtml) return reply_of(200, std::string(kLoginPage));
  if (fault == MockFault::kTooMany) {
    MockReply reply = reply_of(429, "Too many requests");
    reply.headers.add("X-Rate-Limit-Retry-After-Seconds", "3600");
    return reply;
  }

  const std::string_view authorization = request.headers.find("Authorization");
  const bool authenticated = is_valid(authorization);
  if (!authorization.empty() && !authenticated) return reply_of(401, "Unauthorized");
  const bool own = target.path.ends_with("/states/own");
  if (own && !authenticated) return reply_of(403, "Forbidden");

  MockSky::Filter filter;
  std::vector<double> edges;
  for (const char* key : {"lamin", "lomin", "lamax", "lomax"}) {
    const auto found = target.values.find(key);
    if (found != target.values.end()) edges.push_back(std::strtod(found->second.c_str(), nullptr));
  }
  if (edges.size() == 4) filter.area = opensky::Area{edges[0], edges[1], edges[2], edges[3]};
  if ((edges.size() != 4 && !edges.empty()) || (filter.area && !opensky::is_box(*filter.area))) {
    return reply_of(400, "Bad Request");
  }
  const auto [first, last] = target.values.equal_range("icao24");
  for (auto it = first; it != last; ++it) {
    if (const auto address = Icao24::parse(it->second)) filter.aircraft.push_back(*address);
  }
  filter.category = target.values.count("extended") > 0;

  Bucket& bucket = authenticated ? named_ : nameless_;
  renew(bucket);
  const int credits = own ? 0 : opensky::credits_for(filter.area.value_or(opensky::Area{}));
  if (bucket.left < credits) {
    ++books_.refused;
    const opensky::AccountTerms terms = opensky::terms_of(bucket.account);
    const Nanoseconds wait = (bucket.period + 1) * terms.period - clock_.wall_now().time_since_epoch();
    MockReply reply = reply_of(429, "Too many requests");
    reply.headers.add("X-Rate-Limit-Retry-After-Seconds", std::to_string(std::chrono::ceil<seconds>(wait).count()));
    return reply;
  }
  bucket.left -= credits;
  books_.credits += static_cast<std::uint64_t>(credits);
  MockReply reply;
  if (!own) reply.headers.add("X-Rate-Limit-Remaining", std::to_string(bucket.left));
  reply.fault = fault;
  const std::int64_t now = unix_seconds(clock_.wall_now());
  reply.body =
      settings_.recording.empty() ? sky_.answer(now - now % (authenticated ? 5 : 10), filter) : settings_.recording;
  if (fault == MockFault::kNone) ++books_.answers;
  return reply;
}

MockOpenSky::MockOpenSky(MockSettings settings, const Clock& clock, std::uint16_t port)
    : service_(std::move(settings), clock),
      server_([this](const std::string& request) { return reply(request); }, port) {}

HttpReply MockOpenSky::reply(const std::string& request) {
  net::HttpRequest asked;
  const auto head_end = request.find("\r\n\r\n");
  std::string_view head = std::string_view(request).substr(0, head_end);
  const std::string_view first = head.substr(0, head.find("\r\n"));
  const auto target = first.find(' ');
  asked.method = first.starts_with("POST ") ? net::HttpMethod::kPost : net::HttpMethod::kGet;
  asked.url = std::string(first.substr(target + 1, first.rfind(' ') - target - 1));
  asked.body = request.substr(head_end + 4);
  for (head.remove_prefix(first.size()); head.size() > 2;) {
    head.remove_prefix(2);
    const std::string_view line = head.substr(0, head.find("\r\n"));
    head.remove_prefix(line.size());
    const auto colon = line.find(": ");
    if (colon != line.npos) asked.headers.add(line.substr(0, colon), line.substr(colon + 2));
  }

  MockReply answer = service_.answer(asked);
  std::string headers;
  if (answer.fault == MockFault::kBomb) {
    static const std::string kBomb = gzip_bomb(' ', kBombRuns);
    answer.body = kBomb;
    headers += "Content-Encoding: gzip\r\n";
  } else if (answer.body.size() > 1'000 &&
             asked.headers.find("Accept-Encoding").find("gzip") != std::string_view::npos) {
    answer.body = gzip_stored(answer.body);
    headers += "Content-Encoding: gzip\r\n";
  }
  for (const auto& field : answer.headers.fields()) headers += field.name + ": " + field.value + "\r\n";
  HttpReply reply = HttpReply::with_status(answer.status, answer.body, headers);
  if (answer.fault == MockFault::kCut) {
    reply.bytes.resize(reply.bytes.size() - answer.body.size() / 2);
    reply.then = HttpReply::Then::kClose;
  } else if (answer.fault == MockFault::kDrip) {
    reply.piece_bytes = 2;
    reply.pause = std::chrono::milliseconds(100);
  }
  return reply;
}

namespace {

class WholeStream final : public net::HttpStream {
 public:
  explicit WholeStream(MockReply reply) : reply_(std::move(reply)) {
    head_.status = reply_.status;
    head_.headers = reply_.headers;
    if (reply_.fault == MockFault::kCut) reply_.body.resize(reply_.body.size() / 2);
  }
  [[nodiscard]] const net::HttpHead& head() const override { return head_; }
  Result<std::size_t> read(std::span<char> into) override {
    const std::size_t count = std::min(into.size(), reply_.body.size() - taken_);
    if (count == 0 && reply_.fault == MockFault::kCut) return fail(ErrorCode::kIo, "the connection ended");
    std::memcpy(into.data(), reply_.body.data() + taken_, count);
    taken_ += count;
    return count;
  }

 private:
  MockReply reply_;
  net::HttpHead head_;
  std::size_t taken_ = 0;
};

}  // namespace

Result<std::unique_ptr<net::HttpStream>> MockOpenSkyClient::open(const net::HttpRequest& request) {
  if (stopped_) return fail(ErrorCode::kUnavailable, "stopped");
  // Half of it to get there, half of it to come back.
  clock_.advance(latency_ / 2);
  MockReply reply = service_.answer(request);
  clock_.advance(latency_ / 2);
  return std::make_unique<WholeStream>(std::move(reply));
}

}  // namespace airspool::test
