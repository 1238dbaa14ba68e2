// SPDX-License-Identifier: Apache-2.0
#include "notice.h"

namespace airspool::spool {
namespace {

void append_number(std::string& out, std::string_view key, std::int64_t value) {
  out += key;
  out += std::to_string(value);
}

void append_text(std::string& out, std::string_view key, std::string_view value) {
  out += key;
  append_json_string(out, value);
}

}  // namespace

void append_json_string(std::string& out, std::string_view text) {
  constexpr std::string_view kHex = "0123456789abcdef";
  out += '"';
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (byte < 0x20) {
      out += "\\u00";
      out += kHex[byte >> 4U];
      out += kHex[byte & 0xFU];
    } else {
      out += c;
    }
  }
  out += '"';
}

void append_notice(std::string& out, const Notice& notice, std::string_view station_id) {
  const bool start = notice.kind == NoticeKind::kStart;
  out += start ? R"({"schema":1,"kind":"start")" : R"({"schema":1,"kind":"gap")";
  append_text(out, R"(,"spool_id":)", notice.spool_id);
  append_text(out, R"(,"station_id":)", station_id);
  if (start) {
    if (!notice.other.empty()) {
      append_text(out, R"(,"previous_spool_id":)", notice.other);
      append_number(out, R"(,"previous_seq":)", notice.to_seq);
    }
  } else {
    append_number(out, R"(,"from":)", notice.from_seq);
    if (notice.to_seq != kOpenEnd) append_number(out, R"(,"to":)", notice.to_seq);
    append_text(out, R"(,"reason":)", notice.other);
  }
  out += "}\n";
}

}  // namespace airspool::spool
