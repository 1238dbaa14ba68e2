// SPDX-License-Identifier: Apache-2.0
#include "acceptance.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <vector>

#include <gtest/gtest.h>

#include "test_signal.h"

namespace airspool::modes {
namespace {

using Bytes = std::vector<std::uint8_t>;
constexpr std::uint32_t kAddress = 0x4840D6;
constexpr std::int64_t kTick = 12'000'000;

Bytes squitter() {
  return test::with_parity({0x8D, 0x48, 0x40, 0xD6, 0x20, 0x2C, 0xC3, 0x71, 0xC3, 0x2C, 0xE0, 0, 0, 0});
}
Bytes all_call(std::uint32_t interrogator) {
  return test::with_parity({0x5D, 0x48, 0x40, 0xD6, 0, 0, 0}, interrogator);
}
Bytes reply(std::uint8_t format) {
  Bytes bytes(format < 16 ? 7 : 14, 0x11);
  bytes[0] = static_cast<std::uint8_t>(format << 3U);
  return test::with_parity(bytes, kAddress);
}

struct Doubtful {
  std::size_t bit;
  float nats;
};

// As if it had been received well, but for these bits, which are wrong and hardly decided.
SoftBits received(const Bytes& bytes, std::initializer_list<Doubtful> wrong = {}) {
  SoftBits soft;
  soft.bits = static_cast<int>(bytes.size() * 8);
  for (std::size_t bit = 0; bit < bytes.size() * 8; ++bit) {
    soft.llr[bit] = (bytes[bit / 8] >> (7 - bit % 8) & 1U) != 0 ? 30.0F : -30.0F;
  }
  for (const Doubtful& doubtful : wrong) {
    soft.llr[doubtful.bit] = soft.llr[doubtful.bit] > 0.0F ? -doubtful.nats : doubtful.nats;
  }
  return soft;
}

Bytes bytes_of(const Verdict& verdict) {
  return {verdict.bytes.begin(), verdict.bytes.begin() + static_cast<std::ptrdiff_t>(verdict.length)};
}

class AcceptanceTest : public testing::Test {
 protected:
  Verdict judge(const SoftBits& soft) { return acceptance_.judge(soft, kTick); }
  void know_the_address() { known_.learn(kAddress, kTick); }

