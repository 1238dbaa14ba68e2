// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace airspool {

// What this machine tells of its clock. `root` goes before each path; empty on a real machine. Any thread.

// systemd-timesyncd touches a file each time it has set the clock (systemd-timesyncd.service(8), 252), and the file
// lasts until the next boot.
bool timesyncd_says_synchronised(const std::string& root);

// adjtimex(2) of the kernel, which every time service tells. After some hours without news from a service it says no.
bool kernel_says_synchronised();
// Its verdict in the numbers that the call gives. Beyond 16 s (NTP_PHASE_LIMIT) the error is only a number.
bool means_synchronised(int verdict, int status, long max_error_us);

// Whether something here is there to set the clock: a time service that runs, as far as /proc shows it, or that is
// enabled on a machine with systemd. In a container no service but its own counts.
bool something_looks_after_the_clock(const std::string& root);

}  // namespace airspool
