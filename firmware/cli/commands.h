// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <airspool/core/result.h>

namespace CLI {  // NOLINT(readability-identifier-naming): the library's
class App;
}

// One function a subcommand of `airspool`. Each adds itself to `app`; when the user asked for it, it runs inside
// App::parse and leaves the process exit status (0, or a value of sysexits.h) in `exit_code`. Both references outlive
// the parse.
namespace airspool::cli {

void add_check(CLI::App& app, int& exit_code);
void add_config(CLI::App& app, int& exit_code);
void add_docs(CLI::App& app, int& exit_code);
void add_decode(CLI::App& app, int& exit_code);
void add_radio(CLI::App& app, int& exit_code);
void add_replay(CLI::App& app, int& exit_code);
void add_run(CLI::App& app, int& exit_code);
void add_setup(CLI::App& app, int& exit_code);
void add_spool(CLI::App& app, int& exit_code);
void add_status(CLI::App& app, int& exit_code);
void add_version(CLI::App& app, int& exit_code);

// Prints "airspool: MESSAGE" to stderr and gives the exit status that goes with the error.
int report(const Error& error);

}  // namespace airspool::cli
