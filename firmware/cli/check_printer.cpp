// SPDX-License-Identifier: Apache-2.0
#include "cli/check_printer.h"

#include <algorithm>
#include <iostream>
#include <string_view>

namespace airspool::cli {
namespace {

std::string_view word_of(CheckState state) {
  switch (state) {
    case CheckState::kGood:
      return "  ok    ";
    case CheckState::kWarning:
      return "  look  ";
    case CheckState::kFailed:
      return "  FAIL  ";
    case CheckState::kSkipped:
      break;
  }
  return "  -     ";
}

}  // namespace

void CheckPrinter::take(const collector::PartCheck& part) {
  header(part.part == "opensky" ? "OpenSky" : part.part);
  line(part.steps.back());
}

void CheckPrinter::take(const collector::SinkCheck& sink) {
  header("sink \"" + sink.sink + "\" (" + sink.type + ")");
  const auto& [target, step] = sink.steps.back();
  if (!target.empty() && target != target_) std::cout << "  " << target << '\n';
  target_ = target;
  line(step);
}

void CheckPrinter::header(const std::string& text) {
  if (text == header_) return;
  std::cout << (header_.empty() ? "" : "\n") << text << '\n';
  header_ = text;
  target_.clear();
}

void CheckPrinter::line(const CheckStep& step) {
  std::cout << word_of(step.state) << step.step << std::string(12 - std::min<std::size_t>(step.step.size(), 11), ' ')
            << step.detail << '\n';
  if (!step.next.empty()) std::cout << "          -> " << step.next << '\n';
  std::cout.flush();
}

}  // namespace airspool::cli
