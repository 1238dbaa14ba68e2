// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <charconv>
#include <cmath>
#include <utility>

#include <airspool/core/decimal.h>
#include <airspool/core/log.h>
#include <airspool/opensky/poller.h>

namespace airspool::opensky {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;

constexpr std::string_view kModule = "opensky";
constexpr seconds kFirstBackoff{5};
constexpr seconds kLongestBackoff{300};
constexpr seconds kLongestObedience{86'400};  // credits come back at midnight at the latest
constexpr minutes kLogEvery{1};
constexpr minutes kBelieveEarlierAfter{10};
constexpr std::size_t kMaxBodyBytes = std::size_t{32} << 20U;
// 400 credits a day (REST API, "Limitations for anonymous users").
constexpr std::chrono::milliseconds kAnonymousPerCredit{216'000};

bool is_box(const Area& area) {
  return area.south_deg >= -90.0 && area.south_deg < area.north_deg && area.north_deg <= 90.0 &&
         area.west_deg >= -180.0 && area.west_deg < area.east_deg && area.east_deg <= 180.0;
}

std::string states_url(const std::string& base_url) {
  std::string url = base_url;
  while (!url.empty() && url.back() == '/') url.pop_back();
  return url + "/states/all?extended=1";
}

std::string box_query(const Area& area) {
  std::string query;
  const auto add = [&](std::string_view key, double value) {
    query += '&';
    query += key;
    query += '=';
    append_shortest(query, value);
  };
  add("lamin", area.south_deg);
  add("lomin", area.west_deg);
  add("lamax", area.north_deg);
  add("lomax", area.east_deg);
  return query;
}

std::optional<seconds> whole_seconds(std::string_view text) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size() || value < 0) return std::nullopt;
  return seconds(std::min<std::int64_t>(value, kLongestObedience.count()));
}

PollFault fault_of(AnswerFault fault) {
  switch (fault) {
    case AnswerFault::kNotJson:
      return PollFault::kWebPage;
    case AnswerFault::kCut:
      return PollFault::kCut;
    case AnswerFault::kTooManyRows:
      return PollFault::kTooLarge;
    case AnswerFault::kNone:
    case AnswerFault::kRead:
    case AnswerFault::kMalformed:
      break;
  }
  return PollFault::kMalformed;
}

PollFault fault_of(const Error& transfer) {
  switch (transfer.code) {
    case ErrorCode::kIo:
      return PollFault::kCut;
    case ErrorCode::kInvalidData:
      return PollFault::kMalformed;
    default:
      return PollFault::kNetwork;
  }
}

std::string words_for(int status) {
  const std::string number = std::to_string(status);
  if (status == 401 || status == 403) return "OpenSky refuses (status " + number + "): check the account's credentials";
  if (status == 404) return "nothing there (status 404): check base_url";
  if (status >= 300 && status < 400) {
    return "sent elsewhere (status " + number + "): a login page of the network, or the wrong base_url";
  }
  if (status >= 500) return "OpenSky has trouble of its own (status " + number + ")";
  return "unexpected answer (status " + number + ")";
}

}  // namespace

std::string_view name(PollFault fault) {
  switch (fault) {
    case PollFault::kNetwork:
      return "network";
    case PollFault::kRateLimited:
      return "rate_limited";
    case PollFault::kStatus:
      return "status";
    case PollFault::kWebPage:
      return "web_page";
    case PollFault::kCut:
      return "cut";
    case PollFault::kMalformed:
      return "malformed";
    case PollFault::kTooLarge:
      return "too_large";
    case PollFault::kStale:
      return "stale";
  }
  return "unknown";
}

int credits_per_request(const Area& area) {
  const double square_degrees = (area.north_deg - area.south_deg) * (area.east_deg - area.west_deg);
  if (square_degrees <= 25.0) return 1;
  if (square_degrees <= 100.0) return 2;
  return square_degrees <= 400.0 ? 3 : 4;
}

