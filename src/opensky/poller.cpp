// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <cmath>
#include <random>
#include <tuple>
#include <utility>
#include <vector>

#include <airspool/core/log.h>
#include <airspool/opensky/poller.h>

#include "budget.h"
#include "exchange.h"
#include "forecast.h"
#include "token.h"

namespace airspool::opensky {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;

constexpr std::string_view kModule = "opensky";
constexpr seconds kFirstBackoff{5};
constexpr seconds kLongestBackoff{300};
constexpr minutes kLogEvery{1};
constexpr minutes kBelieveEarlierAfter{10};
// The radio covers an area when it hears that share of what OpenSky tells; then it is asked for that many times as
// seldom as a whole day's credits would allow.
constexpr double kCovered = 0.9;
constexpr int kCoveredFactor = 4;

bool is_web_address(const std::string& url) {
  const bool web = url.rfind("https://", 0) == 0 || url.rfind("http://", 0) == 0;
  return web && url.find_first_of("?# \r\n") == std::string::npos;
}

std::string without_slash(std::string url) {
  while (!url.empty() && url.back() == '/') url.pop_back();
  return url;
}

struct LogGate {
  std::optional<BootTime> last;
  std::uint64_t held_back = 0;
};

// One request out of those that the query takes, over and over.
struct Lane {
  std::string url;
  int credits = 0;
  std::optional<BootTime> asked;  // when the last request that went through began
  BootTime not_before{};
  double last_time_s = 0.0;
  BootTime last_taken{};
  double coverage = 0.0;
};

}  // namespace

