// SPDX-License-Identifier: Apache-2.0
#include <cstddef>
#include <fstream>
#include <optional>
#include <string>

#include <gtest/gtest.h>

#include <airspool/core/decimal.h>
#include <airspool/opensky/states_parser.h>

#include "shared_data.h"

namespace airspool::opensky {
namespace {

void append(std::string& out, const std::optional<double>& value) {
  if (value) {
    append_shortest(out, *value);
  } else {
    out += "null";
  }
  out += '\n';
}

// The columns that hold numbers, a line each.
std::string numbers_of(const OpenSkyState& row) {
  const auto& position = row.state.position;
  std::string out;
  append(out, row.time_position_s);
  append(out, row.last_contact_s);
  append(out, position ? std::optional(position->longitude_deg) : std::nullopt);
  append(out, position ? std::optional(position->latitude_deg) : std::nullopt);
  append(out, row.state.baro_altitude_m);
  append(out, row.state.ground_speed_mps);
  append(out, row.state.true_track_deg);
  append(out, row.state.vertical_rate_mps);
  append(out, row.state.geo_altitude_m);
  return out;
}

TEST(RecordedAnswerTest, EveryRowOfTheWholeWorldIsTakenAsGiven) {
  const auto path = test::shared_data("opensky/states-global-2025-12-28.json");
  AIRSPOOL_REQUIRE_SHARED(path);
  std::ifstream file(path);
  ParseReport report;
  const auto answer = parse_states(
      [&](std::span<char> into) -> Result<std::size_t> {
        file.read(into.data(), static_cast<std::streamsize>(into.size()));
        return static_cast<std::size_t>(file.gcount());
      },
      &report);
  ASSERT_TRUE(answer) << answer.error().message;
  EXPECT_EQ(answer->time_s, 1'766'888'059);
  ASSERT_EQ(answer->states.size(), 6'553U);
  for (const auto count : report.rejected) EXPECT_EQ(count, 0U);

  // The recording has an element a line, so its text can be compared without a second parser.
  std::ifstream lines(path);
  std::string line;
  std::size_t row = 0;
  int column = -1;
  std::string wanted;
  while (std::getline(lines, line)) {
    const auto text = line.substr(line.find_first_not_of(' '));
    if (text == "[") {
      column = 0;
      wanted.clear();
    } else if (column >= 0 && text[0] == ']') {
      ASSERT_LT(row, answer->states.size());
      ASSERT_EQ(numbers_of(answer->states[row]), wanted) << row;
      ++row;
      column = -1;
    } else if (column >= 0) {
      const bool number = (column >= 3 && column <= 7) || (column >= 9 && column <= 11) || column == 13;
      if (number) {
        std::string value = text.substr(0, text.find(','));
        // The same number, printed shorter.
        if (value.size() > 2 && value.substr(value.size() - 2) == ".0") value.resize(value.size() - 2);
        wanted += value + '\n';
      }
      ++column;
    }
  }
  EXPECT_EQ(row, answer->states.size());
}

}  // namespace
}  // namespace airspool::opensky
