// SPDX-License-Identifier: Apache-2.0
// The witness: a decoder that we did not write must understand what the simulator sends.
#include <array>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include <airspool/core/hex.h>
#include <airspool/radio/signal_simulator.h>

namespace airspool::radio {
namespace {

constexpr const char* kWitness = "dump1090-mutability";
constexpr double kSeconds = 20.0;

bool installed(const std::string& program) {
  const char* path = std::getenv("PATH");
  std::istringstream folders(path != nullptr ? path : "");
  for (std::string folder; std::getline(folders, folder, ':');) {
    if (std::filesystem::exists(std::filesystem::path(folder) / program)) return true;
  }
  return false;
}

std::string hex(const SentMessage& message) {
  std::string out;
  append_hex(out, {message.bytes.data(), message.length});
  return out;
}

// Writes the signal and returns what was sent.
std::vector<SentMessage> record(const SimSettings& settings, const std::filesystem::path& path) {
  auto simulator = SignalSimulator::create(settings);
  EXPECT_TRUE(simulator);
  (*simulator)->record_sent(true);
  std::ofstream file(path, std::ios::binary);
  std::vector<std::byte> second(settings.sample_rate_hz * 2U);
  for (int n = 0; n < static_cast<int>(*settings.seconds); ++n) {
    (*simulator)->fill(second);
    file.write(reinterpret_cast<const char*>(second.data()), static_cast<std::streamsize>(second.size()));
  }
  EXPECT_TRUE(file.flush());
  return (*simulator)->take_sent();
}

// How often the witness printed each message.
std::map<std::string, int> decode(const std::filesystem::path& path) {
  std::map<std::string, int> heard;
  std::string command = kWitness;
  command += " --raw --ifile '" + path.string() + "' 2>/dev/null";
  std::FILE* pipe = ::popen(command.c_str(), "r");
  EXPECT_NE(pipe, nullptr);
  std::array<char, 256> line{};
  while (std::fgets(line.data(), line.size(), pipe) != nullptr) {
    const std::string text = line.data();
    const std::size_t end = text.find(';');
    if (text[0] == '*' && end != std::string::npos) ++heard[text.substr(1, end - 1)];
  }
  EXPECT_EQ(::pclose(pipe), 0);
  return heard;
}

TEST(WitnessTest, AnotherDecoderHearsTheCleanFrames) {
  if (!installed(kWitness)) GTEST_SKIP() << "needs " << kWitness << " (apt install dump1090-mutability)";
  SimSettings settings = *sim_preset("clean100");
  settings.snr_low_db = 15.0;
  settings.aircraft = 30;
  settings.messages_per_s = 200.0;
  settings.seconds = kSeconds;
  std::string folder = (std::filesystem::temp_directory_path() / "airspool-witness-XXXXXX").string();
  ASSERT_NE(::mkdtemp(folder.data()), nullptr);
  const std::filesystem::path path = std::filesystem::path(folder) / "clean.cu8";

  const std::vector<SentMessage> sent = record(settings, path);
  std::map<std::string, int> heard = decode(path);
  std::filesystem::remove_all(folder);

  std::map<int, std::array<int, 2>> by_format;  // sent, heard
  int total = 0;
  int found = 0;
  for (const SentMessage& message : sent) {
    std::array<int, 2>& count = by_format[message.bytes[0] >> 3U];
    ++count[0];
    ++total;
    if (--heard[hex(message)] < 0) continue;
    ++count[1];
    ++found;
  }
  for (const auto& [format, count] : by_format) {
    std::printf("DF%d: %d of %d\n", format, count[1], count[0]);
    EXPECT_GE(count[1], count[0] * 0.9) << "DF" << format;
  }
  std::printf("witness: %d of %d clean frames of 15 dB and more (%.2f %%)\n", found, total, 100.0 * found / total);
  EXPECT_GT(total, 3000);
  EXPECT_GE(found, total * 0.95);
}

}  // namespace
}  // namespace airspool::radio
