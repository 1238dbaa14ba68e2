// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <optional>
#include <span>
#include <string_view>

#include <airspool/core/clock.h>
#include <airspool/core/record.h>
#include <airspool/core/result.h>

namespace airspool::opensky {

// One row of an answer. Numbers are the doubles nearest to the decimals that were given: append_shortest prints them as
// they stood. `state.country_code` and what OpenSky does not tell stay empty.
struct OpenSkyState {
  StateVector state;
  std::optional<double> time_position_s;  // UTC, seconds since 1970
  double last_contact_s = 0.0;            // UTC, seconds since 1970
};

// One answer of /states/all. OpenSky keeps aircraft for some minutes: rows are as old as their times say (REST API,
// state vectors). A deque, so that 12,000 rows never need twice their room while they come in.
struct OpenSkyAnswer {
  double time_s = 0.0;  // OpenSky's clock when it answered
  BootTime received{};
  std::deque<OpenSkyState> states;

  // When a value of this answer was true, in boot time: as long before receipt as OpenSky says that it was before the
  // answer. Our own calendar is never asked. A value from after the answer counts as of receipt.
  [[nodiscard]] BootTime boot_time_of(double value_time_s) const;
};

// Why a row was left out. The rest of the answer is taken all the same.
enum class RowReject : std::uint8_t {
  kNotARow,   // no array, or a value inside that is no scalar where one must be
  kTooShort,  // fewer than 17 elements
  kType,      // a field of the wrong type, or null where nothing cannot be
  kAddress,   // not six hexadecimal digits
  kTime,      // last_contact or time_position is not of this century
  kPosition,  // outside of the globe
  kText,      // a longer text than the field can hold
};
constexpr std::size_t kRowRejects = 7;
std::string_view name(RowReject reason);  // "not_a_row", ...: for metrics

// Why an answer was refused as a whole.
enum class AnswerFault : std::uint8_t {
  kNone,
  kRead,         // the source of bytes failed
  kNotJson,      // starts as no JSON does: a web page
  kCut,          // ends too early
  kMalformed,    // JSON that is broken, or not this answer
  kTooManyRows,  // more than any sky holds
};

struct ParseReport {
  AnswerFault fault = AnswerFault::kNone;
  std::array<std::uint64_t, kRowRejects> rejected{};  // by RowReject
};

// Gives the next bytes of a body; 0 at its end. The shape of net::HttpStream::read.
using ByteSource = std::function<Result<std::size_t>(std::span<char>)>;

// Reads an answer of OpenSky's REST API as it comes in: {"time": t, "states": [[...], ...] | null}. Rows may have more
// elements than the 18 that are known, members beside those two are passed over, integers may stand for decimals.
//
// All or nothing: of an answer that ends early, or is broken anywhere, no row is taken. Half a sky looks like a whole
// one with aircraft missing, and the next answer is seconds away.
//
// Memory: the rows (about 0.4 kB each, at most kMaxRows) and 8 kB. Pure but for `read`; any thread. The error is the
// source's own, or kInvalidData; `report` (never null) says more.
constexpr std::size_t kMaxRows = 50'000;
Result<OpenSkyAnswer> parse_states(const ByteSource& read, ParseReport* report);

}  // namespace airspool::opensky
