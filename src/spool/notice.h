// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <limits>
#include <string>
#include <string_view>

namespace airspool::spool {

// `to_seq` of a gap whose end nobody knows: up to the last seq that the run ever gave. Printed without `to`.
inline constexpr std::int64_t kOpenEnd = std::numeric_limits<std::int64_t>::max();

enum class NoticeKind : std::uint8_t { kStart = 0, kGap = 1 };

// What a batch says besides its records, as lines before them. A notice is not done when it was printed but when the
// batch that carries it was delivered everywhere; until then it stands in the database and is printed again if that
// batch is lost. So a reader may meet one twice, and a later gap may cover an earlier one.
//
// kStart: a run begins; `other` is the previous spool_id (empty: none is known) and `to_seq` the last seq stored in it.
// kGap: records from_seq..to_seq of spool_id may be missing at this reader; `other` is the reason.
struct Notice {
  std::int64_t row = 0;  // in the database; 0: not there yet
  NoticeKind kind = NoticeKind::kGap;
  std::string spool_id;
  std::int64_t from_seq = 0;
  std::int64_t to_seq = 0;
  std::string other;
};

// One JSON line with its newline.
void append_notice(std::string& out, const Notice& notice, std::string_view station_id);

// A string as a JSON string, quotes included (RFC 8259 section 7). Bytes from 0x20 on pass as they are.
void append_json_string(std::string& out, std::string_view text);

}  // namespace airspool::spool
