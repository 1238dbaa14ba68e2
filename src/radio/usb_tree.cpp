// SPDX-License-Identifier: Apache-2.0
#include "usb_tree.h"

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string_view>
#include <utility>

#include <fcntl.h>
#include <linux/usbdevice_fs.h>
#include <sys/ioctl.h>
#include <unistd.h>

namespace airspool::radio {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kDvbDriver = "dvb_usb_rtl28xxu";
constexpr std::uint16_t kRealtek = 0x0bda;
// The two ids under which the RTL2832U is sold as a receiver.
constexpr std::uint16_t kProducts[] = {0x2832, 0x2838};

std::string line_of(const fs::path& path) {
  std::ifstream file(path);
  std::string line;
  std::getline(file, line);
  while (!line.empty() && (line.back() == ' ' || line.back() == '\r')) line.pop_back();
  return line;
}

std::uint16_t hex_of(const std::string& text) {
  std::uint16_t value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value, 16);
  return value;
}

int number_of(const std::string& text) {
  int value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

// Folders that vanish while they are read are as if they had not been there.
std::vector<std::string> names_in(const fs::path& folder) {
  std::vector<std::string> names;
  std::error_code error;
  for (fs::directory_iterator it(folder, error), end; !error && it != end; it.increment(error)) {
    names.push_back(it->path().filename().string());
  }
  std::sort(names.begin(), names.end());
  return names;
}

}  // namespace

std::optional<UsbDevice> UsbTree::read(const std::string& port) const {
  const fs::path folder = root_ + "/sys/bus/usb/devices/" + port;
  UsbDevice device;
  device.vendor = hex_of(line_of(folder / "idVendor"));
  device.product = hex_of(line_of(folder / "idProduct"));
  if (device.vendor == 0) return std::nullopt;
  device.port = port;
  device.manufacturer = line_of(folder / "manufacturer");
  device.product_name = line_of(folder / "product");
  device.serial = line_of(folder / "serial");
  device.speed_mbps = std::strtod(line_of(folder / "speed").c_str(), nullptr);
  char node[64];
  std::snprintf(node, sizeof node, "/dev/bus/usb/%03d/%03d", number_of(line_of(folder / "busnum")),
                number_of(line_of(folder / "devnum")));
  device.node = node;
  for (const std::string& interface : names_in(folder)) {
    if (interface.rfind(port + ":", 0) != 0) continue;
    std::error_code error;
    const fs::path driver = fs::read_symlink(folder / interface / "driver", error);
    if (!error) device.drivers.push_back(driver.filename().string());
  }
  return device;
}

std::vector<UsbDevice> UsbTree::dongles() const {
  std::vector<UsbDevice> found;
  for (const std::string& port : names_in(root_ + "/sys/bus/usb/devices")) {
    if (port.find(':') != std::string::npos) continue;  // an interface
    auto device = read(port);
    if (!device || device->vendor != kRealtek) continue;
    if (std::find(std::begin(kProducts), std::end(kProducts), device->product) == std::end(kProducts)) continue;
    found.push_back(std::move(*device));
  }
  return found;
}

std::optional<UsbDevice> UsbTree::find(const std::string& serial) const {
  std::vector<UsbDevice> all = dongles();
  if (all.size() == 1) return all.front();
  std::erase_if(all, [&](const UsbDevice& device) { return serial.empty() || device.serial != serial; });
  if (all.size() != 1) return std::nullopt;
  return all.front();
}

std::vector<HoldingProcess> UsbTree::holders(const UsbDevice& device) const {
  std::vector<HoldingProcess> found;
  for (const std::string& name : names_in(root_ + "/proc")) {
    const int pid = number_of(name);
    if (pid <= 0 || pid == ::getpid()) continue;
    const fs::path process = root_ + "/proc/" + name;
    for (const std::string& fd : names_in(process / "fd")) {
      std::error_code error;
      const fs::path target = fs::read_symlink(process / "fd" / fd, error);
      if (error || target != device.node) continue;
      found.push_back({pid, line_of(process / "comm")});
      break;
    }
  }
  return found;
}

bool UsbTree::dvb_module_loaded() const {
  std::error_code error;
  return fs::exists(root_ + "/sys/module/" + std::string(kDvbDriver), error);
}

bool UsbTree::may_open(const UsbDevice& device) const {
  return ::access((root_ + device.node).c_str(), R_OK | W_OK) == 0;
}

Result<void> UsbTree::reset(const UsbDevice& device) const {
  const std::string path = root_ + device.node;
  const int fd = ::open(path.c_str(), O_WRONLY | O_CLOEXEC);
  const int done = fd < 0 ? -1 : ::ioctl(fd, USBDEVFS_RESET, nullptr);
  const int reason = errno;
  if (fd >= 0) ::close(fd);
  if (done < 0) return fail(ErrorCode::kIo, path + ": USB reset failed: " + std::strerror(reason));
  return {};
}

std::string held_by_driver(const UsbDevice& device, const std::string& name) {
  for (const std::string& driver : device.drivers) {
    if (driver == "usbfs") continue;
    std::string held = "device " + name;
    held += " is held by kernel driver " + driver;
    held += "; 'modprobe -r " + driver;
    return held += "' frees it now, and firmware/modprobe.d/airspool-rtlsdr.conf in /etc/modprobe.d for good";
  }
  return {};
}

std::string held_by_program(const UsbTree& usb, const UsbDevice& device, const std::string& name) {
  const auto holders = usb.holders(device);
  if (holders.empty()) return {};
  return "device " + name + " is in use by " + holders.front().name + " (process " +
         std::to_string(holders.front().pid) + "); stop it, or choose another dongle with radio.device";
}

std::string not_permitted(const UsbTree& usb, const UsbDevice& device, const std::string& name) {
  if (usb.may_open(device)) return {};
  return "device " + name + ": no permission to open " + device.node +
         "; copy firmware/udev/60-airspool-rtlsdr.rules to /etc/udev/rules.d, put the user into group plugdev, and "
         "plug the dongle in again";
}

}  // namespace airspool::radio
