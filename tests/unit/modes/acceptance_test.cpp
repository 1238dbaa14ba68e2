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

Bytes squitter() {
  return test::with_parity({0x8D, 0x48, 0x40, 0xD6, 0x20, 0x2C, 0xC3, 0x71, 0xC3, 0x2C, 0xE0, 0, 0, 0});
}
Bytes all_call(std::uint32_t interrogator) {
  return test::with_parity({0x5D, 0x48, 0x40, 0xD6, 0, 0, 0}, interrogator);
}

// As if it had been received well, but for these bits, which are wrong and hardly decided.
SlicedFrame received(const Bytes& bytes, std::initializer_list<std::size_t> doubtful = {}) {
  SlicedFrame frame;
  frame.length = static_cast<std::uint8_t>(bytes.size());
  std::copy(bytes.begin(), bytes.end(), frame.bytes.begin());
  frame.quality = 0.9F;
  frame.reliability.fill(1.0F);
  for (const std::size_t bit : doubtful) {
    frame.bytes[bit / 8] ^= static_cast<std::uint8_t>(0x80U >> (bit % 8));
    frame.reliability[bit] = 0.01F;
  }
  return frame;
}

Bytes bytes_of(const SlicedFrame& frame) {
  return {frame.bytes.begin(), frame.bytes.begin() + static_cast<std::ptrdiff_t>(frame.length)};
}

TEST(AcceptanceTest, TakesAnUndamagedSquitterAsProof) {
  SlicedFrame frame = received(squitter());
  const Verdict verdict = judge(frame);
  EXPECT_EQ(verdict.proof, Proof::kParity);
  EXPECT_EQ(verdict.address, kAddress);
  EXPECT_EQ(verdict.corrected_bits, 0);
}

TEST(AcceptanceTest, TakesAnAllCallReplyWithoutInterrogatorAsProof) {
  SlicedFrame frame = received(all_call(0));
  EXPECT_EQ(judge(frame).proof, Proof::kParity);
}

TEST(AcceptanceTest, WantsAKnownAddressForAnInterrogatorCode) {
  for (const std::uint32_t code : {1U, 15U, 17U, 79U}) {
    SlicedFrame frame = received(all_call(code));
    const Verdict verdict = judge(frame);
    EXPECT_EQ(verdict.proof, Proof::kAddress);
    EXPECT_EQ(verdict.address, kAddress);
  }
}

TEST(AcceptanceTest, RefusesAnInterrogatorCodeThatDoesNotExist) {
  for (const std::uint32_t code : {16U, 80U, 127U}) {
    SlicedFrame frame = received(all_call(code));
    EXPECT_EQ(judge(frame).proof, Proof::kNone) << code;
  }
}

TEST(AcceptanceTest, ReadsTheAddressOfAReplyFromItsParity) {
  for (const std::uint8_t format : {0, 4, 5, 16, 20, 21}) {
    Bytes bytes(format < 16 ? 7 : 14, 0x11);
    bytes[0] = static_cast<std::uint8_t>(format << 3U);
    SlicedFrame frame = received(test::with_parity(bytes, kAddress));
    const Verdict verdict = judge(frame);
    EXPECT_EQ(verdict.proof, Proof::kAddress);
    EXPECT_EQ(verdict.otherwise, FrameReject::kUnknownAddress);
    EXPECT_EQ(verdict.address, kAddress);
  }
}

TEST(AcceptanceTest, RefusesFormatsThatNobodySends) {
  SlicedFrame frame = received(test::with_parity(Bytes(7, 0x08)));
  const Verdict verdict = judge(frame);
  EXPECT_EQ(verdict.proof, Proof::kNone);
  EXPECT_EQ(verdict.otherwise, FrameReject::kUnknownFormat);
}

TEST(AcceptanceTest, RepairsOneDoubtfulBitOfASquitter) {
  SlicedFrame frame = received(squitter(), {50});
  const Verdict verdict = judge(frame);
  EXPECT_EQ(verdict.proof, Proof::kParity);
  EXPECT_EQ(verdict.corrected_bits, 1);
  EXPECT_EQ(bytes_of(frame), squitter());
}

TEST(AcceptanceTest, WantsAKnownAddressForARepairInAPoorlyReadSquitter) {
  SlicedFrame frame = received(squitter(), {50});
  frame.quality = 0.55F;
  EXPECT_EQ(judge(frame).proof, Proof::kAddress);
}

TEST(AcceptanceTest, WantsAKnownAddressForThreeRepairs) {
  SlicedFrame frame = received(squitter(), {9, 50, 110});
  const Verdict verdict = judge(frame);
  EXPECT_EQ(verdict.proof, Proof::kAddress);
  EXPECT_EQ(verdict.corrected_bits, 3);
  EXPECT_EQ(verdict.address, kAddress);
  EXPECT_EQ(bytes_of(frame), squitter());
}

TEST(AcceptanceTest, LeavesFourErrorsAlone) {
  SlicedFrame frame = received(squitter(), {9, 30, 50, 110});
  const Verdict verdict = judge(frame);
  EXPECT_EQ(verdict.proof, Proof::kNone);
  EXPECT_EQ(verdict.otherwise, FrameReject::kCrc);
}

TEST(AcceptanceTest, DoesNotRepairBitsThatWereReadWell) {
  SlicedFrame frame = received(squitter(), {100});
  frame.reliability[100] = 2.0F;
  EXPECT_EQ(judge(frame).proof, Proof::kNone);
}

TEST(AcceptanceTest, RepairsAnAllCallReplyOnlyOutsideTheInterrogatorCode) {
  SlicedFrame data = received(all_call(0), {20});
  EXPECT_EQ(judge(data).proof, Proof::kAddress);
  EXPECT_EQ(bytes_of(data), all_call(0));
  SlicedFrame code = received(all_call(0), {20, 52});
  EXPECT_EQ(judge(code).proof, Proof::kNone);
}

}  // namespace
}  // namespace airspool::modes
