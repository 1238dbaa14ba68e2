// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <limits>
#include <string_view>

#include <airspool/core/hex.h>
#include <airspool/feed/frame_reader.h>

#include "beast_format.h"

namespace airspool::feed {
namespace {

constexpr std::size_t kModeAcBytes = 2;
constexpr std::size_t kModeAcDigits = 4;
constexpr std::size_t kTimeBytes = 6;
constexpr std::size_t kTimeDigits = 12;
constexpr std::size_t kSignalDigits = 2;
// The longest message of another kind that anybody sends is shorter.
constexpr std::size_t kMostSkipped = 64;

std::uint64_t big_endian(std::span<const std::uint8_t> bytes) {
  std::uint64_t value = 0;
  for (const std::uint8_t byte : bytes) value = value << 8U | byte;
  return value;
}

bool is_hex_digit(std::uint8_t byte) {
  return (byte >= '0' && byte <= '9') || (byte >= 'a' && byte <= 'f') || (byte >= 'A' && byte <= 'F');
}

}  // namespace

std::uint8_t beast_signal(float dbfs) {
  if (std::isnan(dbfs)) return 0;
  return static_cast<std::uint8_t>(std::clamp(std::lround(255.0 * std::pow(10.0, dbfs / 20.0)), 1L, 255L));
}

float beast_signal_dbfs(std::uint8_t signal) {
  if (signal == 0) return std::numeric_limits<float>::quiet_NaN();
  return 20.0F * std::log10(static_cast<float>(signal) / 255.0F);
}

void FrameReader::read(std::span<const std::uint8_t> bytes, std::vector<ReadFrame>& frames) {
  counts_.bytes += bytes.size();
  for (const std::uint8_t byte : bytes) {
    switch (state_) {
      case State::kBetween:
        between(byte);
        break;
      case State::kKind:
        kind(byte);
        break;
      case State::kBody:
        if (byte == kBeastEscape) {
          state_ = State::kBodyEscape;
        } else {
          body(byte, frames);
        }
        break;
      case State::kBodyEscape:
        if (byte == kBeastEscape) {
          state_ = State::kBody;
          body(byte, frames);
        } else {
          ++counts_.truncated;
          kind(byte);
        }
        break;
      case State::kSkip:
        if (byte == kBeastEscape) {
          state_ = State::kSkipEscape;
        } else {
          skip();
        }
        break;
      case State::kSkipEscape:
        if (byte == kBeastEscape) {
          state_ = State::kSkip;
          skip();
        } else {
          kind(byte);
        }
        break;
      case State::kDigits:
        digit(byte, frames);
        break;
    }
  }
}

void FrameReader::between(std::uint8_t byte) {
  switch (byte) {
    case kBeastEscape:
      state_ = State::kKind;
      break;
    case '*':
    case ':':
    case '@':
    case '%':
    case '<':
      state_ = State::kDigits;
      start_ = byte;
      have_ = 0;
      break;
    case '\r':
    case '\n':
      break;
    default:
      ++counts_.junk_bytes;
  }
}

void FrameReader::kind(std::uint8_t byte) {
  have_ = 0;
  switch (byte) {
    case '1':
      want_ = kHead + kModeAcBytes;
      state_ = State::kBody;
      break;
    case '2':
      want_ = kHead + modes::kShortFrameBytes;
      state_ = State::kBody;
      break;
    case '3':
      want_ = kHead + modes::kLongFrameBytes;
      state_ = State::kBody;
      break;
    case '4':   // status of the receiver
    case '5':   // its position (Radarcape)
    case 0xE3:  // its identity (readsb)
      ++counts_.other;
      state_ = State::kSkip;
      break;
    default:
      counts_.junk_bytes += 2;
      state_ = State::kBetween;
  }
}

void FrameReader::body(std::uint8_t byte, std::vector<ReadFrame>& frames) {
  message_[have_++] = byte;
  if (have_ < want_) return;
  state_ = State::kBetween;
  if (want_ == kHead + kModeAcBytes) {
    ++counts_.mode_ac;
    return;
  }
  const std::span<const std::uint8_t> all(message_.data(), want_);
  ReadFrame read;
  read.stamped = true;
  read.frame.timestamp_12mhz = big_endian(all.first(kTimeBytes));
  read.frame.signal_dbfs = beast_signal_dbfs(all[kTimeBytes]);
  read.frame.length = static_cast<std::uint8_t>(want_ - kHead);
  std::copy(all.begin() + kHead, all.end(), read.frame.bytes.begin());
  give(read, counts_.beast, frames);
}

void FrameReader::skip() {
  if (++have_ <= kMostSkipped) return;
  state_ = State::kBetween;
  counts_.junk_bytes += have_;
}

void FrameReader::digit(std::uint8_t byte, std::vector<ReadFrame>& frames) {
  if (is_hex_digit(byte) && have_ < message_.size()) {
    message_[have_++] = byte;
    return;
  }
  state_ = State::kBetween;
  if (byte == ';') {
    end_line(frames);
  } else {
    ++counts_.malformed;
    between(byte);
  }
}

void FrameReader::end_line(std::vector<ReadFrame>& frames) {
  std::string_view digits(reinterpret_cast<const char*>(message_.data()), have_);
  ReadFrame read;
  read.stamped = start_ != '*' && start_ != ':';
  read.frame.signal_dbfs = std::numeric_limits<float>::quiet_NaN();
  const std::size_t head = !read.stamped ? 0 : start_ == '<' ? kTimeDigits + kSignalDigits : kTimeDigits;
  const std::size_t rest = digits.size() - std::min(head, digits.size());
  if (rest == kModeAcDigits) {
    ++counts_.mode_ac;
    return;
  }
  if (rest != 2 * modes::kShortFrameBytes && rest != 2 * modes::kLongFrameBytes) {
    ++counts_.malformed;
    return;
  }
  if (read.stamped) {
    std::array<std::uint8_t, kTimeBytes> time{};
    parse_hex(digits.substr(0, kTimeDigits), time);
    read.frame.timestamp_12mhz = big_endian(time);
  }
  if (start_ == '<') {
    std::array<std::uint8_t, 1> signal{};
    parse_hex(digits.substr(kTimeDigits, kSignalDigits), signal);
    read.frame.signal_dbfs = beast_signal_dbfs(signal[0]);
  }
  read.frame.length = static_cast<std::uint8_t>(parse_hex(digits.substr(head), read.frame.bytes).value_or(0));
  give(read, counts_.avr, frames);
}

void FrameReader::give(ReadFrame frame, std::uint64_t& count, std::vector<ReadFrame>& frames) {
  if (frame.stamped && frame.frame.timestamp_12mhz == kMlatTimestamp) {
    ++counts_.mlat;
    return;
  }
  ++count;
  frames.push_back(frame);
}

}  // namespace airspool::feed
