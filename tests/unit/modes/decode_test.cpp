// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <random>
#include <type_traits>

#include <gtest/gtest.h>

#include <airspool/modes/decode.h>

#include "fakes/frame_builder.h"

namespace airspool::modes {
namespace {

using test::frame_of;
using test::FrameBuilder;

static_assert(std::is_trivially_copyable_v<Message>, "a message is copied between threads without allocation");

constexpr std::array kShortFormats = {0, 4, 5, 11};
constexpr std::array kLongFormats = {16, 17, 18, 19, 20, 21, 24};

bool is_decoded(int df) {
  return std::ranges::count(kShortFormats, df) != 0 || std::ranges::count(kLongFormats, df) != 0;
}

TEST(DecodeTest, TakesEveryFormatThatIsSentAndNoOther) {
  for (int df = 0; df <= 24; ++df) {
    const auto message = decode(FrameBuilder(df).build());
    ASSERT_EQ(message.has_value(), is_decoded(df)) << "DF" << df;
    if (message) {
      EXPECT_EQ(message->df, df);
    } else {
      EXPECT_EQ(message.error(), FrameReject::kUnknownFormat);
    }
  }
}

// The civil format is the only public one of DF19.
TEST(DecodeTest, ReadsAMilitarySquitterOfTheCivilFormatAlone) {
  for (unsigned application = 0; application < 8; ++application) {
    const auto message = decode(FrameBuilder(19).set(6, 8, application).set(9, 32, 0xAE1234).me(1, 5, 11).build());
    ASSERT_EQ(message.has_value(), application == 0);
    if (!message) {
      EXPECT_EQ(message.error(), FrameReject::kUnknownFormat);
      continue;
    }
    EXPECT_EQ(message->address, Icao24::icao(0xAE1234));
    EXPECT_TRUE(std::holds_alternative<AirbornePosition>(message->body));
  }
  EXPECT_EQ(decode(FrameBuilder(19).overlaid_with(0x123456)).error(), FrameReject::kCrc);
}

TEST(DecodeTest, RejectsALengthThatDoesNotFitTheFormat) {
  for (int df = 0; df <= 24; ++df) {
    if (!is_decoded(df)) continue;
    ModeSFrame frame = FrameBuilder(df).build();
    for (const int length : {0, 1, 7, 13, 14, 15, 255}) {
      if (length == (df < 16 ? 7 : 14)) continue;
      frame.length = static_cast<std::uint8_t>(length);
      const auto message = decode(frame);
      ASSERT_FALSE(message) << "DF" << df << " of " << length << " bytes";
      EXPECT_EQ(message.error(), FrameReject::kWrongLength);
    }
  }
}

TEST(DecodeTest, RejectsEverySingleBitErrorOfASquitter) {
  const ModeSFrame good = frame_of("8D4840D6202CC371C32CE0576098");
  ASSERT_TRUE(decode(good));
  for (unsigned bit = 5; bit < 112; ++bit) {
    ModeSFrame bad = good;
    bad.bytes.at(bit / 8) ^= static_cast<std::uint8_t>(0x80U >> (bit % 8));
    const auto message = decode(bad);
    ASSERT_FALSE(message) << bit;
    EXPECT_EQ(message.error(), FrameReject::kCrc);
  }
}

TEST(DecodeTest, ReadsTheAddressOfEveryAddressParityFormatFromTheParity) {
  for (const int df : {0, 4, 5, 16, 20, 21, 24}) {
    const auto message = decode(FrameBuilder(df).overlaid_with(0x3C6589));
    ASSERT_TRUE(message) << df;
    EXPECT_EQ(message->address, Icao24::icao(0x3C6589)) << df;
  }
}

// Whatever arrives, the answer is a message or a reason: nothing may be read past the frame (sanitizers watch).
TEST(DecodeTest, SurvivesEveryFormatWithAnyPayload) {
  std::mt19937 random(19700101);
  std::uniform_int_distribution<int> byte(0, 255);
  for (unsigned first_five = 0; first_five < 32; ++first_five) {
    for (int round = 0; round < 2002; ++round) {
      ModeSFrame frame;
      for (auto& value : frame.bytes)
        value = static_cast<std::uint8_t>(round == 0 ? 0 : round == 1 ? 0xFF : byte(random));
      frame.bytes[0] = static_cast<std::uint8_t>((frame.bytes[0] & 0x07U) | first_five << 3U);
      frame.length = first_five < 16 ? kShortFrameBytes : kLongFrameBytes;
      const bool public_format = is_decoded(frame.df()) && (frame.df() != 19 || (frame.bytes[0] & 0x07U) == 0);
      const auto as_heard = decode(frame);
      EXPECT_EQ(as_heard.has_value() || as_heard.error() != FrameReject::kUnknownFormat, public_format);
      // The same payload under a parity that fits, so that the squitter decoders see it too.
      const std::size_t data = frame.length - 3U;
      const std::uint32_t remainder = crc24(frame.view());
      for (std::size_t i = 0; i < 3; ++i)
        frame.bytes.at(data + i) ^= static_cast<std::uint8_t>(remainder >> (16 - 8 * i));
      EXPECT_EQ(decode(frame).has_value(), public_format);
    }
  }
}

TEST(DecodeTest, ReadsDownlinkRequestAndUtilityMessage) {
  for (const int df : {4, 5, 20, 21}) {
    const auto message = decode(FrameBuilder(df).set(9, 13, 21).set(14, 19, 42).build());
    ASSERT_TRUE(message);
    const auto* altitude = std::get_if<AltitudeReply>(&message->body);
    const auto* identity = std::get_if<IdentityReply>(&message->body);
    EXPECT_EQ(altitude != nullptr ? altitude->downlink_request : identity->downlink_request, 21) << df;
    EXPECT_EQ(altitude != nullptr ? altitude->utility_message : identity->utility_message, 42) << df;
  }
}

TEST(DecodeAllCallTest, ReadsCapabilityAndAddress) {
  const auto message = decode(FrameBuilder(11).set(6, 8, 4).set(9, 32, 0x4B1234).build());
  ASSERT_TRUE(message);
  EXPECT_EQ(message->address, Icao24::icao(0x4B1234));
  EXPECT_EQ(message->vertical_status, VerticalStatus::kOnGround);
  EXPECT_EQ(std::get<AllCallReply>(message->body).capability, 4);
  EXPECT_EQ(std::get<AllCallReply>(message->body).interrogator_code, 0);
}

TEST(DecodeAllCallTest, KnowsVerticalStatusOnlyOfCapabilities4And5) {
  for (unsigned capability = 0; capability < 8; ++capability) {
    const auto message = decode(FrameBuilder(11).set(6, 8, capability).build());
    const VerticalStatus expected = capability == 4   ? VerticalStatus::kOnGround
                                    : capability == 5 ? VerticalStatus::kAirborne
                                                      : VerticalStatus::kUnknown;
    EXPECT_EQ(message->vertical_status, expected) << capability;
  }
}

TEST(DecodeAllCallTest, TakesTheInterrogatorCodesThatExist) {
  const auto code_of = [](std::uint32_t overlay) -> int {
    const auto message = decode(FrameBuilder(11).set(9, 32, 0x4B1234).overlaid_with(overlay));
    return message ? std::get<AllCallReply>(message->body).interrogator_code : -1;
  };
  for (std::uint32_t ii = 0; ii < 16; ++ii) EXPECT_EQ(code_of(ii), static_cast<int>(ii));
  EXPECT_EQ(code_of(0x10), -1) << "SI 0 does not exist";
  for (std::uint32_t si = 1; si < 64; ++si) EXPECT_EQ(code_of(0x10 + si), static_cast<int>(15 + si));
  for (std::uint32_t overlay = 0x50; overlay < 0x100; ++overlay) EXPECT_EQ(code_of(overlay), -1) << overlay;
  for (unsigned bit = 7; bit < 24; ++bit) EXPECT_EQ(code_of(1U << bit), -1) << bit;
}

// 5D484FDEA248F5, from the examples of "The 1090 Megahertz Riddle": a reply to the interrogator SI 6.
TEST(DecodeAllCallTest, DecodesTheTextbookReply) {
  const auto message = decode(frame_of("5D484FDEA248F5"));
  ASSERT_TRUE(message);
  EXPECT_EQ(message->address, Icao24::icao(0x484FDE));
  EXPECT_EQ(std::get<AllCallReply>(message->body).interrogator_code, 15 + 6);
}

struct FlightStatusCase {
  unsigned fs;
  VerticalStatus vertical;
  bool alert;
  bool spi;
};

TEST(DecodeSurveillanceTest, ReadsFlightStatusOfEveryCodeInEveryFormat) {
  constexpr FlightStatusCase kCases[] = {
      {0, VerticalStatus::kAirborne, false, false}, {1, VerticalStatus::kOnGround, false, false},
      {2, VerticalStatus::kAirborne, true, false},  {3, VerticalStatus::kOnGround, true, false},
      {4, VerticalStatus::kUnknown, true, true},    {5, VerticalStatus::kUnknown, false, true},
      {6, VerticalStatus::kUnknown, false, false},  {7, VerticalStatus::kUnknown, false, false},
  };
  for (const int df : {4, 5, 20, 21}) {
    for (const FlightStatusCase& expected : kCases) {
      const auto message = decode(FrameBuilder(df).set(6, 8, expected.fs).build());
      ASSERT_TRUE(message);
      EXPECT_EQ(message->vertical_status, expected.vertical) << df << ' ' << expected.fs;
      const auto [alert, spi] =
          df % 16 == 4
              ? std::pair(std::get<AltitudeReply>(message->body).alert, std::get<AltitudeReply>(message->body).spi)
              : std::pair(std::get<IdentityReply>(message->body).alert, std::get<IdentityReply>(message->body).spi);
      EXPECT_EQ(alert, expected.alert) << df << ' ' << expected.fs;
      EXPECT_EQ(spi, expected.spi) << df << ' ' << expected.fs;
    }
  }
}

TEST(DecodeSurveillanceTest, ReadsVerticalStatusOfAirToAirReplies) {
  for (const int df : {0, 16}) {
    EXPECT_EQ(decode(FrameBuilder(df).set(6, 6, 0).build())->vertical_status, VerticalStatus::kAirborne);
    EXPECT_EQ(decode(FrameBuilder(df).set(6, 6, 1).build())->vertical_status, VerticalStatus::kOnGround);
  }
}

// The ID field pulse by pulse: C1 A1 C2 A2 C4 A4 X B1 D1 B2 D2 B4 D4 from bit 20.
TEST(DecodeSurveillanceTest, ReadsEverySquawk) {
  struct Pulse {
    unsigned bit, digit, weight;
  };
  constexpr Pulse kPulses[] = {{20, 2, 1}, {21, 0, 1}, {22, 2, 2}, {23, 0, 2}, {24, 2, 4}, {25, 0, 4},
                               {27, 1, 1}, {28, 3, 1}, {29, 1, 2}, {30, 3, 2}, {31, 1, 4}, {32, 3, 4}};
  for (unsigned code = 0; code < 4096; ++code) {
    const std::array<unsigned, 4> digits = {code >> 9U & 7U, code >> 6U & 7U, code >> 3U & 7U, code & 7U};
    FrameBuilder builder(code % 2 == 0 ? 5 : 21);
    for (const Pulse& pulse : kPulses) {
      builder.set(pulse.bit, pulse.bit, (digits.at(pulse.digit) & pulse.weight) != 0 ? 1 : 0);
    }
    const auto message = decode(builder.build());
    ASSERT_TRUE(message);
    for (std::size_t i = 0; i < 4; ++i) {
      ASSERT_EQ(std::get<IdentityReply>(message->body).squawk.at(i), static_cast<char>('0' + digits.at(i))) << code;
    }
  }
}

}  // namespace
}  // namespace airspool::modes
