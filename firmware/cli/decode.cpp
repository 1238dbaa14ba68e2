// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <CLI/CLI.hpp>
#include <sysexits.h>
#include <unistd.h>

#include <airspool/core/hex.h>
#include <airspool/modes/decode.h>

#include "cli/commands.h"
#include "cli/message_json.h"

namespace airspool::cli {
namespace {

constexpr std::string_view kBlanks = " \t\r\n\v\f";
// The longest form is '@', 12 + 28 digits and ';'. What is much longer is no message, and is not kept.
constexpr std::size_t kMaxLine = 256;
constexpr std::size_t kShownText = 64;
constexpr std::size_t kTimestampDigits = 12;
constexpr std::string_view kFormsHint =
    "a message is 14 or 28 hexadecimal digits, bare, as *...; or as @ + 12 digits of time";

std::string_view trimmed(std::string_view text) {
  const std::size_t first = text.find_first_not_of(kBlanks);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kBlanks) - first + 1);
}

// The hexadecimal digits inside one of the three forms, or why it is none of them.
tl::expected<std::string_view, std::string> digits_of(std::string_view text) {
  const bool timed = text.front() == '@';
  if (!timed && text.front() != '*') return text;
  if (text.back() != ';') return tl::unexpected<std::string>("the closing ';' is missing");
  text = text.substr(1, text.size() - 2);
  if (!timed) return text;
  std::array<std::uint8_t, kTimestampDigits / 2> timestamp{};
  if (text.size() < kTimestampDigits || !parse_hex(text.substr(0, kTimestampDigits), timestamp)) {
    return tl::unexpected<std::string>("12 hexadecimal digits of time must follow the '@'");
  }
  return text.substr(kTimestampDigits);
}

tl::expected<modes::ModeSFrame, std::string> parse_frame(std::string_view text) {
  const auto digits = digits_of(text);
  if (!digits) return tl::unexpected(digits.error());
  if (const std::size_t bad = digits->find_first_not_of("0123456789abcdefABCDEF"); bad != std::string_view::npos) {
    return tl::unexpected("character " +
                          std::to_string(digits->data() - text.data() + static_cast<std::ptrdiff_t>(bad) + 1) +
                          " is not a hexadecimal digit; " + std::string(kFormsHint));
  }
  modes::ModeSFrame frame;
  const auto length = parse_hex(*digits, frame.bytes);
  if (!length || (*length != modes::kShortFrameBytes && *length != modes::kLongFrameBytes)) {
    return tl::unexpected(std::to_string(digits->size()) + " hexadecimal digits; " + std::string(kFormsHint));
  }
  frame.length = static_cast<std::uint8_t>(*length);
  return frame;
}

std::string reason_in_words(modes::FrameReject reject, const modes::ModeSFrame& frame) {
  const std::string format = "DF" + std::to_string(frame.df());
  switch (reject) {
    case modes::FrameReject::kUnknownFormat:
      return format + " is not a downlink format that is decoded";
    case modes::FrameReject::kWrongLength:
      return format + " has " + (frame.length == modes::kShortFrameBytes ? "28" : "14") + " hexadecimal digits";
    case modes::FrameReject::kCrc:
      return "the parity does not fit: " + format + " was damaged, or a digit is wrong";
    case modes::FrameReject::kUnknownAddress:
    case modes::FrameReject::kTruncated:
    case modes::FrameReject::kDuplicate:
      break;  // of the demodulator, never of decode()
  }
  return std::string(modes::to_string(reject));
}

// Appends the line of output for one message. False when it could not be decoded.
bool append_answer(std::string& out, std::string_view text, bool cut) {
  std::string reason;
  if (text.empty()) {
    reason = kFormsHint;
  } else if (cut) {
    reason = "longer than any message; " + std::string(kFormsHint);
  } else if (const auto frame = parse_frame(text); !frame) {
    reason = frame.error();
  } else if (const auto message = modes::decode(*frame); !message) {
    reason = reason_in_words(message.error(), *frame);
  } else {
    append_message_json(out, *message);
    out += '\n';
    return true;
  }
  const std::string_view ellipsis = text.size() > kShownText ? "..." : "";
  out += "{\"error\":";
  append_json_string(out, "'" + std::string(text.substr(0, kShownText)) + std::string(ellipsis) + "': " + reason);
  out += "}\n";
  return false;
}

