// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <string>

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fakes/rtlsdr/fake_rtlsdr.h"

// What both fake libraries have in common: the test's commands, and the sky as it comes out of a tuner.
namespace airspool::test {

using Time = std::chrono::steady_clock;

// The gains of an R820T: its two amplifiers, a step of the one and a step of the other in turn.
inline constexpr int kGains[] = {0,   9,   14,  27,  37,  77,  87,  125, 144, 157, 166, 197, 207, 229, 254,
                                 280, 297, 328, 338, 364, 372, 386, 402, 421, 434, 439, 445, 480, 496};
inline constexpr double kRecordedAtDb = 40.0;
inline constexpr auto kLook = std::chrono::milliseconds(5);

// The folder of the test; without one nothing is plugged in.
struct World {
  World() {
    const char* const folder = std::getenv("AIRSPOOL_FAKE_RTLSDR");
    if (folder == nullptr) return;
    dongles = map_fake_dongles(folder, false);
    const int fd = ::open((std::string(folder) + "/sky.cu8").c_str(), O_RDONLY | O_CLOEXEC);
    struct stat about {};
    if (fd < 0 || ::fstat(fd, &about) != 0) return;
    void* const memory = ::mmap(nullptr, static_cast<std::size_t>(about.st_size), PROT_READ, MAP_SHARED, fd, 0);
    ::close(fd);
    if (memory == MAP_FAILED) return;
    sky = static_cast<const unsigned char*>(memory);
    sky_bytes = static_cast<std::size_t>(about.st_size) / 2 * 2;
  }
  [[nodiscard]] std::uint32_t count() const {
    return dongles == nullptr ? 0 : std::min<std::uint32_t>(dongles->plugged, FakeDongles::kMost);
  }

  FakeDongles* dongles = nullptr;
  const unsigned char* sky = nullptr;
  std::size_t sky_bytes = 0;
};

inline World& world() {
  static World the_world;
  return the_world;
}

// The sky over and over, amplified, rounded with the converter's own noise, and cut off where the converter ends.
class Receiver {
 public:
  void receive(unsigned char* to, std::size_t bytes, double gain_db) {
    const World& here = world();
    const double factor = std::pow(10.0, (gain_db - kRecordedAtDb) / 20.0);
    std::array<std::int32_t, 256> table;
    for (int value = 0; value < 256; ++value) {
      const double volts = std::clamp(127.5 + (value - 127.5) * factor, -1.0, 256.0);
      table[static_cast<std::size_t>(value)] = static_cast<std::int32_t>(std::lround(volts * 256.0));
    }
    for (std::size_t i = 0; i < bytes; ++i) {
      noise_ = noise_ * 1'664'525U + 1'013'904'223U;
      const std::int32_t value = (table[here.sky[at_]] + static_cast<std::int32_t>(noise_ >> 24U)) >> 8;
      to[i] = static_cast<unsigned char>(std::clamp(value, 0, 255));
      if (++at_ == here.sky_bytes) at_ = 0;
    }
  }

 private:
  std::size_t at_ = 0;
  std::uint32_t noise_ = 1;
};

// When the next buffer of so many bytes is full. A test may hold it up, make it late, or let time run faster.
class Pace {
 public:
  void begin() { due_ = Time::now(); }
  // What was missed longer ago than `buffers_last` is lost in the dongle: no more lies in the buffers than there are.
  Time::time_point next(std::size_t bytes, std::uint32_t rate_hz, std::chrono::duration<double> buffers_last) {
    FakeDongles& us = *world().dongles;
    due_ += std::chrono::duration_cast<Time::duration>(
        std::chrono::duration<double>(static_cast<double>(bytes / 2) / rate_hz / us.speed));
    due_ = std::max(due_, Time::now() - std::chrono::duration_cast<Time::duration>(buffers_last));
    return due_;
  }

 private:
  Time::time_point due_;
};

}  // namespace airspool::test
