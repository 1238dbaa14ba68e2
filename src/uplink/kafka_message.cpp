// SPDX-License-Identifier: Apache-2.0
#include "kafka_message.h"

#include <algorithm>

namespace airspool::uplink::kafka {

std::string_view key_of(std::string_view record, std::string_view otherwise, std::array<char, 7>& storage) {
  constexpr std::string_view kAddress = "\"icao24\":\"";
  constexpr std::string_view kOther = "\"addr_type\":\"other\"";
  constexpr std::size_t kDigits = 6;
  const auto found = record.find(kAddress);
  if (found == std::string_view::npos) return otherwise;
  const std::string_view digits = record.substr(found + kAddress.size(), kDigits);
  if (digits.size() != kDigits || digits.find('"') != std::string_view::npos) return otherwise;
  std::size_t length = 0;
  // The type follows the address at once.
  const std::string_view behind = record.substr(found + kAddress.size() + kDigits);
  if (behind.substr(0, kOther.size() + 8).find(kOther) != std::string_view::npos) storage[length++] = '~';
  length += static_cast<std::size_t>(std::copy(digits.begin(), digits.end(), storage.begin() + length) -
                                     (storage.begin() + length));
  return {storage.data(), length};
}

std::string_view next_line(std::string_view text, std::size_t& offset) {
  const auto end = std::min(text.find('\n', offset), text.size());
  const std::string_view line = text.substr(offset, end - offset);
  offset = std::min(end + 1, text.size());
  return line;
}

}  // namespace airspool::uplink::kafka
