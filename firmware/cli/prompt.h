// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>

namespace airspool::cli {

// Questions on the terminal, or on whatever standard input is. Nothing when the input has ended.
class Prompt {
 public:
  // An empty line is `present`. Blanks around the answer are not part of it.
  static std::optional<std::string> line(const std::string& question, const std::string& present);
  // A terminal does not show what is typed.
  static std::optional<std::string> secret(const std::string& question);
  static std::optional<bool> yes(const std::string& question, bool present);
};

}  // namespace airspool::cli
