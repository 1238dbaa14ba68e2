// SPDX-License-Identifier: Apache-2.0
#include "id_set.h"

#include <cstdint>
#include <random>
#include <set>

#include <gtest/gtest.h>

namespace airspool::spool {
namespace {

TEST(IdSetTest, NeighboursBecomeOneRange) {
  IdSet set;
  set.insert(3);
  set.insert(5);
  set.insert(4);
  set.insert(9);
  EXPECT_EQ(set.to_text(), "3-5,9");
  EXPECT_EQ(set.size(), 4);
}

TEST(IdSetTest, ErasingTheMiddleSplitsARange) {
  IdSet set;
  set.insert_range(1, 5);
  set.erase(3);
  EXPECT_EQ(set.to_text(), "1-2,4-5");
  EXPECT_EQ(set.first_from(3), 4);
  EXPECT_EQ(set.first_from(6), std::nullopt);
}

TEST(IdSetTest, BehavesAsASetOfNumbers) {
  std::mt19937 random(20260101);
  IdSet set;
  std::set<std::int64_t> oracle;
  for (int i = 0; i < 20'000; ++i) {
    const auto id = static_cast<std::int64_t>(random() % 200);
    if (random() % 2 == 0) {
      set.insert(id);
      oracle.insert(id);
    } else {
      set.erase(id);
      oracle.erase(id);
    }
    const auto from = oracle.lower_bound(id);
    ASSERT_EQ(set.first_from(id), from == oracle.end() ? std::nullopt : std::optional(*from));
    ASSERT_EQ(set.size(), static_cast<std::int64_t>(oracle.size()));
    ASSERT_EQ(set.contains(id), oracle.count(id) == 1);
  }
  EXPECT_EQ(IdSet::parse(set.to_text())->to_text(), set.to_text());
}

TEST(IdSetTest, InsertingARangeSwallowsWhatItCovers) {
  IdSet set;
  set.insert(2);
  set.insert_range(5, 6);
  set.insert(20);
  set.insert_range(3, 19);
  EXPECT_EQ(set.to_text(), "2-20");
  EXPECT_EQ(set.size(), 19);
}

TEST(IdSetTest, TextOfAnotherFormIsRefused) {
  EXPECT_TRUE(IdSet::parse("").has_value());
  for (const char* text : {",", "1,", "1-", "-1", "2-1", "a", "1;2", "1--2", "99999999999999999999", "1,,2"}) {
    EXPECT_FALSE(IdSet::parse(text).has_value()) << text;
  }
}

}  // namespace
}  // namespace airspool::spool