  KnownAddresses known_;
  Acceptance acceptance_{known_};
};

TEST_F(AcceptanceTest, TakesAnUndamagedSquitterAsProof) {
  const SoftBits soft = received(squitter());
  for (const Verdict& verdict : {judge(soft), acceptance_.judge_as_read(soft, kTick)}) {
    EXPECT_EQ(verdict.proof, Proof::kParity);
    EXPECT_EQ(verdict.address, kAddress);
    EXPECT_EQ(verdict.corrected_bits, 0);
    EXPECT_TRUE(verdict.teaches);
    EXPECT_EQ(bytes_of(verdict), squitter());
  }
}

TEST_F(AcceptanceTest, TakesAnAllCallReplyWithoutInterrogatorAsProof) {
  const Verdict verdict = judge(received(all_call(0)));
  EXPECT_EQ(verdict.proof, Proof::kParity);
  EXPECT_TRUE(verdict.teaches);
}

TEST_F(AcceptanceTest, WantsAKnownAddressForAnInterrogatorCode) {
  for (const std::uint32_t code : {1U, 15U, 17U, 79U}) {
    known_.clear();
    const Verdict unknown = judge(received(all_call(code)));
    EXPECT_EQ(unknown.proof, Proof::kAddress);
    EXPECT_EQ(unknown.address, kAddress);
    EXPECT_FALSE(unknown.teaches);
    know_the_address();
    EXPECT_EQ(judge(received(all_call(code))).proof, Proof::kParity);
  }
}

TEST_F(AcceptanceTest, RefusesAnInterrogatorCodeThatDoesNotExist) {
  know_the_address();
  for (const std::uint32_t code : {16U, 80U, 127U}) {
    EXPECT_EQ(judge(received(all_call(code))).proof, Proof::kNone) << code;
  }
}

TEST_F(AcceptanceTest, RefusesACodeThatIsNoSurerThanADoubtfulBit) {
  know_the_address();
  // The last bit says code 1 or code 0, and does not know which.
  EXPECT_EQ(judge(received(all_call(0), {{55, 4.0F}})).proof, Proof::kNone);
}

TEST_F(AcceptanceTest, ReadsTheAddressOfAReplyFromItsParity) {
  for (const std::uint8_t format : {0, 4, 5, 16, 20, 21}) {
    const SoftBits soft = received(reply(format));
    known_.clear();
    const Verdict unknown = judge(soft);
    EXPECT_EQ(unknown.proof, Proof::kAddress);
    EXPECT_EQ(unknown.otherwise, FrameReject::kUnknownAddress);
    EXPECT_EQ(unknown.address, kAddress);
    know_the_address();
    EXPECT_EQ(judge(soft).proof, Proof::kParity);
  }
}

TEST_F(AcceptanceTest, RepairsAReplyOfAKnownAddressOnly) {
  const SoftBits soft = received(reply(4), {{20, 0.2F}});
  EXPECT_NE(judge(soft).address, kAddress);
  know_the_address();
  const Verdict verdict = judge(soft);
  EXPECT_EQ(verdict.proof, Proof::kParity);
  EXPECT_EQ(verdict.corrected_bits, 1);
  EXPECT_EQ(bytes_of(verdict), reply(4));
}

TEST_F(AcceptanceTest, RefusesAReplyThatMayAsWellBeAnotherKnownAircrafts) {
  // Fleets have addresses one or two bits apart, and these bits lie in the parity.
  for (const std::uint32_t between : {0x000001U, 0x000420U}) {
    known_.clear();
    know_the_address();
    known_.learn(kAddress ^ between, kTick);
    SoftBits soft = received(reply(4));
    for (std::size_t bit = 0; bit < 24; ++bit) {
      if ((between >> bit & 1U) != 0) soft.llr[55 - bit] *= -0.4F / 30.0F;
    }
    EXPECT_EQ(judge(soft).proof, Proof::kNone);
    EXPECT_EQ(acceptance_.judge_as_read(soft, kTick).proof, Proof::kNone) << "that needs a closer look";
    for (float& llr : soft.llr) llr *= 100.0F;
    EXPECT_EQ(judge(soft).address, kAddress ^ between) << "bits that are sure say whose it is";
    EXPECT_EQ(judge(soft).proof, Proof::kParity);
    EXPECT_EQ(acceptance_.judge_as_read(soft, kTick).proof, Proof::kParity);
  }
}

TEST_F(AcceptanceTest, RefusesFormatsThatNobodySends) {
  const Verdict verdict = judge(received(test::with_parity(Bytes(7, 0x08))));
  EXPECT_EQ(verdict.proof, Proof::kNone);
  EXPECT_EQ(verdict.otherwise, FrameReject::kUnknownFormat);
}

TEST_F(AcceptanceTest, RepairsADoubtfulFormat) {
  for (const std::size_t bit : {0U, 1U, 4U}) {
    const Verdict verdict = judge(received(squitter(), {{bit, 0.3F}}));
    EXPECT_EQ(verdict.proof, Proof::kParity) << bit;
    EXPECT_EQ(bytes_of(verdict), squitter()) << bit;
  }
}

TEST_F(AcceptanceTest, RepairsDoubtfulBitsOfASquitter) {
  const Verdict verdict = judge(received(squitter(), {{9, 0.2F}, {50, 0.1F}, {110, 0.3F}}));
  EXPECT_EQ(verdict.proof, Proof::kParity);
  EXPECT_EQ(verdict.corrected_bits, 3);
  EXPECT_EQ(bytes_of(verdict), squitter());
}

TEST_F(AcceptanceTest, WantsAKnownAddressForARepairThatCostsMuch) {
  const SoftBits soft = received(squitter(), {{9, 3.0F}, {30, 3.0F}, {50, 3.0F}, {110, 3.0F}});
  const Verdict unknown = judge(soft);
  EXPECT_EQ(unknown.proof, Proof::kAddress);
  EXPECT_FALSE(unknown.teaches);
  EXPECT_EQ(unknown.address, kAddress);
  know_the_address();
  EXPECT_EQ(judge(soft).proof, Proof::kParity);
}

TEST_F(AcceptanceTest, DoesNotRepairBitsThatWereReadWell) {
  know_the_address();
  const Verdict verdict = judge(received(squitter(), {{100, 25.0F}}));
  EXPECT_EQ(verdict.proof, Proof::kNone);
  EXPECT_EQ(verdict.otherwise, FrameReject::kCrc);
}

TEST_F(AcceptanceTest, RefusesWhatMayBeTwoDifferentFrames) {
  // Ten bits that say nothing: chance alone would repair that to something.
  SoftBits soft = received(squitter());
  for (std::size_t bit = 40; bit < 70; ++bit) soft.llr[bit] = bit % 2 == 0 ? 0.1F : -0.1F;
  know_the_address();
  EXPECT_EQ(judge(soft).proof, Proof::kNone);
}

TEST_F(AcceptanceTest, RefusesAddressZero) {
  Bytes nobody(14, 0);
  nobody[0] = 0x8D;
  EXPECT_EQ(judge(received(test::with_parity(nobody))).proof, Proof::kNone);
}

}  // namespace
}  // namespace airspool::modes
