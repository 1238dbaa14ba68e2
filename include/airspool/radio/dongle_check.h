// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include <airspool/core/check_step.h>

namespace airspool::radio {

class DongleBus;

// What can be seen of the dongles without opening one: which are there, which is meant, and who or what stands between
// us and it (kernel driver, program, permission, a slow port). `device` as in RtlSdrSettings. Steps: "library",
// "dongle" (one each), "device", "usb", "driver", "holder", "permission". False: a step failed, so that opening it
// makes no sense. Blocks for a second at most.
bool check_dongles(const std::string& device, const OnStep& on_step);
// The same with a stand-in for the library, and `root` before every path, for tests.
bool check_dongles_on(DongleBus& bus, const std::string& root, const std::string& device, const OnStep& on_step);

}  // namespace airspool::radio
