// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

#include <airspool/radio/dongle_check.h>

#include "dongle.h"
#include "usb_tree.h"

namespace airspool::radio {
namespace {

constexpr double kHighSpeedMbps = 480.0;
constexpr const char* kDvbModule = "dvb_usb_rtl28xxu";

// A dongle that USB shows and the library does not is one that this user may not look at.
void show_dongles(const std::vector<DongleName>& names, const UsbTree& usb, const OnStep& on_step) {
  for (const DongleName& name : names) {
    const auto device = usb.find(name.serial);
    std::string detail = "index " + std::to_string(name.index) +
                         (name.serial.empty() ? ", serial not readable" : ", serial " + name.serial);
    if (!name.product.empty()) detail += ", " + name.product;
    if (device) detail += ", at USB port " + device->port;
    on_step({"dongle", name.serial.empty() ? CheckState::kWarning : CheckState::kGood, std::move(detail), ""});
  }
}

bool nothing_there(const UsbTree& usb, const OnStep& on_step) {
  const auto seen = usb.dongles();
  if (seen.empty()) {
    on_step(failed_step("dongle",
                        "no RTL-SDR dongle is plugged in (no USB device 0bda:2832 or 0bda:2838); plug one in; "
                        "if one is, 'lsusb' shows whether the machine sees it: try another port or cable"));
  } else {
    on_step(failed_step("dongle", "there is one at USB port " + seen.front().port +
                                      ", and librtlsdr does not see it; unplug it and plug it in again"));
  }
  return false;
}

void check_speed(const UsbDevice& device, const OnStep& on_step) {
  const std::string speed = std::to_string(std::lround(device.speed_mbps)) + " Mbit/s at port " + device.port;
  if (device.speed_mbps >= kHighSpeedMbps) return on_step({"usb", CheckState::kGood, speed, ""});
  on_step({"usb", CheckState::kWarning, speed + ": a dongle needs 480",
           "use another port, cable or hub: samples will be lost"});
}

void check_module(const UsbTree& usb, const OnStep& on_step) {
  if (!usb.dvb_module_loaded()) {
    return on_step({"driver", CheckState::kGood, std::string(kDvbModule) + " is not loaded", ""});
  }
  on_step({"driver", CheckState::kWarning,
           std::string(kDvbModule) + " is loaded: it may take the dongle for television when it is plugged in",
           "copy firmware/modprobe.d/airspool-rtlsdr.conf to /etc/modprobe.d, then 'modprobe -r " +
               std::string(kDvbModule) + "'"});
}

}  // namespace

bool check_dongles(const std::string& device, const OnStep& on_step) {
  const auto library = open_librtlsdr();
  if (!library) {
    on_step(failed_step("library", library.error().message));
    return false;
  }
  return check_dongles_on(**library, "", device, on_step);
}

bool check_dongles_on(DongleBus& bus, const std::string& root, const std::string& device, const OnStep& on_step) {
  const UsbTree usb(root);
  const auto names = bus.list();
  if (names.empty()) return nothing_there(usb, on_step);
  show_dongles(names, usb, on_step);
  const auto chosen = choose_dongle(device, names);
  if (!chosen) {
    on_step(failed_step("device", "radio.device: " + chosen.error().message));
    return false;
  }
  if (names.size() > 1 && device.empty()) {
    on_step({"device", CheckState::kWarning, "radio.device is not set: the first one is taken, " + to_string(*chosen),
             "set radio.device to a serial: the order may change"});
  }
  const auto place = usb.find(chosen->serial);
  if (!place) {
    on_step({"usb", CheckState::kSkipped, "not to be told from /sys/bus/usb/devices here", ""});
    return true;
  }
  check_speed(*place, on_step);
  const std::string name = to_string(*chosen);
  if (const std::string held = held_by_program(usb, *place, name); !held.empty()) {
    on_step(failed_step("holder", held));
    return false;
  }
  if (const std::string denied = not_permitted(usb, *place, name); !denied.empty()) {
    on_step(failed_step("permission", denied));
    return false;
  }
  // Most builds of librtlsdr can take the dongle from it, until the next time that it is plugged in; one that cannot
  // fails to open it, and says so then.
  if (const std::string held = held_by_driver(*place, name); !held.empty()) {
    on_step(step_of("driver", CheckState::kWarning, held));
  } else {
    check_module(usb, on_step);
  }
  on_step({"permission", CheckState::kGood, place->node + " may be opened, and nobody else has it", ""});
  return true;
}

}  // namespace airspool::radio
