// SPDX-License-Identifier: Apache-2.0
#include "quarantine.h"

#include <algorithm>
#include <array>
#include <ctime>
#include <filesystem>
#include <vector>

#include "store.h"

namespace airspool::spool {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kKept = 3;

bool exists(const std::string& path) {
  std::error_code ignored;
  return fs::exists(fs::symlink_status(path, ignored));
}

std::string free_name(const std::string& path, std::int64_t now_ms) {
  const std::time_t seconds = now_ms / 1000;
  std::tm utc{};
  gmtime_r(&seconds, &utc);
  std::array<char, 32> time{};
  std::strftime(time.data(), time.size(), "%Y%m%dT%H%M%SZ", &utc);
  const std::string wanted = path + ".corrupt-" + time.data();
  std::string name = wanted;
  // A box whose clock stands may damage two files in the same second.
  for (int n = 2; exists(name); ++n) name = wanted + "-" + std::to_string(n);
  return name;
}

// The databases, oldest first by their names; a clock that was wrong puts them in a wrong order, no more.
std::vector<std::string> quarantined(const std::string& path) {
  const fs::path whole(path);
  const std::string prefix = whole.filename().string() + ".corrupt-";
  std::vector<std::string> names;
  std::error_code error;
  const fs::path folder = whole.has_parent_path() ? whole.parent_path() : fs::path(".");
  for (fs::directory_iterator entry(folder, error); !error && entry != fs::directory_iterator();
       entry.increment(error)) {
    const std::string name = entry->path().filename().string();
    if (name.rfind(prefix, 0) != 0 || name.ends_with("-wal") || name.ends_with(".page1")) continue;
    names.push_back(entry->path().string());
  }
  std::sort(names.begin(), names.end());
  return names;
}

void remove(const std::string& name) {
  std::error_code ignored;
  for (const char* suffix : {"", "-wal", ".page1"}) fs::remove(name + suffix, ignored);
}

}  // namespace

std::string salvage_path(const std::string& path) { return path + ".salvage"; }

Result<void> set_aside(const std::string& path, std::int64_t now_ms) {
  // One that was not finished: what it still had is not tried again.
  if (exists(salvage_path(path))) (void)finish_salvage(path, now_ms);
  return Store::move(path, salvage_path(path));
}

Result<std::string> finish_salvage(const std::string& path, std::int64_t now_ms) {
  const std::string name = free_name(path, now_ms);
  if (auto moved = Store::move(salvage_path(path), name); !moved) return tl::unexpected(moved.error());
  std::error_code ignored;
  fs::rename(salvage_path(path) + ".page1", name + ".page1", ignored);
  std::vector<std::string> names = quarantined(path);
  for (std::size_t i = 0; i + kKept < names.size(); ++i) remove(names[i]);
  return name;
}

std::int64_t count_quarantined(const std::string& path) {
  return static_cast<std::int64_t>(quarantined(path).size()) + (exists(salvage_path(path)) ? 1 : 0);
}

bool remove_oldest_quarantined(const std::string& path) {
  const std::vector<std::string> names = quarantined(path);
  if (names.empty()) return false;
  remove(names.front());
  return true;
}

}  // namespace airspool::spool
