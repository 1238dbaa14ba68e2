// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <airspool/core/result.h>

namespace airspool::radio {

// A device of /sys/bus/usb/devices.
struct UsbDevice {
  std::string port;  // the kernel's name of the place: "1-1.4"
  std::uint16_t vendor = 0;
  std::uint16_t product = 0;
  std::string manufacturer;
  std::string product_name;
  std::string serial;
  double speed_mbps = 0.0;           // 480 is USB 2.0 at high speed; a dongle needs that
  std::vector<std::string> drivers;  // bound to its interfaces; "usbfs" is a program
  std::string node;                  // /dev/bus/usb/001/004
};

struct HoldingProcess {
  int pid = 0;
  std::string name;
};

// What Linux tells about USB devices without opening one. `root` goes before every path (for tests).
class UsbTree {
 public:
  explicit UsbTree(std::string root = "") : root_(std::move(root)) {}

  // Those with the ids of the RTL2832U, by their place.
  [[nodiscard]] std::vector<UsbDevice> dongles() const;
  // The one with this serial, or the only one where there is only one; nothing where it cannot be told.
  [[nodiscard]] std::optional<UsbDevice> find(const std::string& serial) const;
  // Other programs that have it open, as far as this user may see.
  [[nodiscard]] std::vector<HoldingProcess> holders(const UsbDevice& device) const;
  // The DVB module of the kernel that takes dongles for television.
  [[nodiscard]] bool dvb_module_loaded() const;
  [[nodiscard]] bool may_open(const UsbDevice& device) const;
  // USBDEVFS_RESET (linux/usbdevice_fs.h): the device is enumerated anew. Blocks, at worst for seconds.
  [[nodiscard]] Result<void> reset(const UsbDevice& device) const;

 private:
  [[nodiscard]] std::optional<UsbDevice> read(const std::string& port) const;

  std::string root_;
};

// What stands between us and a dongle, in words with the next step; empty when it does not. `name`: what the message
// calls the dongle.
std::string held_by_driver(const UsbDevice& device, const std::string& name);
std::string held_by_program(const UsbTree& usb, const UsbDevice& device, const std::string& name);
std::string not_permitted(const UsbTree& usb, const UsbDevice& device, const std::string& name);

}  // namespace airspool::radio
