// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace CLI {  // NOLINT(readability-identifier-naming): the library's
class App;
}

// What `airspool spool` can do: one function a command, as in commands.h; `spool` is the command above them.
namespace airspool::cli {

void add_spool_stat(CLI::App& spool, int& exit_code);
void add_spool_list(CLI::App& spool, int& exit_code);
void add_spool_export(CLI::App& spool, int& exit_code);
void add_spool_drain(CLI::App& spool, int& exit_code);
void add_spool_verify(CLI::App& spool, int& exit_code);
void add_spool_requeue(CLI::App& spool, int& exit_code);

}  // namespace airspool::cli
