// SPDX-License-Identifier: Apache-2.0
#include "seeds.h"

#include <utility>

namespace airspool::trains {
namespace {

using Bytes = std::vector<std::uint8_t>;

constexpr std::uint8_t kFrame = 0;
constexpr std::uint8_t kCutFrame = 6;
constexpr std::uint8_t kModeAc = 7;
constexpr std::uint8_t kCarrier = 8;
constexpr std::uint8_t kRaw = 9;
constexpr std::uint8_t kOffset = 10;
constexpr std::uint8_t kNoise = 11;
constexpr std::uint8_t kLimit = 12;
constexpr std::uint8_t kJump = 13;
constexpr std::uint8_t kEffort = 14;
constexpr std::uint8_t kEcho = 15;

constexpr std::uint8_t kLoud = 60;    // -6 dB of full scale
constexpr std::uint8_t kFaint = 125;  // some decibels over the noise

struct Sent {
  std::uint8_t format = 0;  // index of program.cpp's list: 0 is DF17, 1 DF11, 2 DF4
  std::uint8_t address = 0;
  std::uint16_t content = 0x1234;
  Bytes damage = {};
  std::uint16_t delay = 16 * 700;
  std::uint8_t amplitude = kLoud;
  std::uint8_t carrier = 0;
  std::uint8_t phase = 30;
};

void radio(Bytes& program, std::uint16_t delay, std::uint8_t amplitude, std::uint8_t carrier, std::uint8_t phase) {
  program.push_back(static_cast<std::uint8_t>(delay));
  program.push_back(static_cast<std::uint8_t>(delay >> 8U));
  program.insert(program.end(), {amplitude, carrier, phase});
}

void head(Bytes& program, const Sent& sent, std::uint8_t what) {
  program.push_back(what);
  program.push_back(sent.format);
  program.push_back(sent.address);
  program.push_back(static_cast<std::uint8_t>(sent.content));
  program.push_back(static_cast<std::uint8_t>(sent.content >> 8U));
  program.push_back(static_cast<std::uint8_t>(sent.damage.size()));
  program.insert(program.end(), sent.damage.begin(), sent.damage.end());
}

void frame(Bytes& program, const Sent& sent) {
  head(program, sent, kFrame);
  radio(program, sent.delay, sent.amplitude, sent.carrier, sent.phase);
}

void cut_frame(Bytes& program, const Sent& sent, std::uint8_t half_bits) {
  head(program, sent, kCutFrame);
  program.push_back(half_bits);
  radio(program, sent.delay, sent.amplitude, sent.carrier, sent.phase);
}

Bytes every_format() {
  Bytes program;
  for (std::uint8_t format = 0; format < 12; ++format) {
    frame(program, {.format = format, .delay = static_cast<std::uint16_t>(16 * 700 + format)});
    frame(program, {.format = format, .content = 0x4321, .damage = {40}, .carrier = 20});
  }
  return program;
}

Bytes overlaps() {
  Bytes program;
  for (std::uint8_t k = 0; k < 12; ++k) {
    frame(program, {.address = k, .content = k, .delay = 16 * 900, .amplitude = 90});
    frame(program, {.format = static_cast<std::uint8_t>(k % 4),
                    .address = 1,
                    .content = k,
                    .delay = static_cast<std::uint16_t>(16 * 17 * k + k),
                    .amplitude = kLoud,
                    .carrier = 4});
  }
  return program;
}

Bytes faint() {
  Bytes program;
  for (std::uint8_t k = 0; k < 20; ++k) {
    frame(program, {.format = static_cast<std::uint8_t>(k % 9),
                    .content = k,
                    .amplitude = static_cast<std::uint8_t>(kFaint - k / 2),
                    .carrier = k});
  }
  return program;
}

Bytes echoes() {
  Bytes program;
  for (std::uint8_t k = 0; k < 10; ++k) {
    frame(program, {.content = k});
    program.push_back(kEcho);
    radio(program, static_cast<std::uint16_t>(8 * k), 100, 0, 200);
    program.push_back(kEcho);
    radio(program, 16 * 14, 95, 3, 100);
  }
  return program;
}

Bytes cut_short() {
  Bytes program;
  for (const std::uint8_t half_bits : {3, 9, 16, 40, 100, 128, 130, 200, 239}) {
    cut_frame(program, {}, half_bits);
    frame(program, {.format = 2, .delay = static_cast<std::uint16_t>(16 * half_bits)});
  }
  return program;
}

Bytes interference() {
  Bytes program;
  for (std::uint8_t k = 0; k < 8; ++k) {
    frame(program, {.content = k, .amplitude = 80});
    program.insert(program.end(), {kModeAc, static_cast<std::uint8_t>(0xA5 + k), 0x3F});
    radio(program, 16 * 40, 75, 10, 0);
    program.insert(program.end(), {kCarrier, 20});
    radio(program, 16 * 300, 100, 40, 0);
    program.insert(program.end(), {kRaw, 2, 255, 0, 255, 0, 1, 2, 3, 4, 5, 6, 7, 8, 127, 128, 127, 128});
  }
  return program;
}

Bytes steps() {
  Bytes program;
  for (std::uint8_t k = 0; k < 8; ++k) {
    program.insert(program.end(), {kOffset, static_cast<std::uint8_t>(3 * k), static_cast<std::uint8_t>(-2 * k)});
    program.insert(program.end(), {kNoise, static_cast<std::uint8_t>(160 - 6 * k)});
    program.insert(program.end(), {kLimit, static_cast<std::uint8_t>(4 * k)});
    frame(program, {.content = k, .delay = 16 * 2300, .amplitude = static_cast<std::uint8_t>(40 + 6 * k)});
  }
  return program;
}

Bytes gaps() {
  Bytes program;
  for (std::uint8_t k = 0; k < 10; ++k) {
    frame(program, {.format = static_cast<std::uint8_t>(k % 3), .content = k});
    // kind, distance, shift, tail
    program.insert(program.end(), {kJump, static_cast<std::uint8_t>(k % 4), k, static_cast<std::uint8_t>(5 * k),
                                   static_cast<std::uint8_t>(k % 3 == 2 ? 5 * k : 200)});
  }
  return program;
}

Bytes efforts() {
  Bytes program;
  for (std::uint8_t k = 0; k < 10; ++k) {
    frame(program, {.content = k, .delay = 16 * 2500, .amplitude = 110});
    program.insert(program.end(), {kEffort, k, 200});  // the effort, and a tail
  }
  return program;
}

}  // namespace

std::vector<Seed> seeds() {
  const std::vector<std::pair<std::string, Bytes>> matters = {
      {"every_format", every_format()}, {"overlaps", overlaps()},         {"faint", faint()}, {"echoes", echoes()},
      {"cut_short", cut_short()},       {"interference", interference()}, {"steps", steps()}, {"gaps", gaps()},
      {"efforts", efforts()},
  };
  std::vector<Seed> all;
  unsigned choices = 0;
  for (const auto& [name, body] : matters) {
    // Rate, format, effort and wait; the rest of the head: cut, first sample, noise, offsets.
    for (unsigned effort = 0; effort < 3; ++effort) {
      const unsigned both = choices++ & 3U;
      Bytes bytes = {static_cast<std::uint8_t>(both | effort << 2U | (choices & 3U) << 4U),
                     static_cast<std::uint8_t>(3 + 5 * choices),
                     0,
                     115,
                     2,
                     255};
      bytes.insert(bytes.end(), body.begin(), body.end());
      all.push_back({name + "-" + std::to_string(effort), std::move(bytes)});
    }
  }
  return all;
}

}  // namespace airspool::trains
