// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <span>
#include <string_view>

#include <airspool/modes/demodulator.h>

// The demodulator and nothing else, so that it can be counted on a machine that only an emulator has:
//
//   modes_listen full|balanced|eco RECORDING.cu8      2.4 MS/s, 8-bit; prints how many frames it heard

namespace airspool::modes {
namespace {

constexpr std::size_t kBlockBytes = 262'144;

int listen(Effort effort, const char* path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) {
    std::fprintf(stderr, "modes_listen: cannot read %s\n", path);
    return EXIT_FAILURE;
  }
  DemodulatorSettings settings;
  settings.effort = effort;
  auto demodulator = Demodulator::create(settings);
  if (!demodulator) {
    std::fprintf(stderr, "modes_listen: %s\n", demodulator.error().message.c_str());
    return EXIT_FAILURE;
  }
  static std::array<char, kBlockBytes> bytes;
  FrameSink sink;
  std::size_t frames = 0;
  IqBlock block;
  while (file.read(bytes.data(), bytes.size()) || file.gcount() > 0) {
    // An odd byte at the end is half a sample.
    block.bytes = std::as_bytes(std::span(bytes).first(static_cast<std::size_t>(file.gcount()) / 2 * 2));
    demodulator->process(block, sink);
    block.first_sample += block.samples();
    frames += sink.frames.size();
    sink.frames.clear();
  }
  demodulator->finish(sink);
  std::printf("%zu frames\n", frames + sink.frames.size());
  return EXIT_SUCCESS;
}

}  // namespace
}  // namespace airspool::modes

int main(int count, char** words) {
  using airspool::modes::Effort;
  const std::string_view effort = count == 3 ? words[1] : "";
  if (effort == "full") return airspool::modes::listen(Effort::kFull, words[2]);
  if (effort == "balanced") return airspool::modes::listen(Effort::kBalanced, words[2]);
  if (effort == "eco") return airspool::modes::listen(Effort::kEco, words[2]);
  std::fprintf(stderr, "usage: modes_listen full|balanced|eco RECORDING.cu8\n");
  return 64;  // EX_USAGE
}
