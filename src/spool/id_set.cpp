// SPDX-License-Identifier: Apache-2.0
#include "id_set.h"

#include <algorithm>
#include <charconv>
#include <iterator>

namespace airspool::spool {

void IdSet::insert(std::int64_t id) { insert_range(id, id); }

void IdSet::insert_range(std::int64_t first, std::int64_t last) {
  if (first > last) return;
  // Swallow every range that overlaps or touches the new one.
  auto it = ranges_.upper_bound(first);
  if (it != ranges_.begin() && std::prev(it)->second >= first - 1) --it;
  while (it != ranges_.end() && it->first - 1 <= last) {
    first = std::min(first, it->first);
    last = std::max(last, it->second);
    size_ -= it->second - it->first + 1;
    it = ranges_.erase(it);
  }
  ranges_.emplace_hint(it, first, last);
  size_ += last - first + 1;
}

void IdSet::erase(std::int64_t id) {
  auto it = ranges_.upper_bound(id);
  if (it == ranges_.begin()) return;
  --it;
  const auto [first, last] = *it;
  if (last < id) return;
  --size_;
  if (first == id) {
    ranges_.erase(it);
  } else {
    it->second = id - 1;
  }
  if (last > id) ranges_.emplace(id + 1, last);
}

bool IdSet::contains(std::int64_t id) const {
  const auto it = ranges_.upper_bound(id);
  return it != ranges_.begin() && std::prev(it)->second >= id;
}

std::optional<std::int64_t> IdSet::first_from(std::int64_t id) const {
  const auto it = ranges_.upper_bound(id);
  if (it != ranges_.begin() && std::prev(it)->second >= id) return id;
  if (it == ranges_.end()) return std::nullopt;
  return it->first;
}

std::string IdSet::to_text() const {
  std::string text;
  for (const auto& [first, last] : ranges_) {
    if (!text.empty()) text += ',';
    text += std::to_string(first);
    if (last > first) text += '-' + std::to_string(last);
  }
  return text;
}

std::optional<IdSet> IdSet::parse(std::string_view text) {
  IdSet set;
  const char* at = text.data();
  const char* const end = at + text.size();
  while (at != end) {
    std::int64_t first = 0;
    auto number = std::from_chars(at, end, first);
    if (number.ec != std::errc() || first < 0) return std::nullopt;
    std::int64_t last = first;
    if (number.ptr != end && *number.ptr == '-') {
      number = std::from_chars(number.ptr + 1, end, last);
      if (number.ec != std::errc() || last < first) return std::nullopt;
    }
    set.insert_range(first, last);
    at = number.ptr;
    if (at == end) break;
    if (*at != ',' || at + 1 == end) return std::nullopt;
    ++at;
  }
  return set;
}

}  // namespace airspool::spool
