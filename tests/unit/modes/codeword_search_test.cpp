// SPDX-License-Identifier: Apache-2.0
#include "codeword_search.h"

#include <array>
#include <cmath>
#include <cstdint>
#include <span>
#include <vector>

#include <gtest/gtest.h>

#include <airspool/modes/crc.h>

#include "test_signal.h"

namespace airspool::modes {
namespace {

// splitmix64
class Random {
 public:
  explicit Random(std::uint64_t seed) : state_(seed) {}
  std::uint64_t next() {
    state_ += 0x9E3779B97F4A7C15U;
    std::uint64_t z = state_;
    z = (z ^ (z >> 30U)) * 0xBF58476D1CE4E5B9U;
    z = (z ^ (z >> 27U)) * 0x94D049BB133111EBU;
    return z ^ (z >> 31U);
  }
  float uniform() { return static_cast<float>(next() >> 40U) / 16777216.0F; }

 private:
  std::uint64_t state_;
};

struct Read {
  std::vector<std::uint8_t> sent;
  SoftBits soft;
};

// A frame of random content, of which some of the least reliable bits are wrong.
Read read_badly(Random& random, std::size_t length, std::uint32_t remainder, int wrong) {
  Read read;
  std::vector<std::uint8_t> bytes(length);
  for (std::uint8_t& byte : bytes) byte = static_cast<std::uint8_t>(random.next());
  read.sent = test::with_parity(bytes, remainder);
  read.soft.bits = static_cast<int>(8 * length);
  for (std::size_t bit = 0; bit < 8 * length; ++bit) {
    const bool one = (read.sent[bit / 8] >> (7 - bit % 8) & 1U) != 0;
    read.soft.llr[bit] = (one ? 1.0F : -1.0F) * (8.0F + 10.0F * random.uniform());
  }
  for (int n = 0; n < wrong; ++n) {
    float& llr = read.soft.llr[5 + random.next() % (8 * length - 5)];
    llr = llr > 0.0F ? -0.5F * random.uniform() : 0.5F * random.uniform();
  }
  return read;
}

bool same(const Codeword& word, const std::vector<std::uint8_t>& bytes) {
  return std::equal(bytes.begin(), bytes.end(), word.bytes.begin());
}

TEST(CodewordSearchTest, EverythingItGivesHasARemainderThatWasAskedFor) {
  Random random(1);
  CodewordSearch search;
  const std::array<std::uint32_t, 3> wanted = {0x000000, 0x4840D6, 0xFFFFFF};
  for (int round = 0; round < 200; ++round) {
    const std::size_t length = round % 2 == 0 ? 7 : 14;
    const Read read = read_badly(random, length, static_cast<std::uint32_t>(random.next() & 0xFFFFFFU), 3);
    search.prepare(read.soft, decided(read.soft));
    float last = 0.0F;
    for (const Codeword& word : search.find(wanted, {})) {
      EXPECT_EQ(crc24(std::span(word.bytes).first(length)), word.remainder);
      EXPECT_GE(word.cost, last);
      last = word.cost;
      // The cost is that of the bits that were changed.
      float cost = 0.0F;
      int flips = 0;
      for (std::size_t bit = 0; bit < 8 * length; ++bit) {
        const bool one = (word.bytes[bit / 8] >> (7 - bit % 8) & 1U) != 0;
        if (one == read.soft.one(bit)) continue;
        cost += std::abs(read.soft.llr[bit]);
        ++flips;
        EXPECT_GE(bit, 5U);
      }
      EXPECT_NEAR(word.cost, cost, 1e-3);
      EXPECT_EQ(word.flips, flips);
    }
  }
}

TEST(CodewordSearchTest, FindsWhatWasSentWhereDoubtfulBitsAreWrong) {
  Random random(2);
  CodewordSearch search;
  const std::array<std::uint32_t, 1> nothing = {0};
  for (int round = 0; round < 200; ++round) {
    const Read read = read_badly(random, 14, 0, 1 + round % 8);
    search.prepare(read.soft, decided(read.soft));
    const auto words = search.find(nothing, {});
    ASSERT_FALSE(words.empty());
    EXPECT_TRUE(same(words[0], read.sent)) << round;
  }
}

TEST(CodewordSearchTest, TakesWhatRemaindersCostIntoAccount) {
  Random random(3);
  CodewordSearch search;
  const Read read = read_badly(random, 7, 5, 0);
  search.prepare(read.soft, decided(read.soft));
  const std::array<std::uint32_t, 2> codes = {4, 5};
  EXPECT_EQ(search.find(codes, {})[0].remainder, 5U);
  const std::array<float, 2> costs = {0.0F, 100.0F};
  EXPECT_EQ(search.find(codes, costs)[0].remainder, 4U);
}

TEST(CodewordSearchTest, FindsNothingForNobody) {
  Random random(4);
  CodewordSearch search;
  const Read read = read_badly(random, 7, 0, 0);
  search.prepare(read.soft, decided(read.soft));
  EXPECT_TRUE(search.find({}, {}).empty());
}

}  // namespace
}  // namespace airspool::modes
