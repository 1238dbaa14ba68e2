// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace airspool::spool {

// A set of batch ids as closed ranges. A sink's backlog is nearly always one or two ranges, however many batches it
// has, so memory and the row on disk stay small. A value type; one thread.
class IdSet {
 public:
  void insert(std::int64_t id);
  void insert_range(std::int64_t first, std::int64_t last);
  void erase(std::int64_t id);

  [[nodiscard]] bool contains(std::int64_t id) const;
  [[nodiscard]] bool empty() const { return ranges_.empty(); }
  [[nodiscard]] std::int64_t size() const { return size_; }
  // The smallest member that is not smaller than `id`.
  [[nodiscard]] std::optional<std::int64_t> first_from(std::int64_t id) const;

  // "3-17,20": ranges in order.
  [[nodiscard]] std::string to_text() const;
  // Empty when the text is not of that form.
  static std::optional<IdSet> parse(std::string_view text);

 private:
  std::map<std::int64_t, std::int64_t> ranges_;  // first -> last; neither overlapping nor touching
  std::int64_t size_ = 0;
};

}  // namespace airspool::spool
