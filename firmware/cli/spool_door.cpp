// SPDX-License-Identifier: Apache-2.0
#include "cli/spool_door.h"

#include <utility>

#include <CLI/CLI.hpp>

#include <airspool/collector/control.h>

namespace airspool::cli {

void SpoolChoice::add_to(CLI::App& command) {
  layers.add_to(command);
  command.add_option("--path", path_option, "The spool's file; default: spool.path of the configuration")
      ->type_name("FILE");
}

Result<std::string> SpoolChoice::path() const {
  if (!path_option.empty()) return path_option;
  const config::LoadResult loaded = layers.load();
  // Everything that is wrong has been printed, line by line.
  if (!loaded) return fail(ErrorCode::kConfig, "");
  return loaded->config.spool.path;
}

Result<SpoolDoor> SpoolDoor::open(const std::string& path, spool::SpoolFile::Purpose purpose) {
  const auto running = collector::ask_control(collector::control_path(path), "spool.stat");
  if (running) return SpoolDoor(path, std::nullopt);
  if (running.error().code != ErrorCode::kNotFound) return tl::unexpected(running.error());
  auto file = spool::SpoolFile::open(path, purpose);
  if (!file) return tl::unexpected(file.error());
  return SpoolDoor(path, std::move(*file));
}

Result<std::string> SpoolDoor::ask(std::string_view command, const std::string& arguments) {
  if (file_) return file_->answer(command, arguments);
  auto answer = collector::ask_control(collector::control_path(path_), command, arguments);
  if (!answer && answer.error().code == ErrorCode::kNotFound) {
    return fail(ErrorCode::kUnavailable, path_ + ": the collector has ended meanwhile; run the command again");
  }
  return answer;
}

Result<spool::StoredPage> SpoolDoor::page(const spool::PageRequest& request) {
  const auto answer = ask(spool::kPageCommand, spool::to_json(request));
  if (!answer) return tl::unexpected(answer.error());
  return spool::page_from_json(*answer);
}

Result<spool::Requeued> SpoolDoor::requeue(const spool::RequeueRequest& request) {
  const auto answer = ask(spool::kRequeueCommand, spool::to_json(request));
  if (!answer) return tl::unexpected(answer.error());
  return spool::requeued_from_json(*answer);
}

Result<spool::CheckResult> SpoolDoor::check() {
  const auto answer = ask(spool::kCheckCommand, "{}");
  if (!answer) return tl::unexpected(answer.error());
  return spool::check_from_json(*answer);
}

Result<void> SpoolDoor::each(spool::PageRequest request, const Visit& visit) {
  for (bool more = true; more;) {
    const auto read = page(request);
    if (!read) return tl::unexpected(read.error());
    for (const spool::StoredBatch& batch : read->batches) {
      request.after = batch.row;
      const auto go_on = visit(batch);
      if (!go_on) return tl::unexpected(go_on.error());
      if (!*go_on) return {};
    }
    more = read->more && !read->batches.empty();
  }
  return {};
}

}  // namespace airspool::cli
