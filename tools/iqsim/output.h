// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdio>
#include <memory>
#include <optional>
#include <span>
#include <string>

#include <airspool/core/result.h>
#include <airspool/radio/signal_simulator.h>

namespace airspool::iqsim {

// A file that is written from start to end; "-" is standard output. Every write is checked, so that a full disk is told
// and not found out later. One thread.
class OutputFile {
 public:
  // kNotFound (no such folder), kPermissionDenied, kIo.
  static Result<OutputFile> create(const std::string& path);

  std::optional<Error> write(std::span<const std::byte> bytes);
  std::optional<Error> write(const std::string& text);
  // What was written is with the system; the last chance to hear of a full disk.
  std::optional<Error> close();

 private:
  struct Closer {
    void operator()(std::FILE* file) const;
  };
  OutputFile(std::string name, std::FILE* file) : name_(std::move(name)), file_(file) {}
  [[nodiscard]] Error failure(const char* what) const;

  std::string name_;
  std::unique_ptr<std::FILE, Closer> file_;
};

// The lines that stand at the head of a truth file: what made it and what the columns are.
std::string truth_header(const radio::SimSettings& settings);
// One message as a line: tab-separated, '-' where there is nothing.
void append_truth(std::string& out, const radio::SentMessage& message);

}  // namespace airspool::iqsim