Result<Poller> Poller::create(PollerSettings settings, net::HttpClient& http, const Clock& clock,
                              metrics::Registry& metrics, OnAnswer on_answer) {
  const bool web = settings.base_url.rfind("https://", 0) == 0 || settings.base_url.rfind("http://", 0) == 0;
  if (!web || settings.base_url.find_first_of("?# \r\n") != std::string::npos) {
    return fail(ErrorCode::kConfig, "opensky.base_url: write it as https://host/path, without a query");
  }
  for (const Area& area : settings.areas) {
    if (!is_box(area)) {
      return fail(ErrorCode::kConfig,
                  "opensky.area: south must be below north and west below east, within 90 and 180 degrees; an area "
                  "across the antimeridian takes two boxes");
    }
  }
  if (settings.interval && *settings.interval < seconds(1)) {
    return fail(ErrorCode::kConfig, "opensky.poll_interval_s: at least 1");
  }
  return Poller(std::move(settings), http, clock, metrics, std::move(on_answer));
}

Poller::Poller(PollerSettings settings, net::HttpClient& http, const Clock& clock, metrics::Registry& metrics,
               OnAnswer on_answer)
    : settings_(std::move(settings)),
      http_(&http),
      clock_(&clock),
      on_answer_(std::move(on_answer)),
      random_(settings_.seed + 1) {  // 0 is no seed for this generator
  const std::string url = states_url(settings_.base_url);
  int credits = 0;
  for (const Area& area : settings_.areas) {
    lanes_.push_back({url + box_query(area)});
    credits += credits_per_request(area);
  }
  if (lanes_.empty()) {
    lanes_.push_back({url});
    credits = credits_per_request(Area{});
  }
  interval_ = settings_.interval.value_or(kAnonymousPerCredit * credits);

  meters_.answers = &metrics.counter("airspool_opensky_answers_total", "New answers of OpenSky.");
  meters_.rows = &metrics.counter("airspool_opensky_rows_total", "State vectors in new answers of OpenSky.");
  meters_.aircraft = &metrics.gauge("airspool_opensky_answer_aircraft", "State vectors in OpenSky's last new answer.");
  for (std::size_t i = 0; i < kPollFaults; ++i) {
    meters_.faults[i] = &metrics.counter("airspool_opensky_faults_total", "Polls of OpenSky that gave nothing new.",
                                         {{"kind", std::string(name(static_cast<PollFault>(i)))}});
  }
  for (std::size_t i = 0; i < kRowRejects; ++i) {
    meters_.rejected[i] = &metrics.counter("airspool_opensky_rows_rejected_total", "Rows of OpenSky left out.",
                                           {{"reason", std::string(name(static_cast<RowReject>(i)))}});
  }
}

BootTime Poller::step(BootTime now) {
  if (!due_) due_ = now;
  if (now < *due_ || http_->stopped()) return *due_;
  if (next_lane_ == 0) round_started_ = now;

  const auto trouble = ask(lanes_[next_lane_]);
  if (http_->stopped()) return *due_;
  const BootTime after = std::max(now, clock_->boot_now());
  if (trouble) meters_.faults[static_cast<std::size_t>(trouble->fault)]->add();

  if (!trouble || trouble->fault == PollFault::kStale) {
    if (failures_ > 0 || (!trouble && !talked_)) log::info(kModule, "OpenSky answers");
    failures_ = 0;
    talked_ = talked_ || !trouble;
    next_lane_ = (next_lane_ + 1) % lanes_.size();
    due_ = next_lane_ == 0 ? std::max<BootTime>(round_started_ + interval_, after) : after;
    if (trouble) log_trouble(*trouble, *due_ - after, after);
    return *due_;
  }
  ++failures_;
  const Nanoseconds wait = trouble->wait ? *trouble->wait : backoff();
  due_ = after + wait;
  log_trouble(*trouble, wait, after);
  return *due_;
}

