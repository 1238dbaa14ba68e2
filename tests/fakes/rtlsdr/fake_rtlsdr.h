// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <string>

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

namespace airspool::test {

// The page of memory through which a test plays the world to the fake library in another process: `dongle` in the
// folder that $AIRSPOOL_FAKE_RTLSDR names. `sky.cu8` beside it is what the antenna gives at 40 dB, over and over.
struct FakeDongles {
  static constexpr std::size_t kMost = 4;
  static_assert(std::atomic<std::uint64_t>::is_always_lock_free);

  // What the test commands.
  std::atomic<std::uint32_t> plugged{1};  // how many
  std::array<std::array<char, 32>, kMost> serials{};
  std::atomic<std::int32_t> open_status{0};    // what opening gives: -3 not allowed, -6 held by somebody else
  std::atomic<std::uint32_t> no_tuner{0};      // opens, and its tuner does not answer
  std::atomic<std::uint32_t> blog_v4{0};       // on USB that is not there: that model, with an R828D
  std::atomic<std::uint32_t> stalled{0};       // no buffers
  std::atomic<std::uint32_t> hangs{0};         // and while it is stalled, no end of reading either
  std::atomic<std::uint32_t> late_ms{0};       // once: nothing for so long, then all at once
  std::atomic<std::uint32_t> buffer_bytes{0};  // shorter buffers than asked for
  std::atomic<std::uint32_t> speed{1};         // times real time

  // What it tells.
  std::atomic<std::uint64_t> samples{0};  // handed out
  std::atomic<std::uint64_t> opened{0};
  std::atomic<std::uint64_t> closed{0};
  std::atomic<std::int32_t> gain_tenth_db{-1};  // -1: the tuner's own control
  std::atomic<std::int32_t> bias_tee{-1};
  std::atomic<std::int32_t> ppm{0};
  std::atomic<std::uint32_t> frequency_hz{0};
  std::atomic<std::uint32_t> sample_rate_hz{0};
};

// Null when the file is not there (or cannot be made, with `create`).
inline FakeDongles* map_fake_dongles(const std::string& folder, bool create) {
  const int fd = ::open((folder + "/dongle").c_str(), O_RDWR | O_CLOEXEC | (create ? O_CREAT | O_TRUNC : 0), 0600);
  if (fd < 0) return nullptr;
  void* memory = MAP_FAILED;
  if (!create || ::ftruncate(fd, sizeof(FakeDongles)) == 0) {
    memory = ::mmap(nullptr, sizeof(FakeDongles), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  }
  ::close(fd);
  if (memory == MAP_FAILED) return nullptr;
  if (!create) return static_cast<FakeDongles*>(memory);
  auto* const fresh = new (memory) FakeDongles;
  for (std::size_t i = 0; i < FakeDongles::kMost; ++i) {
    const std::string serial = "0000000" + std::to_string(i + 1);
    serial.copy(fresh->serials[i].data(), serial.size());
  }
  return fresh;
}

}  // namespace airspool::test
