// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <cstddef>
#include <utility>

#include <airspool/config/board.h>

#include "read_file.h"
#include "text.h"

namespace airspool::config {
namespace {

// The first string of "compatible", as Linux' device trees of these boards have it (arch/arm64/boot/dts/broadcom).
constexpr std::array<std::pair<std::string_view, std::string_view>, 9> kKnown{{
    {"raspberrypi,model-zero-2-w", "rpi-zero-2w"},
    {"raspberrypi,3-model-b", "rpi-zero-2w"},
    {"raspberrypi,3-model-b-plus", "rpi-zero-2w"},
    {"raspberrypi,4-model-b", "rpi-4"},
    {"raspberrypi,400", "rpi-4"},
    {"raspberrypi,4-compute-module", "rpi-4"},
    {"raspberrypi,5-model-b", "rpi-5"},
    {"raspberrypi,500", "rpi-5"},
    {"raspberrypi,5-compute-module", "rpi-5"},
}};

constexpr std::string_view generic_board() {
#if defined(__aarch64__)
  return "generic-arm64";
#elif defined(__arm__)
  return "generic-armhf";
#elif defined(__x86_64__)
  return "generic-amd64";
#else
  return "";
#endif
}

constexpr std::size_t kLongestModel = 128;

}  // namespace

Board recognise_board(const std::string& root) {
  Board board{std::string(generic_board()), ""};
  // Strings of a device tree end with a NUL, also where there is only one.
  if (const auto model = read_file(root + "/proc/device-tree/model")) {
    board.model = printable(model->substr(0, model->find('\0')), kLongestModel);
  }
  if (const auto compatible = read_file(root + "/proc/device-tree/compatible")) {
    const std::string first = compatible->substr(0, compatible->find('\0'));
    const auto* known =
        std::find_if(kKnown.begin(), kKnown.end(), [&](const auto& entry) { return entry.first == first; });
    if (known != kKnown.end()) board.name = known->second;
  }
  return board;
}

}  // namespace airspool::config
