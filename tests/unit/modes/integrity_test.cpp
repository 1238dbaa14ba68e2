// SPDX-License-Identifier: Apache-2.0
#include <optional>

#include <gtest/gtest.h>

#include <airspool/modes/integrity.h>

namespace airspool::modes {
namespace {

constexpr double kNm = 1852.0;

struct Case {
  std::uint8_t typecode;
  IntegritySupplements said;
  std::optional<int> nic;
  std::optional<double> rc_m;
};

void expect_all(std::initializer_list<Case> cases) {
  for (const Case& expected : cases) {
    const Integrity found = integrity_of(expected.typecode, expected.said);
    EXPECT_EQ(found.nic, expected.nic) << int{expected.typecode};
    ASSERT_EQ(found.rc_m.has_value(), expected.rc_m.has_value()) << int{expected.typecode};
    EXPECT_NEAR(found.rc_m.value_or(0.0), expected.rc_m.value_or(0.0), 1e-9) << int{expected.typecode};
  }
}

TEST(IntegrityTest, OfVersion0IsWhatItsNucpStandsFor) {
  const IntegritySupplements said{.version = 0, .a = {}, .b = {}, .c = {}};
  expect_all({{5, said, 11, 7.5},
              {6, said, 10, 25.0},
              {7, said, 8, 0.1 * kNm},
              {8, said, 0, {}},
              {9, said, 11, 7.5},
              {10, said, 10, 25.0},
              {11, said, 8, 0.1 * kNm},
              {12, said, 7, 0.2 * kNm},
              {13, said, 6, 0.5 * kNm},
              {14, said, 5, kNm},
              {15, said, 4, 2 * kNm},
              {16, said, 1, 10 * kNm},
              {17, said, 1, 20 * kNm},
              {18, said, 0, {}},
              {20, said, 11, 7.5},
              {21, said, 10, 25.0},
              {22, said, 0, {}}});
}

TEST(IntegrityTest, OfVersion1NeedsOneSupplement) {
  const IntegritySupplements no{.version = 1, .a = false, .b = {}, .c = {}};
  const IntegritySupplements yes{.version = 1, .a = true, .b = {}, .c = {}};
  expect_all({{7, yes, 9, 75.0},
              {7, no, 8, 0.1 * kNm},
              {8, yes, 0, {}},
              {11, yes, 9, 75.0},
              {11, no, 8, 0.1 * kNm},
              {13, yes, 6, 0.6 * kNm},
              {13, no, 6, 0.5 * kNm},
              {16, yes, 3, 4 * kNm},
              {16, no, 2, 8 * kNm}});
}

TEST(IntegrityTest, OfVersion2NeedsTwo) {
  const auto air = [](bool a, bool b) { return IntegritySupplements{.version = 2, .a = a, .b = b, .c = {}}; };
  const auto ground = [](bool a, bool c) { return IntegritySupplements{.version = 2, .a = a, .b = {}, .c = c}; };
  expect_all({{11, air(true, true), 9, 75.0},
              {11, air(false, false), 8, 0.1 * kNm},
              {13, air(false, true), 6, 0.3 * kNm},
              {13, air(false, false), 6, 0.5 * kNm},
              {13, air(true, true), 6, 0.6 * kNm},
              {16, air(true, true), 3, 4 * kNm},
              {16, air(false, false), 2, 8 * kNm},
              {7, ground(true, false), 9, 75.0},
              {7, ground(false, false), 8, 0.1 * kNm},
              {8, ground(true, true), 7, 0.2 * kNm},
              {8, ground(true, false), 6, 0.3 * kNm},
              {8, ground(false, true), 6, 0.6 * kNm},
              {8, ground(false, false), 0, {}}});
}

TEST(IntegrityTest, IsToldWithoutSupplementsWhereTheyChangeNothing) {
  expect_all({{9, {}, 11, 7.5}, {10, {}, 10, 25.0}, {12, {}, 7, 0.2 * kNm}, {14, {}, 5, kNm}, {18, {}, 0, {}}});
}

TEST(IntegrityTest, IsNotGuessed) {
  expect_all({{11, {}, {}, {}}, {16, {}, {}, {}}});
  // The category is the same whatever the supplements, the radius is not.
  expect_all({{13, {}, 6, {}}});
  // Without B, A changes nothing.
  expect_all({{11, {.version = 2, .a = {}, .b = false, .c = {}}, 8, 0.1 * kNm}});
}

TEST(IntegrityTest, IsNothingForWhatIsNoPositionAndForVersionsToCome) {
  for (const std::uint8_t typecode : {0, 4, 19, 28, 31}) expect_all({{typecode, {}, {}, {}}});
  expect_all({{9, {.version = 3, .a = {}, .b = {}, .c = {}}, {}, {}}});
}

}  // namespace
}  // namespace airspool::modes
