// SPDX-License-Identifier: Apache-2.0
#include "cli/commands.h"

namespace airspool::cli {
void add_decode(CLI::App&, int&) {}
}  // namespace airspool::cli
