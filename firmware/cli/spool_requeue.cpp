// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <iostream>
#include <memory>
#include <set>
#include <string>

#include <CLI/CLI.hpp>

#include "cli/commands.h"
#include "cli/spool_commands.h"
#include "cli/spool_door.h"

namespace airspool::cli {
namespace {

struct RequeueOptions {
  SpoolChoice choice;
  std::string sink;
  std::string reason;
};

Result<int> requeue(const RequeueOptions& options) {
  const auto path = options.choice.path();
  if (!path) return exit_status(ErrorCode::kConfig);
  auto door = SpoolDoor::open(*path, spool::SpoolFile::Purpose::kChange);
  if (!door) return tl::unexpected(door.error());
  spool::RequeueRequest request{options.sink, options.reason};
  std::int64_t batches = 0;
  std::int64_t records = 0;
  std::set<std::string> gone;
  for (bool more = true; more;) {
    const auto told = door->requeue(request);
    if (!told) return tl::unexpected(told.error());
    batches += told->batches;
    records += told->records;
    gone.insert(told->gone.begin(), told->gone.end());
    more = told->more && told->after > request.after;
    request.after = told->after;
  }
  for (const std::string& sink : gone) {
    std::cerr << "airspool: dead letters of '" << sink << "' stay where they are: no sink has that name any more\n";
  }
  std::cout << batches << " batches with " << records << " records wait for their sink again"
            << (door->running() || batches == 0 ? "" : "; they are sent when the collector runs") << '\n';
  return 0;
}

}  // namespace

void add_spool_requeue(CLI::App& spool, int& exit_code) {
  auto options = std::make_shared<RequeueOptions>();
  CLI::App* command = spool.add_subcommand("requeue-dead", "Try dead letters again, when their cause is gone");
  options->choice.add_to(*command);
  command->add_option("--sink", options->sink, "Only those that this sink rejected")->type_name("NAME");
  command->add_option("--reason", options->reason, "Only those whose reason contains this text")->type_name("TEXT");
  command->footer(
      "\n'airspool spool list --dead' shows them with their reasons. Each becomes a batch that only its sink waits "
      "for,\n"
      "with the same records under the same record_id: a lake that has them already sees no second one.");
  command->callback([options, &exit_code] {
    const Result<int> done = requeue(*options);
    exit_code = done ? *done : report(done.error());
  });
}

}  // namespace airspool::cli
