// SPDX-License-Identifier: Apache-2.0
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <iostream>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

#include <airspool/core/hex.h>
#include <airspool/modes/decode.h>
#include <airspool/sky/tracker.h>

// Messages a second of processor time out of AVR lines (*...;) on standard input, which are read `rounds` times: as
// frames to meaning, with their text, and with the picture of the sky (positions of pairs, tracks).
// tools/bench/decode.sh holds it against another decoder.
namespace airspool {
namespace {

double cpu_seconds() {
  timespec now{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

bool frame_of(std::string_view line, modes::ModeSFrame& frame) {
  if (line.size() < 3 || line.front() != '*') return false;
  const auto length = parse_hex(line.substr(1, line.find(';') - 1), frame.bytes);
  if (!length) return false;
  frame.length = static_cast<std::uint8_t>(*length);
  return true;
}

template <typename Work>
void measure(const char* name, std::size_t messages, Work work) {
  const double start = cpu_seconds();
  const std::uint64_t done = work();
  const double seconds = cpu_seconds() - start;
  std::printf("%-28s %.2f million/s (%llu of %zu decoded)\n", name, static_cast<double>(messages) / seconds / 1e6,
              static_cast<unsigned long long>(done), messages);
}

int run(std::size_t rounds) {
  const std::string text{std::istreambuf_iterator<char>(std::cin), {}};
  std::vector<std::string_view> lines;
  std::vector<modes::ModeSFrame> frames;
  for (std::string_view rest = text; !rest.empty();) {
    const std::size_t end = rest.find('\n');
    modes::ModeSFrame frame;
    if (frame_of(rest.substr(0, end), frame)) {
      lines.push_back(rest.substr(0, end));
      frames.push_back(frame);
    }
    if (end == std::string_view::npos) break;
    rest.remove_prefix(end + 1);
  }
  const std::size_t messages = rounds * frames.size();
  measure("frame to meaning", messages, [&] {
    std::uint64_t decoded = 0;
    for (std::size_t round = 0; round < rounds; ++round) {
      for (const auto& frame : frames) decoded += modes::decode(frame).has_value() ? 1U : 0U;
    }
    return decoded;
  });
  measure("line to meaning", messages, [&] {
    std::uint64_t decoded = 0;
    for (std::size_t round = 0; round < rounds; ++round) {
      for (const std::string_view line : lines) {
        modes::ModeSFrame frame;
        decoded += frame_of(line, frame) && modes::decode(frame) ? 1U : 0U;
      }
    }
    return decoded;
  });
  measure("line to the picture", messages, [&] {
    std::uint64_t decoded = 0;
    sky::Tracker tracker{sky::TrackerSettings{}};
    std::int64_t now_us = 0;
    for (std::size_t round = 0; round < rounds; ++round) {
      for (const std::string_view line : lines) {
        modes::ModeSFrame frame;
        if (!frame_of(line, frame)) continue;
        const auto message = modes::decode(frame);
        if (!message) continue;
        ++decoded;
        tracker.observe(*message, -20.0F, BootTime(Nanoseconds(1'000 * now_us)));
        now_us += 500;
      }
    }
    const auto& counts = tracker.counts();
    std::printf("  positions %llu, implausible %llu\n", static_cast<unsigned long long>(counts.positions),
                static_cast<unsigned long long>(counts.positions_implausible));
    return decoded;
  });
  return 0;
}

}  // namespace
}  // namespace airspool

int main(int count, char** words) {
  return airspool::run(count > 1 ? static_cast<std::size_t>(std::atoi(words[1])) : 100);
}