std::optional<Poller::Trouble> Poller::ask(Lane& lane) {
  net::HttpRequest request;
  request.url = lane.url;
  request.headers.add("Accept", "application/json");
  const auto stream = http_->open(request);
  if (!stream) return Trouble{fault_of(stream.error()), stream.error().message, {}};
  const net::HttpHead& head = (*stream)->head();
  if (head.status == 200) return read_answer(lane, **stream);
  if (head.status == 429) {
    auto wait = whole_seconds(head.headers.find("X-Rate-Limit-Retry-After-Seconds"));
    if (!wait) wait = whole_seconds(head.headers.find("Retry-After"));
    return Trouble{PollFault::kRateLimited, "OpenSky's credits are used up (status 429): poll less often", wait};
  }
  Trouble trouble{PollFault::kStatus, words_for(head.status), {}};
  if (head.status == 401 || head.status == 403) trouble.wait = kLongestBackoff;
  return trouble;
}

std::optional<Poller::Trouble> Poller::read_answer(Lane& lane, net::HttpStream& stream) {
  // The head is nearest to the moment at which OpenSky set the answer's time.
  const BootTime received = clock_->boot_now();
  std::size_t bytes = 0;
  bool too_large = false;
  ParseReport report;
  auto answer = parse_states(
      [&](std::span<char> into) -> Result<std::size_t> {
        auto count = stream.read(into);
        if (!count) return count;
        bytes += *count;
        too_large = bytes > kMaxBodyBytes;
        if (too_large) return fail(ErrorCode::kInvalidData, "the answer is larger than 32 MiB: ask for less");
        return count;
      },
      &report);
  if (!answer) {
    const PollFault fault = too_large                            ? PollFault::kTooLarge
                            : report.fault == AnswerFault::kRead ? fault_of(answer.error())
                                                                 : fault_of(report.fault);
    return Trouble{fault, answer.error().message, {}};
  }
  const bool equal = answer->time_s == lane.last_time_s;
  const bool earlier = answer->time_s < lane.last_time_s;
  if (equal || (earlier && received - lane.last_taken < kBelieveEarlierAfter)) {
    return Trouble{PollFault::kStale, "the answer is no newer than the last one", {}};
  }
  answer->received = received;
  take(lane, std::move(*answer), report);
  return std::nullopt;
}

void Poller::take(Lane& lane, OpenSkyAnswer&& answer, const ParseReport& report) {
  lane.last_time_s = answer.time_s;
  lane.last_taken = answer.received;
  std::uint64_t rejected = 0;
  std::string_view first_reason;
  for (std::size_t i = 0; i < kRowRejects; ++i) {
    meters_.rejected[i]->add(report.rejected[i]);
    if (report.rejected[i] > 0 && first_reason.empty()) first_reason = name(static_cast<RowReject>(i));
    rejected += report.rejected[i];
  }
  if (rejected > 0 && (!row_gate_.last || answer.received - *row_gate_.last >= kLogEvery)) {
    row_gate_.last = answer.received;
    log::warning(kModule, "rows left out of an answer",
                 {{"rows", rejected}, {"of", rejected + answer.states.size()}, {"reason", first_reason}});
  }
  meters_.answers->add();
  meters_.rows->add(answer.states.size());
  meters_.aircraft->set(static_cast<double>(answer.states.size()));
  on_answer_(std::move(answer));
}

Nanoseconds Poller::backoff() {
  const int doublings = std::min(failures_ - 1, 10);
  const Nanoseconds longest = std::min<Nanoseconds>(kFirstBackoff * (1 << doublings), kLongestBackoff);
  std::uniform_real_distribution<double> part(0.5, 1.0);
  return std::chrono::duration_cast<Nanoseconds>(longest * part(random_));
}

void Poller::log_trouble(const Trouble& trouble, Nanoseconds wait, BootTime now) {
  LogGate& gate = gates_[static_cast<std::size_t>(trouble.fault)];
  if (gate.last && now - *gate.last < kLogEvery) {
    ++gate.held_back;
    return;
  }
  gate.last = now;
  const auto level = trouble.fault == PollFault::kStale ? log::Level::kDebug : log::Level::kWarning;
  log::write(level, kModule, trouble.message,
             {{"kind", name(trouble.fault)},
              {"next_s", std::chrono::duration_cast<seconds>(wait).count()},
              {"not_logged", std::exchange(gate.held_back, 0)}});
}

}  // namespace airspool::opensky
