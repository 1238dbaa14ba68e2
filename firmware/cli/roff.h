// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace airspool::cli {

// `text` for the source of a manual page (roff): what would be a command is plain text, line ends stay.
std::string roff(std::string_view text);
// The same with every hyphen as it is typed: for options and file names.
std::string roff_literal(std::string_view text);
// ".TH NAME SECTION ..." and the day of the build.
std::string roff_title(std::string_view name, int section);

}  // namespace airspool::cli
