// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace CLI {  // NOLINT(readability-identifier-naming): the library's
class App;
}

namespace airspool::cli {

// What the program knows of itself, as the documents that are installed with it: from the table of keys and from the
// descriptions of the commands, so that none of them can be wrong for long.
std::string markdown_of_configuration();         // the reference of keys
std::string manual_of_configuration();           // airspool.toml(5), as man(7) macros
std::string manual_of_program(CLI::App& app);    // airspool(1), the same
std::string completion_for_bash(CLI::App& app);  // commands, their options, keys behind --set

}  // namespace airspool::cli
