// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace airspool::config {

// Where the overlays of boards are installed: `<name>/board.toml`.
inline constexpr std::string_view kBoardsFolder = "/usr/share/airspool/boards";

// The machine this runs on, as far as its defaults may depend on it.
struct Board {
  std::string name;   // a folder of boards/: "rpi-zero-2w", "generic-arm64"; empty: none
  std::string model;  // what the device tree calls it: "Raspberry Pi Zero 2 W Rev 1.0"; empty where there is none
};

// Goes by /proc/device-tree/compatible (Devicetree Specification v0.4, 2.3.1), else by the processor that this program
// was built for. `root` goes before the path (for tests).
Board recognise_board(const std::string& root = "");

}  // namespace airspool::config
