// SPDX-License-Identifier: Apache-2.0
#include "budget.h"

#include <chrono>

#include <gtest/gtest.h>

namespace airspool::opensky {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

// Boot was at 06:00 UTC of some day: boot time 0.
constexpr WallTime kBoot{hours(24 * 20'000 + 6)};
BootTime at(Nanoseconds since_boot) { return BootTime(since_boot); }

// A budget whose calendar is known at boot.
Budget known(Account account) {
  Budget budget(account);
  budget.told_time(at({}), kBoot);
  return budget;
}

TEST(BudgetTest, ClassesOfAccount) {
  EXPECT_EQ(terms_of(Account::kAnonymous).credits, 400);
  EXPECT_EQ(terms_of(Account::kStandard).credits, 4'000);
  EXPECT_EQ(terms_of(Account::kFeeder).credits, 8'000);
  EXPECT_EQ(terms_of(Account::kLicensed).credits, 14'400);
  EXPECT_EQ(terms_of(Account::kLicensed).period, Nanoseconds(hours(1)));
}

TEST(BudgetTest, BeforeOpenSkyHasSaidAnythingADayIsSpreadEvenly) {
  const Budget budget(Account::kAnonymous);
  EXPECT_TRUE(budget.affords(4, at({})));
  EXPECT_EQ(budget.pace(1, at({})), Nanoseconds(seconds(216)));
  EXPECT_EQ(budget.pace(4, at({})), Nanoseconds(seconds(864)));
  EXPECT_FALSE(budget.renewal());
}

TEST(BudgetTest, WhatOpenSkySaysOverrulesOurCount) {
  Budget budget = known(Account::kStandard);
  budget.spent(1);
  budget.told_left(at({}), 1'234);
  EXPECT_EQ(budget.left(), 1'234);
  budget.told_left(at({}), 7'999);  // it was a feeder's account after all
  EXPECT_EQ(budget.left(), 7'999);
}

TEST(BudgetTest, WithoutAWordOfOpenSkysOnlyTheRestOfTheDayIsAssumed) {
  EXPECT_EQ(known(Account::kAnonymous).left(), 300) << "at 06:00 a quarter may be gone";
}

TEST(BudgetTest, WhatIsLeftLastsUntilMidnight) {
  Budget budget = known(Account::kAnonymous);
  budget.told_left(at({}), 99);
  // 18 h for this request and 99 more.
  EXPECT_NEAR(std::chrono::duration<double>(budget.pace(1, at({}))).count(), 18 * 36.0, 0.1);
}

TEST(BudgetTest, NothingIsAffordedWhenNothingIsLeft) {
  Budget budget = known(Account::kAnonymous);
  budget.told_left(at({}), 2);
  EXPECT_TRUE(budget.affords(2, at({})));
  EXPECT_FALSE(budget.affords(3, at({})));
  EXPECT_TRUE(budget.affords(0, at({}))) << "own sensors are free";
  budget.told_left(at({}), 0);
  EXPECT_LE(budget.pace(1, at({})), Nanoseconds(hours(18) + seconds(2))) << "never beyond the renewal";
}

TEST(BudgetTest, CreditsAreRenewedAtMidnightOfOpenSkysClock) {
  Budget budget = known(Account::kAnonymous);
  budget.told_left(at({}), 0);
  EXPECT_EQ(budget.renewal(), at(hours(18) + seconds(2)));
  budget.advance(at(hours(18) + seconds(1)));
  EXPECT_FALSE(budget.affords(1, at({})));
  budget.advance(at(hours(18) + seconds(2)));
  EXPECT_EQ(budget.left(), 400);
  EXPECT_EQ(budget.renewal(), at(hours(42) + seconds(2)));
}

TEST(BudgetTest, LicensedCreditsAreRenewedEachHour) {
  Budget budget = known(Account::kLicensed);
  budget.told_left(at({}), 0);
  EXPECT_EQ(budget.renewal(), at(hours(1) + seconds(2)));
  budget.advance(at(hours(1) + seconds(2)));
  EXPECT_EQ(budget.left(), 14'400);
}

TEST(BudgetTest, AnAnswerFromTheNewDayRenewsAtOnce) {
  Budget budget = known(Account::kAnonymous);
  budget.told_left(at({}), 5);
  budget.told_time(at(hours(17)), kBoot + hours(18));  // our idea of it was an hour late
  EXPECT_EQ(budget.left(), 400);
  EXPECT_EQ(budget.renewal(), at(hours(17) + hours(24) + seconds(2)));
}

TEST(BudgetTest, AClockThatIsToldASecondEarlierDoesNotRenewTwice) {
  Budget budget = known(Account::kAnonymous);
  budget.advance(at(hours(18) + seconds(2)));
  budget.spent(100);
  budget.told_time(at(hours(18) + seconds(3)), kBoot + hours(18) - seconds(2));
  EXPECT_EQ(budget.left(), 300);
  budget.advance(at(hours(18) + seconds(20)));
  EXPECT_EQ(budget.left(), 300);
}

TEST(BudgetTest, ACalendarThatWasWrongIsPutRightWithoutNewCredits) {
  Budget budget(Account::kAnonymous);
  budget.told_time(at({}), kBoot + hours(24 * 400));
  budget.told_left(at({}), 7);
  budget.told_time(at(minutes(1)), kBoot + minutes(1));
  EXPECT_EQ(budget.left(), 7);
  EXPECT_EQ(budget.renewal(), at(hours(18) + seconds(2)));
}

TEST(BudgetTest, ARefusalHoldsUntilOpenSkySaysSo) {
  Budget budget = known(Account::kAnonymous);
  budget.told_left(at({}), 50);
  budget.refused(at(hours(1)), hours(17));
  budget.advance(at(hours(18) - seconds(1)));
  EXPECT_FALSE(budget.affords(1, at({})));
  EXPECT_EQ(budget.renewal(), at(hours(18)));
  budget.advance(at(hours(18)));
  EXPECT_EQ(budget.left(), 400) << "it lasted until midnight: the credits are new";
}

TEST(BudgetTest, AShortRefusalIsNoNewDay) {
  Budget budget = known(Account::kAnonymous);
  budget.told_left(at({}), 50);
  budget.refused(at(hours(1)), seconds(30));
  budget.advance(at(hours(1) + seconds(30)));
  EXPECT_EQ(budget.left(), 50);
  budget.told_left(at({}), 0);
  budget.refused(at(hours(2)), seconds(30));
  budget.advance(at(hours(2) + seconds(30)));
  EXPECT_TRUE(budget.affords(4, at({}))) << "OpenSky said that it may be asked again";
  EXPECT_FALSE(budget.affords(5, at({})));
}

TEST(BudgetTest, KeepsBackWhatOthersSpendBetweenTwoRequests) {
  Budget budget = known(Account::kAnonymous);
  budget.told_left(at({}), 100);
  budget.spent(1);
  budget.told_left(at({}), 96);  // somebody else took three
  budget.spent(1);
  budget.told_left(at({}), 95);
  budget.told_left(at({}), 3);
  EXPECT_FALSE(budget.affords(1, at({}))) << "the next three may be gone before we come";
}

TEST(BudgetTest, KeepsBackMoreTheLongerItHasNotAsked) {
  Budget budget = known(Account::kStandard);
  budget.told_left(at({}), 100);
  budget.told_left(at(minutes(1)), 97);
  budget.told_left(at(minutes(2)), 20);
  budget.told_left(at(minutes(3)), 20);
  EXPECT_FALSE(budget.affords(1, at(minutes(4)))) << "80 are 2 % of 4,000";
  Budget calm = known(Account::kStandard);
  calm.told_left(at({}), 100);
  calm.told_left(at(minutes(1)), 97);
  calm.told_left(at(minutes(2)), 20 + 77 - 3);
  EXPECT_TRUE(calm.affords(60, at(minutes(2))));
  EXPECT_FALSE(calm.affords(60, at(minutes(20)))) << "the others may have spent 3 a minute all the time";
}

TEST(BudgetTest, WhatIsKeptBackIsBounded) {
  Budget budget = known(Account::kAnonymous);
  budget.told_left(at({}), 300);
  budget.told_left(at({}), 100);
  budget.told_left(at({}), 9);
  EXPECT_TRUE(budget.affords(1, at({}))) << "2 % of 400 are 8";
}

}  // namespace
}  // namespace airspool::opensky
