// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace airspool::config {

// What the placeholders of station.name stand for on this machine.
struct MachineNames {
  std::string hostname;
  std::string machine_id;  // 32 hexadecimal digits of /etc/machine-id (machine-id(5))
};

// Replaces "{hostname}" and "{machine_id}". Characters that a topic or a file name cannot carry become '-', the result
// is cut at 64 characters, and where nothing is left it is "airspool": the name is a label, not worth failing for.
std::string expand_station_name(std::string_view pattern, const MachineNames& names);

// Replaces "{station}" too, and nothing else: for names that a broker checks (client ids, things).
std::string expand_names(std::string_view pattern, const MachineNames& names, const std::string& station);

// Where this machine stands among its like, from 0 to below 1: the same at each start, and evenly spread over machines.
double place_in_fleet(const MachineNames& names);

// This machine's names; what cannot be read is empty.
MachineNames this_machine();

}  // namespace airspool::config
