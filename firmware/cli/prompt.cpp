// SPDX-License-Identifier: Apache-2.0
#include "cli/prompt.h"

#include <iostream>
#include <string_view>

#include <termios.h>
#include <unistd.h>

namespace airspool::cli {
namespace {

std::string trimmed(std::string_view text) {
  constexpr std::string_view kBlank = " \t\r";
  const auto first = text.find_first_not_of(kBlank);
  if (first == std::string_view::npos) return "";
  return std::string(text.substr(first, text.find_last_not_of(kBlank) - first + 1));
}

std::optional<std::string> read_line() {
  std::string answer;
  std::cout.flush();
  if (!std::getline(std::cin, answer)) return std::nullopt;
  return trimmed(answer);
}

// Shows nothing of what is typed while it lives.
class Hidden {
 public:
  Hidden() {
    if (::tcgetattr(STDIN_FILENO, &before_) != 0) return;
    termios now = before_;
    now.c_lflag &= ~static_cast<tcflag_t>(ECHO);
    // Ctrl-C would leave a terminal behind that stays silent: it ends the line instead, as an end of input.
    now.c_lflag &= ~static_cast<tcflag_t>(ISIG);
    now.c_cc[VEOL] = 3;
    changed_ = ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &now) == 0;
  }
  Hidden(const Hidden&) = delete;
  Hidden& operator=(const Hidden&) = delete;
  ~Hidden() {
    if (changed_) ::tcsetattr(STDIN_FILENO, TCSANOW, &before_);
  }

 private:
  termios before_{};
  bool changed_ = false;
};

}  // namespace

std::optional<std::string> Prompt::line(const std::string& question, const std::string& present) {
  std::cout << question;
  if (!present.empty()) std::cout << " [" << present << ']';
  std::cout << ": ";
  auto answer = read_line();
  if (answer && answer->empty()) return present;
  return answer;
}

std::optional<std::string> Prompt::secret(const std::string& question) {
  std::cout << question << ": ";
  std::optional<std::string> answer;
  {
    const Hidden hidden;
    answer = read_line();
  }
  std::cout << '\n';
  if (answer && answer->find('\x03') != std::string::npos) return std::nullopt;
  return answer;
}

std::optional<bool> Prompt::yes(const std::string& question, bool present) {
  for (;;) {
    const auto answer = line(question + " (yes/no)", present ? "yes" : "no");
    if (!answer) return std::nullopt;
    if (*answer == "y" || *answer == "yes") return true;
    if (*answer == "n" || *answer == "no") return false;
  }
}

}  // namespace airspool::cli
