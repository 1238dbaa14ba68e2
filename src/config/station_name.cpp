// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <cstddef>
#include <cstdint>

#include <unistd.h>

#include <airspool/config/station_name.h>

#include "read_file.h"

namespace airspool::config {
namespace {

constexpr std::size_t kMaxLength = 64;

void replace_all(std::string& text, std::string_view placeholder, const std::string& value) {
  for (std::size_t at = text.find(placeholder); at != std::string::npos; at = text.find(placeholder, at)) {
    text.replace(at, placeholder.size(), value);
    at += value.size();
  }
}

bool is_safe(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '_' || c == '-';
}

}  // namespace

std::string expand_station_name(std::string_view pattern, const MachineNames& names) {
  std::string out(pattern);
  replace_all(out, "{hostname}", names.hostname);
  replace_all(out, "{machine_id}", names.machine_id);
  for (char& c : out) {
    if (!is_safe(c)) c = '-';
  }
  if (out.size() > kMaxLength) out.resize(kMaxLength);
  return out.empty() ? "airspool" : out;
}

std::string expand_names(std::string_view pattern, const MachineNames& names, const std::string& station) {
  std::string out(pattern);
  replace_all(out, "{station}", station);
  replace_all(out, "{hostname}", names.hostname);
  replace_all(out, "{machine_id}", names.machine_id);
  return out;
}

double place_in_fleet(const MachineNames& names) {
  // FNV-1a, whose upper half is spread evenly.
  std::uint64_t hash = 14695981039346656037U;
  for (const char c : names.machine_id + names.hostname) {
    hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211U;
  }
  return static_cast<double>(hash >> 32U) / 4294967296.0;
}

MachineNames this_machine() {
  MachineNames names;
  std::array<char, 256> buffer{};
  if (::gethostname(buffer.data(), buffer.size() - 1) == 0) names.hostname = buffer.data();
  if (auto id = read_file("/etc/machine-id")) names.machine_id = id->substr(0, id->find_first_of("\r\n "));
  return names;
}

}  // namespace airspool::config
