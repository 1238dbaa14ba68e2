// SPDX-License-Identifier: Apache-2.0
// What the demodulator hears where nothing is: random samples of several kinds, for as long as asked, seeded. Fails
// when an hour of one kind holds more than one frame.
#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <optional>
#include <string_view>
#include <vector>

#include <airspool/core/iq_block.h>
#include <airspool/modes/demodulator.h>

namespace {

using airspool::modes::Demodulator;
using airspool::modes::Effort;
using airspool::modes::FrameSink;
using airspool::modes::ModeSFrame;

struct Options {
  std::uint64_t seconds = 3600;
  std::uint64_t seed = 1090;
  std::uint32_t rate = 2'400'000;
  std::string_view kind;    // empty: all
  std::string_view effort;  // empty: all
};

constexpr std::size_t kBlockSamples = 131'072;

// xoshiro256**, by splitmix64 from the seed.
class Random {
 public:
  explicit Random(std::uint64_t seed) {
    for (std::uint64_t& word : state_) {
      seed += 0x9E3779B97F4A7C15U;
      std::uint64_t z = seed;
      z = (z ^ (z >> 30U)) * 0xBF58476D1CE4E5B9U;
      z = (z ^ (z >> 27U)) * 0x94D049BB133111EBU;
      word = z ^ (z >> 31U);
    }
  }
  std::uint64_t next() {
    const std::uint64_t result = rotate(state_[1] * 5, 7) * 9;
    const std::uint64_t t = state_[1] << 17U;
    state_[2] ^= state_[0];
    state_[3] ^= state_[1];
    state_[1] ^= state_[2];
    state_[0] ^= state_[3];
    state_[2] ^= t;
    state_[3] = rotate(state_[3], 45);
    return result;
  }

