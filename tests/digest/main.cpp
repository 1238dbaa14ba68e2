// SPDX-License-Identifier: Apache-2.0
// What the demodulator hears in simulated skies, one line each: rate, format, effort, how many frames, and a digest of
// all their bits, times, fractions and levels. Whatever the machine and the compiler's path, the lines are the same.
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <span>
#include <vector>

#include <airspool/core/iq_block.h>
#include <airspool/modes/demodulator.h>
#include <airspool/radio/signal_simulator.h>
#include <airspool/radio/sim_settings.h>

namespace {

using airspool::SampleFormat;
using airspool::modes::Demodulator;
using airspool::modes::Effort;
using airspool::modes::FrameSink;
using airspool::modes::ModeSFrame;

constexpr double kSeconds = 1.0;

// FNV-1a, 64 bits.
class Digest {
 public:
  void add(std::span<const std::byte> bytes) {
    for (const std::byte byte : bytes) {
      value_ = (value_ ^ std::to_integer<std::uint64_t>(byte)) * 0x100000001B3U;
    }
  }
  void add(std::uint64_t word) {
    for (unsigned k = 0; k < 8; ++k) value_ = (value_ ^ (word >> (8 * k) & 0xFFU)) * 0x100000001B3U;
  }
  void add(const ModeSFrame& frame) {
    add(std::as_bytes(frame.view()));
    add(frame.corrected_bits);
    add(frame.timestamp_12mhz);
    add(std::bit_cast<std::uint32_t>(frame.timestamp_fraction));
    add(std::bit_cast<std::uint32_t>(frame.signal_dbfs));
  }
  [[nodiscard]] std::uint64_t value() const { return value_; }

 private:
  std::uint64_t value_ = 0xCBF29CE484222325U;
};

std::vector<std::byte> simulate(std::uint32_t rate) {
  auto settings = airspool::radio::sim_preset("s800fruit");
  if (!settings) return {};
  settings->sample_rate_hz = rate;
  settings->seed = 17;
  // Few aircraft, so that their replies are known within the second.
  settings->aircraft = 40;
  auto simulator = airspool::radio::SignalSimulator::create(*settings);
  if (!simulator) return {};
  std::vector<std::byte> samples(2 * static_cast<std::size_t>(kSeconds * rate));
  (*simulator)->fill(samples);
  return samples;
}

// The same signal for a converter of 16 bits that sees it 24 dB lower.
std::vector<std::byte> widen(std::span<const std::byte> bytes) {
  std::vector<std::byte> wide;
  wide.reserve(2 * bytes.size());
  for (const std::byte byte : bytes) {
    const int value = (2 * std::to_integer<int>(byte) - 255) * 8;
    wide.push_back(static_cast<std::byte>(value & 0xFF));
    wide.push_back(static_cast<std::byte>(value >> 8 & 0xFF));
  }
  return wide;
}

void print_frame(const ModeSFrame& frame) {
  for (const std::uint8_t byte : frame.view()) std::printf("%02x", byte);
  std::printf(" %llu %08x %08x %u\n", static_cast<unsigned long long>(frame.timestamp_12mhz),
              std::bit_cast<std::uint32_t>(frame.timestamp_fraction), std::bit_cast<std::uint32_t>(frame.signal_dbfs),
              frame.corrected_bits);
}

}  // namespace

int main(int argc, char** argv) {
  const bool with_frames = argc == 2 && std::strcmp(argv[1], "--frames") == 0;
  if (argc > 1 && !with_frames) {
    std::fputs("usage: demodulation_digest [--frames]\n", stderr);
    return 64;
  }
  constexpr std::array<const char*, 3> kEfforts = {"full", "balanced", "eco"};
  for (const std::uint32_t rate : {2'400'000U, 2'000'000U}) {
    const std::vector<std::byte> samples = simulate(rate);
    Digest signal;
    signal.add(samples);
    std::printf("%u signal %016llx\n", rate, static_cast<unsigned long long>(signal.value()));
    const std::vector<std::byte> wide = widen(samples);
    for (const SampleFormat format : {SampleFormat::kCu8, SampleFormat::kCs16}) {
      for (const Effort effort : {Effort::kFull, Effort::kBalanced, Effort::kEco}) {
        auto demodulator = Demodulator::create({.sample_rate_hz = rate, .effort = effort});
        if (!demodulator) return 70;
        FrameSink sink;
        demodulator->process({format == SampleFormat::kCu8 ? samples : wide, format, 0}, sink);
        demodulator->finish(sink);
        Digest digest;
        for (const ModeSFrame& frame : sink.frames) digest.add(frame);
        std::printf("%u %s %s %zu %016llx\n", rate, format == SampleFormat::kCu8 ? "cu8" : "cs16",
                    kEfforts[static_cast<std::size_t>(effort)], sink.frames.size(),
                    static_cast<unsigned long long>(digest.value()));
        if (with_frames) {
          for (const ModeSFrame& frame : sink.frames) print_frame(frame);
        }
      }
    }
  }
  return 0;
}