std::string_view name(PollFault fault) {
  switch (fault) {
    case PollFault::kNetwork:
      return "network";
    case PollFault::kToken:
      return "token";
    case PollFault::kUnauthorised:
      return "unauthorised";
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

class Poller::Impl {
 public:
  Impl(PollerSettings settings, const std::vector<Request>& requests, net::HttpClient& http, const Clock& clock,
       metrics::Registry& metrics, OnAnswer on_answer);
  BootTime step(BootTime now);
  [[nodiscard]] Nanoseconds interval(BootTime now) const;
  [[nodiscard]] const Clock& clock() const { return clock_; }

 private:
  struct Next {
    Lane* lane = nullptr;
    BootTime due{};
  };
  Next next(BootTime now);
  [[nodiscard]] BootTime due(const Lane& lane, BootTime now) const;
  void settle(Lane& lane, const Exchanged& result, bool stale);
  void take(Lane& lane, OpenSkyAnswer&& answer, const ParseReport& report);
  [[nodiscard]] bool is_stale(const Lane& lane, const OpenSkyAnswer& answer) const;
  void succeeded(Lane& lane, BootTime began, BootTime after);
  void failed(Lane& lane, const Exchanged& result, BootTime after);
  [[nodiscard]] bool covered() const;
  Nanoseconds backoff();
  void log_trouble(const Trouble& trouble, Nanoseconds wait, BootTime now);
  void log_rejected(const ParseReport& report, std::size_t taken, BootTime now);
  void log_drought(const Lane& lane, BootTime due, BootTime now);
  void show(BootTime now);

  const PollerSettings settings_;
  const Nanoseconds finest_;
  net::HttpClient& http_;
  const Clock& clock_;
  OnAnswer on_answer_;
  std::optional<TokenSource> tokens_;
  Exchange exchange_;
  Budget budget_;
  std::vector<Lane> lanes_;
  int round_credits_ = 0;
  Lane* last_lane_ = nullptr;
  BootTime not_before_{};
  BootTime paid_due_{};  // of the next request that costs credits
  int failures_ = 0;     // in a row
  int charged_failures_ = 0;
  bool talked_ = false;
  BootTime last_answer_;  // or the start
  std::array<LogGate, kPollFaults> gates_{};
  LogGate row_gate_;
  std::optional<BootTime> drought_logged_;  // the renewal it was logged for
  std::minstd_rand random_;

  metrics::Counter& answers_;
  metrics::Counter& rows_;
  metrics::Gauge& aircraft_;
  metrics::Gauge& credits_left_;
  metrics::Gauge& interval_;
  metrics::Gauge& answer_age_;
  std::array<metrics::Counter*, kPollFaults> faults_{};
  std::array<metrics::Counter*, kRowRejects> rejected_{};
};

Poller::Impl::Impl(PollerSettings settings, const std::vector<Request>& requests, net::HttpClient& http,
                   const Clock& clock, metrics::Registry& metrics, OnAnswer on_answer)
    : settings_(std::move(settings)),
      finest_(resolution(settings_.credentials.has_value())),
      http_(http),
      clock_(clock),
      on_answer_(std::move(on_answer)),
      tokens_(settings_.credentials ? std::optional<TokenSource>(std::in_place, settings_.token_url,
                                                                 *settings_.credentials, http, clock, metrics)
                                    : std::nullopt),
      exchange_(http, clock, tokens_ ? &*tokens_ : nullptr),
      budget_(settings_.account),
      last_answer_(clock.boot_now()),
      random_(settings_.seed + 1),  // 0 is no seed for this generator
      answers_(metrics.counter("airspool_opensky_requests_total", "Requests for state vectors to OpenSky.",
                               {{"outcome", "answer"}})),
      rows_(metrics.counter("airspool_opensky_rows_total", "State vectors in new answers of OpenSky.")),
      aircraft_(metrics.gauge("airspool_opensky_answer_aircraft", "State vectors in OpenSky's last new answer.")),
      credits_left_(metrics.gauge("airspool_opensky_credits_left", "API credits of OpenSky left in this period.")),
      interval_(metrics.gauge("airspool_opensky_interval_seconds",
                              "Time between two requests for the same area of OpenSky, as planned now.")),
      answer_age_(metrics.gauge("airspool_opensky_answer_age_seconds",
                                "Time since OpenSky's last new answer, or since the start.")) {
  const std::string base = without_slash(settings_.base_url);
  for (const Request& request : requests) {
    Lane lane;
    lane.url = base + request.target;
    lane.credits = request.credits;
    lanes_.push_back(std::move(lane));
    round_credits_ += request.credits;
  }
  for (std::size_t i = 0; i < kPollFaults; ++i) {
    faults_[i] = &metrics.counter("airspool_opensky_requests_total", "Requests for state vectors to OpenSky.",
                                  {{"outcome", std::string(name(static_cast<PollFault>(i)))}});
  }
  for (std::size_t i = 0; i < kRowRejects; ++i) {
    rejected_[i] = &metrics.counter("airspool_opensky_rows_rejected_total", "Rows of OpenSky left out.",
                                    {{"reason", std::string(name(static_cast<RowReject>(i)))}});
  }
  show(last_answer_);
}

BootTime Poller::Impl::step(BootTime now) {
  budget_.advance(now);
  show(now);
  const Next turn = next(now);
  if (http_.stopped() || turn.due > now) return turn.due;
  Lane& lane = *turn.lane;
  if (settings_.radio_coverage && last_lane_ != nullptr) last_lane_->coverage = settings_.radio_coverage();

  Exchanged result = exchange_.ask(lane.url);
  if (http_.stopped()) return now;
  const BootTime after = std::max(now, clock_.boot_now());
  const bool stale = result.answer && is_stale(lane, *result.answer);
  if (stale) result.trouble = Trouble{PollFault::kStale, "the answer is no newer than the last one", {}};
  settle(lane, result, stale);
  if (result.trouble) faults_[static_cast<std::size_t>(result.trouble->fault)]->add();
  if (result.trouble && !stale) {
    failed(lane, result, after);
  } else {
    if (failures_ > 0 || (!stale && !talked_)) log::info(kModule, "OpenSky answers");
    talked_ = talked_ || !stale;
    succeeded(lane, now, after);
    if (stale) {
      log_trouble(*result.trouble, {}, after);
    } else {
      take(lane, std::move(*result.answer), result.report);
    }
  }
  show(after);
  return std::max(next(after).due, after);
}

Poller::Impl::Next Poller::Impl::next(BootTime now) {
  Next first;
  for (Lane& lane : lanes_) {
    const BootTime lane_due = due(lane, now);
    // Of those that are due together, the one that has waited longest.
    const auto rank = [](BootTime when, const Lane& of) {
      return std::tuple(when, of.asked.value_or(BootTime::min()));
    };
    if (first.lane == nullptr || rank(lane_due, lane) < rank(first.due, *first.lane)) first = {&lane, lane_due};
  }
  if (first.due > now) log_drought(*first.lane, first.due, now);
  return first;
}

BootTime Poller::Impl::due(const Lane& lane, BootTime now) const {
  BootTime when = now;  // at once
  if (lane.asked) {
    when = *lane.asked + finest_;
    if (settings_.interval) {
      when = std::max(when, *lane.asked + *settings_.interval);
    } else if (lane.credits > 0) {
      when = std::max(when, paid_due_);
    }
  }
  if (!budget_.affords(lane.credits, now)) {
    when = std::max(when, budget_.renewal().value_or(now + kLongestBackoff));
  }
  when = std::max({when, not_before_, lane.not_before});
  // What is overdue is due now: only the lane's own patience decides who is first.
  return std::max(when, now);
}

// The books are kept of whatever went through, news or not.
void Poller::Impl::settle(Lane& lane, const Exchanged& result, bool stale) {
  if (result.utc && !stale) budget_.told_time(result.at, *result.utc);
  if (lane.credits == 0) return;
  if (result.charged) budget_.spent(lane.credits);
  if (result.credits_left) budget_.told_left(result.at, *result.credits_left);
}

bool Poller::Impl::is_stale(const Lane& lane, const OpenSkyAnswer& answer) const {
  if (answer.time_s > lane.last_time_s) return false;
  return answer.time_s == lane.last_time_s || answer.received - lane.last_taken < kBelieveEarlierAfter;
}

void Poller::Impl::succeeded(Lane& lane, BootTime began, BootTime after) {
  failures_ = 0;
  charged_failures_ = 0;
  lane.asked = began;
  last_lane_ = &lane;
  if (lane.credits == 0) return;
  Nanoseconds wait = budget_.pace(lane.credits, after);
  if (covered()) wait = std::max(wait, kCoveredFactor * budget_.even_pace(lane.credits));
  paid_due_ = began + wait;
}

void Poller::Impl::failed(Lane& lane, const Exchanged& result, BootTime after) {
  const Trouble& trouble = *result.trouble;
  if (!trouble.of_this_request) ++failures_;
  Nanoseconds wait = trouble.wait ? *trouble.wait : backoff();
  // One quick repeat; more of them must not eat what is meant for the day.
  if (result.charged && ++charged_failures_ > 1) wait = std::max(wait, budget_.pace(lane.credits, after));
  if (trouble.fault == PollFault::kRateLimited && trouble.wait) budget_.refused(after, wait);
  (trouble.of_this_request ? lane.not_before : not_before_) = after + wait;
  log_trouble(trouble, wait, after);
}

bool Poller::Impl::covered() const {
  if (!settings_.radio_coverage) return false;
  return std::all_of(lanes_.begin(), lanes_.end(),
                     [](const Lane& lane) { return lane.credits == 0 || lane.coverage >= kCovered; });
}

void Poller::Impl::take(Lane& lane, OpenSkyAnswer&& answer, const ParseReport& report) {
  lane.last_time_s = answer.time_s;
  lane.last_taken = answer.received;
  last_answer_ = answer.received;
  for (std::size_t i = 0; i < kRowRejects; ++i) rejected_[i]->add(report.rejected[i]);
  log_rejected(report, answer.states.size(), answer.received);
  answers_.add();
  rows_.add(answer.states.size());
  aircraft_.set(static_cast<double>(answer.states.size()));
  on_answer_(std::move(answer));
}

Nanoseconds Poller::Impl::interval(BootTime now) const {
  if (settings_.interval) return std::max<Nanoseconds>(*settings_.interval, finest_);
  const int credits = round_credits_;
  if (credits == 0) return finest_;
  const Nanoseconds plan = covered() ? std::max(budget_.pace(credits, now), kCoveredFactor * budget_.even_pace(credits))
                                     : budget_.pace(credits, now);
  return std::max(plan, finest_);
}

Nanoseconds Poller::Impl::backoff() {
  const int doublings = std::clamp(failures_ - 1, 0, 10);
  const Nanoseconds longest = std::min<Nanoseconds>(kFirstBackoff * (1 << doublings), kLongestBackoff);
  std::uniform_real_distribution<double> part(0.5, 1.0);
  return std::chrono::duration_cast<Nanoseconds>(longest * part(random_));
}

void Poller::Impl::show(BootTime now) {
  credits_left_.set(static_cast<double>(budget_.left()));
  interval_.set(std::chrono::duration<double>(interval(now)).count());
  answer_age_.set(std::chrono::duration<double>(now - last_answer_).count());
}

void Poller::Impl::log_trouble(const Trouble& trouble, Nanoseconds wait, BootTime now) {
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

void Poller::Impl::log_rejected(const ParseReport& report, std::size_t taken, BootTime now) {
  std::uint64_t rejected = 0;
  std::string_view first_reason;
  for (std::size_t i = 0; i < kRowRejects; ++i) {
    if (report.rejected[i] > 0 && first_reason.empty()) first_reason = name(static_cast<RowReject>(i));
    rejected += report.rejected[i];
  }
  if (rejected == 0 || (row_gate_.last && now - *row_gate_.last < kLogEvery)) return;
  row_gate_.last = now;
  log::warning(kModule, "rows left out of an answer",
               {{"rows", rejected}, {"of", rejected + taken}, {"reason", first_reason}});
}

// Once for each time that the credits run out early.
void Poller::Impl::log_drought(const Lane& lane, BootTime due, BootTime now) {
  const auto renewal = budget_.renewal();
  if (budget_.affords(lane.credits, now) || !renewal || *renewal - now < kLogEvery) return;
  if (drought_logged_ && std::chrono::abs(*drought_logged_ - *renewal) < kLogEvery) return;
  drought_logged_ = renewal;
  log::warning(kModule, "the credits of OpenSky are used up",
               {{"left", budget_.left()}, {"next_s", std::chrono::duration_cast<seconds>(due - now).count()}});
}

Result<Poller> Poller::create(PollerSettings settings, net::HttpClient& http, const Clock& clock,
                              metrics::Registry& metrics, OnAnswer on_answer) {
  if (!is_web_address(settings.base_url)) {
    return fail(ErrorCode::kConfig, "opensky.base_url: write it as https://host/path, without a query");
  }
  if (settings.credentials && !is_web_address(settings.token_url)) {
    return fail(ErrorCode::kConfig, "opensky.token_url: write it as https://host/path, without a query");
  }
  if (!std::all_of(settings.query.areas.begin(), settings.query.areas.end(), is_box)) {
    return fail(ErrorCode::kConfig,
                "opensky.area: south must be below north and west below east, within 90 and 180 degrees; an area "
                "across the antimeridian takes two boxes");
  }
  if (settings.query.own && !settings.credentials) {
    return fail(ErrorCode::kConfig, "opensky.own: own sensors need an account: give credentials_file");
  }
  if (settings.interval && *settings.interval < seconds(1)) {
    return fail(ErrorCode::kConfig, "opensky.poll_interval_s: at least 1");
  }
  const std::vector<Request> requests = requests_for(settings.query);
  const Forecast told = forecast(settings, requests);
  for (const std::string& note : told.notes) log::info(kModule, note);
  for (const std::string& warning : told.warnings) log::warning(kModule, warning);
  return Poller(std::make_unique<Impl>(std::move(settings), requests, http, clock, metrics, std::move(on_answer)));
}

Poller::Poller(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Poller::Poller(Poller&& other) noexcept = default;
Poller& Poller::operator=(Poller&& other) noexcept = default;
Poller::~Poller() = default;

BootTime Poller::step(BootTime now) { return impl_->step(now); }
Nanoseconds Poller::interval() const { return impl_->interval(impl_->clock().boot_now()); }

}  // namespace airspool::opensky