 private:
  static std::uint64_t rotate(std::uint64_t x, unsigned by) { return x << by | x >> (64U - by); }
  std::array<std::uint64_t, 4> state_{};
};

enum class Kind : std::uint8_t { kBytes, kNoise, kBursts };
constexpr std::array<const char*, 3> kKinds = {"bytes", "noise", "bursts"};
constexpr std::array<const char*, 3> kEfforts = {"full", "balanced", "eco"};

// Bytes: every value alike. Noise: what a receiver gives without an aerial, some steps about the middle. Bursts: noise,
// and in one block of 64 samples of four one that is 4 to 32 times as strong, which no gate keeps out.
void fill(Kind kind, Random& random, std::vector<std::byte>& block) {
  unsigned shift = 5;
  for (std::size_t n = 0; n < block.size(); n += 8) {
    std::uint64_t word = random.next();
    if (kind == Kind::kBytes) {
      std::memcpy(block.data() + n, &word, 8);
      continue;
    }
    if (kind == Kind::kBursts && n % 128 == 0) {
      const std::uint64_t dice = random.next();
      shift = (dice & 3U) == 0 ? static_cast<unsigned>(dice >> 2U & 3U) : 5U;
    }
    // The sum of eight bits' worth of dice is normal enough for a converter's steps.
    const std::uint64_t other = random.next();
    for (unsigned k = 0; k < 8; ++k) {
      const unsigned dice = (word >> (8 * k) & 0xFFU) + (other >> (8 * k) & 0xFFU);
      const int value = (static_cast<int>(dice) - 255) >> shift;
      block[n + k] = static_cast<std::byte>(std::clamp(128 + value, 0, 255));
    }
  }
}

void print(const ModeSFrame& frame) {
  std::printf("  at %.6f s: ", static_cast<double>(frame.timestamp_12mhz) / 12e6);
  for (const std::uint8_t byte : frame.view()) std::printf("%02x", byte);
  std::printf(", %u bits repaired, %.1f dBFS\n", frame.corrected_bits, static_cast<double>(frame.signal_dbfs));
}

// How many frames a kind of signal was taken for.
std::optional<std::uint64_t> run(const Options& options, Kind kind, Effort effort) {
  auto demodulator = Demodulator::create({.sample_rate_hz = options.rate, .effort = effort});
  if (!demodulator) {
    std::fprintf(stderr, "random_iq_campaign: %s\n", demodulator.error().message.c_str());
    return std::nullopt;
  }
  const auto began = std::chrono::steady_clock::now();
  Random random(options.seed + static_cast<std::uint64_t>(kind));
  std::vector<std::byte> block(2 * kBlockSamples);
  FrameSink sink;
  std::uint64_t frames = 0;
  std::uint64_t long_squitters = 0;
  const auto take = [&] {
    for (const ModeSFrame& frame : sink.frames) {
      print(frame);
      if (frame.df() == 17 || frame.df() == 18) ++long_squitters;
    }
    frames += sink.frames.size();
    sink.frames.clear();
  };
  const std::uint64_t samples = options.seconds * options.rate;
  for (std::uint64_t done = 0; done < samples; done += kBlockSamples) {
    fill(kind, random, block);
    demodulator->process({block, airspool::SampleFormat::kCu8, done}, sink);
    take();
  }
  demodulator->finish(sink);
  take();
  std::uint64_t rejects = 0;
  for (const std::uint64_t count : sink.rejects) rejects += count;
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - began;
  std::printf("%s, %s: %llu frames, %llu of them DF17 or 18, %llu rejected, %llu s of signal in %.0f s\n",
              kKinds[static_cast<std::size_t>(kind)], kEfforts[static_cast<std::size_t>(effort)],
              static_cast<unsigned long long>(frames), static_cast<unsigned long long>(long_squitters),
              static_cast<unsigned long long>(rejects), static_cast<unsigned long long>(options.seconds), took.count());
  std::fflush(stdout);
  return frames;
}

std::optional<Options> parse(int argc, char** argv) {
  Options options;
  for (int n = 1; n + 1 < argc; n += 2) {
    const std::string_view name = argv[n];
    const std::string_view text = argv[n + 1];
    if (name == "--kind" || name == "--effort") {
      (name == "--kind" ? options.kind : options.effort) = text;
      continue;
    }
    std::uint64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
    if (name == "--seconds") {
      options.seconds = value;
    } else if (name == "--seed") {
      options.seed = value;
    } else if (name == "--rate") {
      options.rate = static_cast<std::uint32_t>(value);
    } else {
      return std::nullopt;
    }
  }
  if (argc % 2 == 0) return std::nullopt;
  return options;
}

bool wanted(std::string_view only, std::string_view name) { return only.empty() || only == name; }

}  // namespace

int main(int argc, char** argv) {
  const auto options = parse(argc, argv);
  if (!options) {
    std::fputs(
        "usage: random_iq_campaign [--seconds 3600] [--seed 1090] [--rate 2400000]\n"
        "                          [--kind bytes|noise|bursts] [--effort full|balanced|eco]\n",
        stderr);
    return 64;
  }
  const std::uint64_t allowed = std::max<std::uint64_t>(1, options->seconds / 3600);
  bool good = true;
  bool any = false;
  for (const Kind kind : {Kind::kBytes, Kind::kNoise, Kind::kBursts}) {
    for (const Effort effort : {Effort::kFull, Effort::kBalanced, Effort::kEco}) {
      if (!wanted(options->kind, kKinds[static_cast<std::size_t>(kind)])) continue;
      if (!wanted(options->effort, kEfforts[static_cast<std::size_t>(effort)])) continue;
      any = true;
      const auto frames = run(*options, kind, effort);
      if (!frames) return 64;
      good = good && *frames <= allowed;
    }
  }
  if (!any) {
    std::fputs("random_iq_campaign: no such kind or effort\n", stderr);
    return 64;
  }
  std::puts(good ? "good" : "TOO MANY");
  return good ? 0 : 1;
}
