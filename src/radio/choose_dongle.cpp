// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <charconv>

#include "dongle.h"

namespace airspool::radio {
namespace {

std::optional<std::uint32_t> index_of(const std::string& device) {
  std::uint32_t index = 0;
  const char* const end = device.data() + device.size();
  const auto [stop, error] = std::from_chars(device.data(), end, index);
  if (error != std::errc{} || stop != end || (device.size() > 1 && device.front() == '0')) return std::nullopt;
  return index;
}

std::string listed(const std::vector<DongleName>& names) {
  std::string all;
  for (const DongleName& name : names) all += (all.empty() ? "" : ", ") + to_string(name);
  return all;
}

}  // namespace

Result<DongleName> choose_dongle(const std::string& device, const std::vector<DongleName>& names) {
  if (names.empty()) {
    return fail(ErrorCode::kNotFound, device.empty() ? "no RTL-SDR dongle is plugged in; waiting for one"
                                                     : "dongle " + device + " is not plugged in; waiting for it");
  }
  if (device.empty()) return names.front();
  const auto has_serial = [&](const DongleName& name) { return name.serial == device; };
  const auto count = std::count_if(names.begin(), names.end(), has_serial);
  if (count > 1) {
    return fail(ErrorCode::kConfig, std::to_string(count) + " dongles have the serial " + device +
                                        "; give one of them another with 'rtl_eeprom -d 0 -s NEW', or set "
                                        "radio.device to an index");
  }
  if (count == 1) return *std::find_if(names.begin(), names.end(), has_serial);
  if (const auto index = index_of(device)) {
    for (const DongleName& name : names) {
      if (name.index == *index) return name;
    }
  }
  const auto unread =
      std::find_if(names.begin(), names.end(), [](const DongleName& name) { return name.serial.empty(); });
  if (unread != names.end()) {
    return fail(ErrorCode::kPermissionDenied,
                "no dongle is known to have the serial " + device + ", but that of " + to_string(*unread) +
                    " cannot be read; it may be a permission: copy firmware/udev/60-airspool-rtlsdr.rules to "
                    "/etc/udev/rules.d, put the user into group plugdev, and plug the dongle in again");
  }
  return fail(ErrorCode::kNotFound,
              "no dongle has the serial or index " + device + "; plugged in: " + listed(names) + "; waiting for it");
}

std::string to_string(const DongleName& name) {
  return name.serial.empty() ? "number " + std::to_string(name.index) : name.serial;
}

}  // namespace airspool::radio
