// SPDX-License-Identifier: Apache-2.0
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "aws/credentials.h"
#include "aws/profile_file.h"
#include "aws/sts_answer.h"

// What AWS's endpoints may answer, and what may stand in the files of its tools: no crash, nothing is taken that could
// end a header line, and no message repeats the text.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace airspool;
  using namespace airspool::uplink::aws;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto look = [](const Result<Credentials>& answer) {
    if (!answer) {
      for (const char c : answer.error().message) {
        if (c < ' ' || c >= '\x7f') std::abort();
      }
      return;
    }
    const bool good = is_word(answer->access_key_id) && is_word(answer->secret_access_key) &&
                      (answer->session_token.empty() || is_word(answer->session_token));
    if (!good) std::abort();
  };
  look(parse_metadata_credentials(text));
  look(parse_iot_credentials(text));
  look(parse_sts_credentials(text));
  for (const char c : sts_error_code(text)) {
    if (c <= ' ' || c >= '\x7f') std::abort();
  }
  if (const auto time = parse_time(text)) {
    if (time->time_since_epoch() < Nanoseconds::zero()) std::abort();
    const auto second = std::chrono::floor<std::chrono::seconds>(*time);
    // An offset may lead out of the years that are read.
    const bool inside = second >= std::chrono::sys_days(std::chrono::year(1972) / 1 / 1) &&
                        second < std::chrono::sys_days(std::chrono::year(2200) / 1 / 1);
    if (inside && parse_time(time_text(*time)) != WallTime(second)) std::abort();
  }
  for (const auto kind : {ProfileFile::kCredentials, ProfileFile::kConfig}) {
    bool found = false;
    for (const auto& [key, value] : read_profile(text, kind, "roof", found)) {
      if (key.empty() || !found || trimmed(value) != value) std::abort();
    }
  }
  return 0;
}
