// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <optional>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include <airspool/opensky/poller.h>

#include "fakes/mock_opensky.h"

// A month of a box that has nothing but OpenSky, in simulated time: the poller against the service's own rules of
// credits. How much of them it uses, and whether it ever asks for more.
namespace airspool::opensky {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

constexpr Nanoseconds kDay = hours(24);
// 2026-11-01, so that a month is a month.
constexpr WallTime kFirstMidnight{std::chrono::sys_days(std::chrono::year(2026) / 11 / 1)};
constexpr double kWanted = 0.97;

// The box's clock: boot time as it is, and a calendar that may be wrong.
class BoxClock final : public Clock {
 public:
  explicit BoxClock(const Clock& truth) : truth_(truth) {}
  [[nodiscard]] BootTime boot_now() const override { return truth_.boot_now(); }
  [[nodiscard]] WallTime wall_now() const override { return truth_.wall_now() + wrong_by; }
  [[nodiscard]] ClockState state() const override { return ClockState::kFreeRunning; }
  Nanoseconds wrong_by{};

 private:
  const Clock& truth_;
};

struct Outcome {
  test::MockOpenSkyService::Books books;
  std::int64_t elsewhere = 0;  // credits that others got
  double possible = 0.0;       // what the credits and OpenSky's resolution allow
};

struct Month {
  int days = 30;
  Account account = Account::kAnonymous;
  std::vector<Area> areas;
  Nanoseconds start = hours(13) + minutes(37);  // after the first midnight
  Nanoseconds clock_wrong_by{};
  std::vector<Nanoseconds> restarts;  // after the first midnight
  double others_per_hour = 0.0;       // requests of 1 to 3 credits
  std::uint32_t seed = 1;
};

Outcome live(const Month& month) {
  ManualClock truth(kFirstMidnight + month.start, BootTime(seconds(30)));
  BoxClock box(truth);
  box.wrong_by = month.clock_wrong_by;
  test::MockSettings mock;
  mock.account = month.account;
  mock.aircraft = 0;
  test::MockOpenSkyService service(mock, truth);
  test::MockOpenSkyClient http(service, truth, milliseconds(300));
  metrics::Registry metrics;

  PollerSettings settings;
  settings.account = month.account;
  const bool named = month.account != Account::kAnonymous;
  if (named) settings.credentials = Credentials{mock.client_id, mock.client_secret};
  settings.query.areas = month.areas;
  const auto start = [&] { return Poller::create(settings, http, box, metrics, [](OpenSkyAnswer&&) {}).value(); };

  Outcome out;
  std::minstd_rand random(month.seed);
  std::exponential_distribution<double> pause(month.others_per_hour > 0.0 ? month.others_per_hour / 3'600.0 : 1.0);
  std::uniform_int_distribution<int> some(1, 3);
  std::optional<WallTime> other;
  const auto next_other = [&] {
    return truth.wall_now() + std::chrono::duration_cast<Nanoseconds>(std::chrono::duration<double>(pause(random)));
  };
  if (month.others_per_hour > 0.0) other = next_other();
  auto restarts = month.restarts;
  const WallTime end = kFirstMidnight + month.days * kDay;

  Poller poller = start();
  while (truth.wall_now() < end) {
    BootTime next = poller.step(truth.boot_now());
    while (true) {
      const Nanoseconds wait = next - truth.boot_now();
      std::optional<WallTime> event = other;
      if (!restarts.empty()) event = std::min(event.value_or(WallTime::max()), kFirstMidnight + restarts.front());
      if (!event || *event > truth.wall_now() + wait) {
        truth.advance(std::max(wait, Nanoseconds::zero()));
        break;
      }
      truth.advance(std::max(*event - truth.wall_now(), Nanoseconds::zero()));
      if (event == other) {
        out.elsewhere += service.spend_elsewhere(some(random), !named);
        other = next_other();
      } else {
        restarts.erase(restarts.begin());
        poller = start();
        next = truth.boot_now();
      }
    }
  }
  out.books = service.books();
  int round = 0;
  for (const Area& area : month.areas) round += credits_for(area);
  if (month.areas.empty()) round = 4;
  const AccountTerms terms = terms_of(month.account);
  const double periods = static_cast<double>(month.days * kDay.count()) / static_cast<double>(terms.period.count());
  const double rounds_a_period = static_cast<double>(terms.period / resolution(named));
  // Of an hourly account the hours before the start do not count: they cannot be made up for.
  const double lived =
      terms.period == kDay
          ? periods
          : periods * (1.0 - static_cast<double>(month.start.count()) / static_cast<double>(month.days * kDay.count()));
  out.possible = lived * std::min<double>(terms.credits, rounds_a_period * round);
  return out;
}

struct Case {
  std::string name;
  Account account;
  std::vector<Area> areas;
};

std::vector<Case> cases() {
  const Area one{45.8389, 5.9962, 47.8229, 10.5226};
  const Area two{0, 0, 10, 10};
  const Area three{30, 0, 50, 20};
  std::vector<Case> out;
  for (const auto& [name, account] :
       {std::pair{"anonymous", Account::kAnonymous}, std::pair{"standard", Account::kStandard},
        std::pair{"feeder", Account::kFeeder}, std::pair{"licensed", Account::kLicensed}}) {
    out.push_back({std::string(name) + "_one", account, {one}});
    out.push_back({std::string(name) + "_two", account, {two}});
    out.push_back({std::string(name) + "_three", account, {three}});
    out.push_back({std::string(name) + "_four", account, {}});
    out.push_back({std::string(name) + "_several", account, {one, three, Area{}, two, one}});
    out.push_back({std::string(name) + "_many", account, std::vector<Area>(9, Area{})});
  }
  return out;
}

class OpenSkyMonthTest : public ::testing::TestWithParam<Case> {
 protected:
  // An hourly account asks 20 times as often as the others: where it has several areas, or more is done than to live,
  // it lives for fewer days, which are still more renewals than the others see.
  static Month month(bool plain = false) {
    Month month;
    const bool hourly = GetParam().account == Account::kLicensed;
    month.days = !hourly || (plain && GetParam().areas.size() <= 1) ? 30 : 2;
    month.account = GetParam().account;
    month.areas = GetParam().areas;
    return month;
  }
  static void expect_well_used(const Outcome& out) {
    EXPECT_EQ(out.books.refused, 0U) << "requests after the credits were gone";
    EXPECT_EQ(out.books.states, out.books.answers);
    const double used = static_cast<double>(out.books.credits) + static_cast<double>(out.elsewhere);
    EXPECT_GE(used, kWanted * out.possible);
    ::testing::Test::RecordProperty("used_percent", std::to_string(100.0 * used / out.possible));
    if (std::getenv("AIRSPOOL_PRINT_MONTH") != nullptr) {
      std::printf("    %.2f %% of %.0f credits (%.2f %% elsewhere), %llu requests\n", 100.0 * used / out.possible,
                  out.possible, 100.0 * static_cast<double>(out.elsewhere) / out.possible,
                  static_cast<unsigned long long>(out.books.states));
    }
  }
};

TEST_P(OpenSkyMonthTest, UsesItsCreditsAndNotOneMore) { expect_well_used(live(month(true))); }

TEST_P(OpenSkyMonthTest, RestartsInTheMiddleOfTheDayOverspendNothing) {
  Month with_restarts = month();
  for (int day = 1; day < with_restarts.days; day += 3) {
    with_restarts.restarts.push_back(day * kDay + hours(5) + minutes(11 * day));
    with_restarts.restarts.push_back(day * kDay + hours(5) + minutes(11 * day + 3));
  }
  expect_well_used(live(with_restarts));
}

TEST_P(OpenSkyMonthTest, AnotherClientOfTheSameCreditsIsMadeRoomFor) {
  Month shared = month();
  // About a fifth of the credits.
  const AccountTerms terms = terms_of(shared.account);
  shared.others_per_hour =
      0.1 * terms.credits / (std::chrono::duration<double, std::ratio<3'600>>(terms.period).count());
  expect_well_used(live(shared));
}

TEST_P(OpenSkyMonthTest, ACalendarThatIsWrongChangesNothing) {
  Month lost = month();
  lost.clock_wrong_by = -hours(24 * 500) - hours(7);
  expect_well_used(live(lost));
}

INSTANTIATE_TEST_SUITE_P(AccountsAndAreas, OpenSkyMonthTest, ::testing::ValuesIn(cases()),
                         [](const auto& which) { return which.param.name; });

}  // namespace
}  // namespace airspool::opensky
