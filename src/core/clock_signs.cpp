// SPDX-License-Identifier: Apache-2.0
#include "clock_signs.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <filesystem>
#include <fstream>
#include <string_view>

#include <sys/stat.h>
#include <sys/timex.h>

#include <airspool/core/clock.h>

namespace airspool {
namespace {

// Names of processes, cut to 15 characters as the kernel keeps them.
constexpr std::array<std::string_view, 8> kServices = {"systemd-timesyn", "chronyd", "ntpd",    "ntp-daemon",
                                                       "connmand",        "ptp4l",   "phc2sys", "sntp"};
// What a running service leaves where /proc does not show the processes of others.
constexpr std::array<const char*, 4> kTraces = {"/run/systemd/timesync", "/run/chrony", "/run/ntpd.pid",
                                                "/run/openntpd.pid"};
constexpr std::array<const char*, 2> kWants = {"/etc/systemd/system/sysinit.target.wants/",
                                               "/etc/systemd/system/multi-user.target.wants/"};
constexpr std::array<const char*, 7> kUnits = {
    "systemd-timesyncd.service", "chrony.service", "chronyd.service", "ntp.service", "ntpd.service", "ntpsec.service",
    "openntpd.service"};
constexpr std::array<const char*, 3> kContainerMarks = {"/run/systemd/container", "/.dockerenv", "/run/.containerenv"};

// Also a symbolic link that leads nowhere from here.
bool exists(const std::string& path) {
  struct stat info {};
  return lstat(path.c_str(), &info) == 0;
}

bool a_service_runs(const std::string& root) {
  std::error_code error;
  for (std::filesystem::directory_iterator entry(root + "/proc", error), end; !error && entry != end;
       entry.increment(error)) {
    const std::string name = entry->path().filename();
    if (std::isdigit(static_cast<unsigned char>(name.front())) == 0) continue;
    std::ifstream file(entry->path() / "comm");
    std::string comm;
    if (!std::getline(file, comm)) continue;
    if (std::find(kServices.begin(), kServices.end(), comm) != kServices.end()) return true;
  }
  return false;
}

// Before it runs, early in a boot.
bool a_service_is_enabled(const std::string& root) {
  if (!exists(root + "/run/systemd/system")) return false;  // sd_booted(3): else nobody starts it
  const auto there = [&root](const char* path) { return exists(root + path); };
  if (std::any_of(kContainerMarks.begin(), kContainerMarks.end(), there)) return false;  // it would not start in one
  for (const char* wants : kWants) {
    for (const char* unit : kUnits) {
      if (exists(root + wants + unit)) return true;
    }
  }
  return false;
}

}  // namespace

bool timesyncd_says_synchronised(const std::string& root) {
  return exists(root + "/run/systemd/timesync/synchronized");
}

bool kernel_says_synchronised() {
  timex state{};
  const int verdict = adjtimex(&state);
  return means_synchronised(verdict, state.status, state.maxerror);
}

bool means_synchronised(int verdict, int status, long max_error_us) {
  constexpr long kPhaseLimitUs = 16'000'000;
  return verdict >= 0 && verdict != TIME_ERROR && (status & STA_UNSYNC) == 0 && max_error_us < kPhaseLimitUs;
}

bool something_looks_after_the_clock(const std::string& root) {
  const auto there = [&root](const char* path) { return exists(root + path); };
  return std::any_of(kTraces.begin(), kTraces.end(), there) || a_service_runs(root) || a_service_is_enabled(root);
}

std::string boot_id(const std::string& root) {
  std::ifstream file(root + "/proc/sys/kernel/random/boot_id");
  std::string id;
  std::getline(file, id);
  return id;
}

}  // namespace airspool
