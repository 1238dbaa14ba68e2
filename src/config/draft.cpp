// SPDX-License-Identifier: Apache-2.0
#include "draft.h"

#include <algorithm>
#include <tuple>
#include <utility>

namespace airspool::config {
namespace {

// Far more than are shown; a file of 256 kB full of nonsense must not fill the memory with messages about it.
constexpr std::size_t kMaxKept = 5000;

}  // namespace

void Draft::add(Diagnostic diagnostic) {
  if (diagnostics.size() < kMaxKept) {
    diagnostics.push_back(std::move(diagnostic));
  } else {
    ++omitted;
  }
}

void Draft::complain(const Source& source, Place place, std::string message) {
  const bool in_file = source.has_lines();
  add({source.given, in_file ? place.line : 0, in_file ? place.column : 0, std::move(message)});
}

void Draft::complain_at(const std::string& path, std::string message) {
  const auto found = origins.find(path);
  if (found == origins.end()) return;
  const Origin& origin = found->second;
  const auto given = given_.find(path);
  add({given == given_.end() ? origin.source : given->second, origin.line, origin.column, std::move(message)});
}

void Draft::set_origin(const std::string& path, const Source& source, Place place) {
  const bool in_file = source.has_lines();
  origins[path] = {source.layer, source.name, in_file ? place.line : 0, in_file ? place.column : 0};
  given_[path] = source.given;
  broken.erase(path);
}

void Draft::forget(std::string_view path) {
  const auto is_below = [&](const std::string& other) {
    return other.starts_with(path) &&
           (other.size() == path.size() || other[path.size()] == '.' || other[path.size()] == '[');
  };
  std::erase_if(origins, [&](const auto& entry) { return is_below(entry.first); });
  std::erase_if(given_, [&](const auto& entry) { return is_below(entry.first); });
  std::erase_if(broken, is_below);
}

std::size_t Draft::rank(const Diagnostic& diagnostic) const {
  if (diagnostic.line == 0) return files.size() + 1;
  return static_cast<std::size_t>(std::find(files.begin(), files.end(), diagnostic.source) - files.begin());
}

Diagnostics Draft::take_diagnostics() {
  // Those of settings have line 0 and stand in their order already.
  std::stable_sort(diagnostics.begin(), diagnostics.end(), [this](const Diagnostic& a, const Diagnostic& b) {
    return std::tuple(rank(a), a.line, a.column) < std::tuple(rank(b), b.line, b.column);
  });
  const std::size_t excess = diagnostics.size() - std::min(diagnostics.size(), kMaxDiagnostics);
  diagnostics.resize(diagnostics.size() - excess);
  return {std::move(diagnostics), omitted + excess};
}

}  // namespace airspool::config
