// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <type_traits>

namespace airspool::log {

// The numbers are syslog's (RFC 5424 6.2.1), which journald reads from the "<N>" prefix of a line.
enum class Level : std::uint8_t { kError = 3, kWarning = 4, kInfo = 6, kDebug = 7 };

// One key and its value, already text. Values with spaces, quotes or control characters are quoted when printed.
struct Field {
  std::string_view key;
  std::string value;

  Field(std::string_view k, std::string_view v) : key(k), value(v) {}
  Field(std::string_view k, const char* v) : key(k), value(v) {}
  Field(std::string_view k, bool v) : key(k), value(v ? "true" : "false") {}
  template <typename T, typename = std::enable_if_t<std::is_arithmetic_v<T> && !std::is_same_v<T, bool>>>
  Field(std::string_view k, T v) : key(k), value(std::to_string(v)) {}
};
using Fields = std::initializer_list<Field>;

// One line to stderr: `radio: no samples for 2 s device=00000001`. Under journald (JOURNAL_STREAM is set) the line
// starts with "<N>". One write(2) a line, so that lines of several threads never mix. Never throws, never fails.
void write(Level level, std::string_view module, std::string_view message, Fields fields = {});

// Lines less urgent than this are dropped. Default: kInfo.
void set_level(Level level);

inline void error(std::string_view module, std::string_view message, Fields fields = {}) {
  write(Level::kError, module, message, fields);
}
inline void warning(std::string_view module, std::string_view message, Fields fields = {}) {
  write(Level::kWarning, module, message, fields);
}
inline void info(std::string_view module, std::string_view message, Fields fields = {}) {
  write(Level::kInfo, module, message, fields);
}
inline void debug(std::string_view module, std::string_view message, Fields fields = {}) {
  write(Level::kDebug, module, message, fields);
}

// The line that `write` would print, without the newline: for tests.
std::string format_line(Level level, std::string_view module, std::string_view message, Fields fields,
                        bool with_priority);

}  // namespace airspool::log
