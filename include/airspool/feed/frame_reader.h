// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include <airspool/modes/frame.h>

namespace airspool::feed {

// What a reader met: each byte belongs to a message or is junk.
struct ReaderCounts {
  std::uint64_t bytes = 0;
  std::uint64_t beast = 0;       // Mode S frames in the one form ...
  std::uint64_t avr = 0;         // ... and the other
  std::uint64_t mode_ac = 0;     // Mode A/C replies, and the heartbeats that look like them: skipped
  std::uint64_t other = 0;       // status of the receiver and the like: skipped
  std::uint64_t mlat = 0;        // made up by a multilateration server, not heard by an antenna: skipped
  std::uint64_t truncated = 0;   // Beast messages in whose midst another began
  std::uint64_t malformed = 0;   // AVR lines with something else than digits, or too few or too many
  std::uint64_t junk_bytes = 0;  // outside messages, line ends aside

  [[nodiscard]] std::uint64_t frames() const { return beast + avr; }
};

struct ReadFrame {
  // `signal_dbfs` is NaN where the form does not tell it (AVR); nothing has been checked.
  modes::ModeSFrame frame;
  bool stamped = false;  // `timestamp_12mhz` was told
};

// Bytes from another decoder -> Mode S frames, in the two forms that dump1090, readsb and their kin speak, told apart
// by their content, message by message:
//   Beast binary  0x1A, kind ('1' Mode A/C, '2' 7 bytes, '3' 14 bytes), 6 bytes of 12 MHz time, signal, frame; every
//                 0x1A behind the kind is sent twice (Mode-S Beast, data output formats)
//   AVR           *<hex>; or, with 12 digits of time before the frame, @<hex>; or, with 2 more of signal, <<hex>;
// Whatever comes, memory stays the same: a message that never ends is given up. One thread; no state but its own.
class FrameReader {
 public:
  // Appends the frames that end within `bytes`, at most one for 11 bytes.
  void read(std::span<const std::uint8_t> bytes, std::vector<ReadFrame>& frames);

  [[nodiscard]] const ReaderCounts& counts() const { return counts_; }

 private:
  enum class State : std::uint8_t { kBetween, kKind, kBody, kBodyEscape, kSkip, kSkipEscape, kDigits };
  static constexpr std::size_t kHead = 7;  // time and signal
  static constexpr std::size_t kMostDigits = 12 + 2 + 2 * modes::kLongFrameBytes;

  void between(std::uint8_t byte);
  void kind(std::uint8_t byte);
  void body(std::uint8_t byte, std::vector<ReadFrame>& frames);
  void skip();
  void digit(std::uint8_t byte, std::vector<ReadFrame>& frames);
  void end_line(std::vector<ReadFrame>& frames);
  void give(ReadFrame frame, std::uint64_t& count, std::vector<ReadFrame>& frames);

  State state_ = State::kBetween;
  std::uint8_t start_ = 0;  // what the AVR line began with
  std::size_t have_ = 0;
  std::size_t want_ = 0;
  std::array<std::uint8_t, kMostDigits> message_{};
  ReaderCounts counts_;
};

// The signal byte of Beast: amplitude, 255 = full scale. What is below its reach is 1; NaN is 0, "not told".
std::uint8_t beast_signal(float dbfs);
float beast_signal_dbfs(std::uint8_t signal);

}  // namespace airspool::feed