// Decodes what it is given and writes an answer a message to stdout.
class Session {
 public:
  void message(std::string_view text, bool cut) {
    out_.clear();
    if (!append_answer(out_, text, cut)) status_ = EX_DATAERR;
    if (writable_ && std::fwrite(out_.data(), 1, out_.size(), stdout) != out_.size()) stop_writing();
  }

  void flush() {
    if (writable_ && std::fflush(stdout) != 0) stop_writing();
  }

  [[nodiscard]] bool writable() const { return writable_; }
  [[nodiscard]] int status() const { return status_; }
  void fail_with(int status) { status_ = status; }

 private:
  void stop_writing() {
    writable_ = false;
    // A reader that has seen enough (head, less) is no failure.
    if (errno != EPIPE) {
      status_ = report({ErrorCode::kIo, std::string("cannot write to standard output: ") + std::strerror(errno)});
    }
  }

  std::string out_;
  int status_ = 0;
  bool writable_ = true;
};

void decode_stdin(Session& session) {
  std::vector<char> buffer(std::size_t{1} << 16U);
  std::string line;
  bool cut = false;
  const auto end_line = [&] {
    const std::string_view text = trimmed(line);
    if (!text.empty() || cut) session.message(text, cut);
    line.clear();
    cut = false;
  };
  while (session.writable()) {
    const ssize_t got = ::read(STDIN_FILENO, buffer.data(), buffer.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) {
      session.fail_with(report({ErrorCode::kIo, std::string("cannot read standard input: ") + std::strerror(errno) +
                                                    "; give messages as arguments or one a line"}));
      break;
    }
    if (got == 0) {
      end_line();
      break;
    }
    std::string_view rest(buffer.data(), static_cast<std::size_t>(got));
    while (!rest.empty()) {
      const std::size_t newline = rest.find('\n');
      const std::string_view piece = rest.substr(0, newline);
      const std::size_t room = kMaxLine - line.size();
      line.append(piece.substr(0, room));
      cut = cut || piece.size() > room;
      if (newline == std::string_view::npos) break;
      end_line();
      rest.remove_prefix(newline + 1);
    }
    // Whoever feeds messages as they come sees each answer at once.
    session.flush();
  }
}

int run(const std::vector<std::string>& messages) {
  // A closed pipe shall be an error of write, not the end of the process.
  std::signal(SIGPIPE, SIG_IGN);
  Session session;
  if (messages.empty()) {
    if (::isatty(STDIN_FILENO) != 0) std::fputs("airspool: one message a line; Ctrl-D ends\n", stderr);
    decode_stdin(session);
  }
  for (const std::string& argument : messages) {
    session.message(trimmed(argument).substr(0, kMaxLine), trimmed(argument).size() > kMaxLine);
  }
  session.flush();
  return session.status();
}

}  // namespace

void add_decode(CLI::App& app, int& exit_code) {
  auto messages = std::make_shared<std::vector<std::string>>();
  CLI::App* command = app.add_subcommand("decode", "Say what Mode S messages mean: one JSON object a line");
  command->add_option("HEX", *messages,
                      "Messages as hexadecimal digits, *...; or @...;. None: lines of standard input");
  command->footer(
      "Example:\n"
      "  $ airspool decode 8D4840D6202CC371C32CE0576098\n"
      "  {\"df\":17,\"icao24\":\"4840d6\",\"typecode\":4,\"bds\":\"0,8\",\"on_ground\":false,\"callsign\":\"KLM1023\","
      "\"category\":\"A0\"}\n"
      "  $ nc 127.0.0.1 30002 | airspool decode        # AVR lines of another receiver\n"
      "Units: metres, metres per second, degrees. A position needs an even and an odd message: 'airspool replay' pairs "
      "them.\n"
      "Of a Comm-B reply (DF20, DF21) \"bds\" is the register when that is certain; else \"mb\" is the field and\n"
      "\"bds_candidates\" what it may be, with probabilities.\n"
      "What cannot be decoded gives {\"error\": ...} in its place, and the exit status is then 65.");
  command->callback([messages, &exit_code] { exit_code = run(*messages); });
}

}  // namespace airspool::cli
