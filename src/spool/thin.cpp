// SPDX-License-Identifier: Apache-2.0
#include "thin.h"

#include <functional>
#include <unordered_map>

namespace airspool::spool {
namespace {

// The value of a string member that our own codec wrote: keys are never inside of values there.
std::string_view value_of(std::string_view line, std::string_view key) {
  const std::size_t at = line.find(key);
  if (at == std::string_view::npos) return {};
  const std::size_t begin = at + key.size();
  return line.substr(begin, line.find('"', begin) - begin);
}

}  // namespace

ThinnedText thin_ndjson(std::string_view text, std::int64_t batch, int round) {
  ThinnedText thinned;
  std::unordered_map<std::string_view, std::uint64_t> turns;  // of each aircraft: keep when even
  std::string_view last_record;
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    const std::string_view line = text.substr(0, end == std::string_view::npos ? text.size() : end + 1);
    text.remove_prefix(line.size());
    if (line.find("\"kind\":\"") != std::string_view::npos) {
      thinned.text += line;
      continue;
    }
    const std::string_view aircraft = value_of(line, "\"icao24\":\"");
    const auto first_turn = [&] {
      return std::hash<std::string_view>{}(aircraft) +
             (static_cast<std::uint64_t>(batch) >> static_cast<unsigned>(round));
    };
    const auto [turn, fresh] = turns.try_emplace(aircraft, 0);
    if (fresh) turn->second = first_turn();
    if (turn->second++ % 2 == 0) {
      thinned.text += line;
      ++thinned.records;
    }
    last_record = line;
  }
  if (thinned.records == 0 && !last_record.empty()) {
    thinned.text += last_record;
    thinned.records = 1;
  }
  return thinned;
}

}  // namespace airspool::spool
