// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include <airspool/core/result.h>

#include "sqlite.h"

namespace airspool::spool {

// "Airs": tells our file from any other SQLite database (PRAGMA application_id).
inline constexpr std::int64_t kApplicationId = 0x41697273;
// The format that this program writes (PRAGMA user_version). 1: the first; 2: segments of the clock, thinned batches,
// runs that spill. Tables and columns are explained in README.md.
inline constexpr std::int64_t kSchema = 2;

// Both inside a transaction of the caller, who commits it.
Result<void> make_schema(Database& database);  // in an empty file
// One step after the other from the format `from`, older than kSchema. A step adds columns with a default and tables:
// it rewrites no row, so that it needs next to no space and no time on a disk that is nearly full.
Result<void> migrate(Database& database, std::int64_t from);

}  // namespace airspool::spool
