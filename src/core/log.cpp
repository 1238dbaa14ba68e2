// SPDX-License-Identifier: Apache-2.0
#include <atomic>
#include <cstdlib>
#include <iterator>

#include <fmt/core.h>
#include <fmt/format.h>
#include <unistd.h>

#include <airspool/core/log.h>

namespace airspool::log {
namespace {

std::atomic<Level> g_level{Level::kInfo};

bool needs_quotes(std::string_view value) {
  if (value.empty()) return true;
  for (const char c : value) {
    if (static_cast<unsigned char>(c) <= ' ' || c == '"' || c == '=' || c == '\\' || c == 0x7F) return true;
  }
  return false;
}

// Control characters would let a value forge a second log line.
void append_escaped(std::string& out, std::string_view text) {
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (byte < ' ' || byte == 0x7F) {
      fmt::format_to(std::back_inserter(out), "\\x{:02x}", byte);
    } else {
      out += c;
    }
  }
}

}  // namespace

std::string format_line(Level level, std::string_view module, std::string_view message, Fields fields,
                        bool with_priority) {
  std::string line;
  if (with_priority) fmt::format_to(std::back_inserter(line), "<{}>", static_cast<int>(level));
  fmt::format_to(std::back_inserter(line), "{}: {}", module, message);
  for (char& c : line) {
    if (static_cast<unsigned char>(c) < ' ') c = ' ';
  }
  for (const Field& field : fields) {
    fmt::format_to(std::back_inserter(line), " {}=", field.key);
    if (needs_quotes(field.value)) {
      line += '"';
      append_escaped(line, field.value);
      line += '"';
    } else {
      line += field.value;
    }
  }
  return line;
}

void write(Level level, std::string_view module, std::string_view message, Fields fields) {
  if (level > g_level.load(std::memory_order_relaxed)) return;
  static const bool kUnderJournald = std::getenv("JOURNAL_STREAM") != nullptr;
  std::string line = format_line(level, module, message, fields, kUnderJournald);
  line += '\n';
  // A log line that cannot be written has nowhere else to go.
  [[maybe_unused]] const ssize_t written = ::write(STDERR_FILENO, line.data(), line.size());
}

void set_level(Level level) { g_level.store(level, std::memory_order_relaxed); }

}  // namespace airspool::log
