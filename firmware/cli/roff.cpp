// SPDX-License-Identifier: Apache-2.0
#include "cli/roff.h"

#include <airspool/core/clock.h>

#include "cli/utc_time.h"

namespace airspool::cli {
namespace {

std::string escaped(std::string_view text, bool literal) {
  std::string out;
  bool at_start = true;
  for (const char c : text) {
    // A line that begins so would be a command.
    if (at_start && (c == '.' || c == '\'')) out += "\\&";
    at_start = c == '\n';
    if (c == '\\') {
      out += "\\e";
    } else if (c == '-' && literal) {
      out += "\\-";
    } else if (c == '"' && literal) {
      out += "\\(dq";
    } else {
      out += c;
    }
  }
  return out;
}

}  // namespace

std::string roff(std::string_view text) { return escaped(text, false); }
std::string roff_literal(std::string_view text) { return escaped(text, true); }

std::string roff_title(std::string_view name, int section) {
  const std::string day = format_utc(build_time()).substr(0, 10);
  return ".TH " + std::string(name) + " " + std::to_string(section) + " " + day +
         " \"airspool " AIRSPOOL_VERSION "\" Airspool\n.ad l\n.nh\n";
}

}  // namespace airspool::cli
