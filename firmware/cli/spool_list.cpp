// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <cstdio>
#include <iostream>
#include <memory>
#include <string>

#include <CLI/CLI.hpp>
#include <signal.h>

#include "cli/commands.h"
#include "cli/output_stream.h"
#include "cli/spool_commands.h"
#include "cli/spool_door.h"
#include "cli/utc_time.h"

namespace airspool::cli {
namespace {

struct ListOptions {
  SpoolChoice choice;
  bool dead = false;
  bool json = false;
};

std::string joined(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) {
    if (!text.empty()) text += ',';
    text += word;
  }
  return text.empty() ? "-" : text;
}

std::string state_of(const spool::StoredBatch& batch) {
  std::string state;
  if (batch.held) state += "waits for the clock";
  if (batch.thinned) state += state.empty() ? "thinned" : ", thinned";
  if (batch.header.simulated) state += state.empty() ? "simulated" : ", simulated";
  if (!batch.reason.empty()) state += (state.empty() ? "" : ", ") + batch.reason;
  return state;
}

std::string row_of(const spool::StoredBatch& batch) {
  const spool::BatchHeader& header = batch.header;
  // Sealed by a clock that is not believed: no time to show.
  const std::string sealed = batch.held ? "-                   " : format_utc(header.sealed);
  std::array<char, 160> columns{};
  std::snprintf(columns.data(), columns.size(), "%10lld  %s  %7u  %9lld  %s %lld-%lld  ",
                static_cast<long long>(batch.row), sealed.c_str(), header.count, static_cast<long long>(batch.size),
                header.spool_id.c_str(), static_cast<long long>(header.first_seq),
                static_cast<long long>(header.last_seq));
  std::string row = columns.data() + joined(batch.sinks);
  if (const std::string state = state_of(batch); !state.empty()) row += "  " + state;
  return row + '\n';
}

Result<void> list(const ListOptions& options, const std::string& path, OutputStream& out) {
  auto door = SpoolDoor::open(path);
  if (!door) return tl::unexpected(door.error());
  if (!options.json) {
    const char* last = options.dead ? "REJECTED BY" : "WAITED FOR BY";
    if (auto done =
            out.write(std::string("        ID  SEALED (UTC)          RECORDS      BYTES  RUN AND SEQ  ") + last + '\n');
        !done) {
      return done;
    }
  }
  auto done = door->each({.dead = options.dead, .rows = 500}, [&](const spool::StoredBatch& batch) -> Result<bool> {
    auto written = out.write(options.json ? spool::to_json(batch) + '\n' : row_of(batch));
    if (!written) return tl::unexpected(written.error());
    return true;
  });
  if (done) done = out.commit();
  return done;
}

int run(const ListOptions& options) {
  const auto path = options.choice.path();
  if (!path) return exit_status(ErrorCode::kConfig);
  ::signal(SIGPIPE, SIG_IGN);
  OutputStream out = OutputStream::standard_output();
  const auto done = list(options, *path, out);
  if (done || out.reader_gone()) return 0;
  return report(done.error());
}

}  // namespace

void add_spool_list(CLI::App& spool, int& exit_code) {
  auto options = std::make_shared<ListOptions>();
  CLI::App* command = spool.add_subcommand("list", "The batches that are stored, or the dead letters");
  options->choice.add_to(*command);
  command->add_flag("--dead", options->dead, "The dead letters: what a sink rejected for good, and why");
  command->add_flag("--json", options->json, "One JSON object a line instead of a table");
  command->footer(
      "\nOldest first. RUN AND SEQ: the record_id of its records is RUN-SEQ. WAITED FOR BY: sinks that have not\n"
      "acknowledged it; it is deleted when there is none left. Records of the last seconds are not stored yet.");
  command->callback([options, &exit_code] { exit_code = run(*options); });
}

}  // namespace airspool::cli
