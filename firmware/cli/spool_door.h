// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include <airspool/core/result.h>
#include <airspool/spool/browse.h>

#include "cli/config_layers.h"

namespace airspool::cli {

// What all commands of `airspool spool` take: which spool.
struct SpoolChoice {
  ConfigLayers layers;
  std::string path_option;

  // --config, --set and --path.
  void add_to(CLI::App& command);
  // The spool's file. What is wrong has then been printed.
  [[nodiscard]] Result<std::string> path() const;
};

// The way to a spool: through the collector that runs it, else the file itself, whose lock we then hold. One thread.
class SpoolDoor {
 public:
  static Result<SpoolDoor> open(const std::string& path,
                                spool::SpoolFile::Purpose purpose = spool::SpoolFile::Purpose::kLook);

  [[nodiscard]] bool running() const { return !file_; }
  [[nodiscard]] const std::string& path() const { return path_; }

  // Questions and answers of spool/browse.h.
  Result<spool::StoredPage> page(const spool::PageRequest& request);
  Result<spool::Requeued> requeue(const spool::RequeueRequest& request);
  Result<spool::CheckResult> check();

  // All batches, or dead letters, page after page, until `visit` says false. The error is the spool's or the visitor's.
  using Visit = std::function<Result<bool>(const spool::StoredBatch& batch)>;
  Result<void> each(spool::PageRequest request, const Visit& visit);

 private:
  SpoolDoor(std::string path, std::optional<spool::SpoolFile> file) : path_(std::move(path)), file_(std::move(file)) {}
  Result<std::string> ask(std::string_view command, const std::string& arguments);

  std::string path_;
  std::optional<spool::SpoolFile> file_;
};

}  // namespace airspool::cli
