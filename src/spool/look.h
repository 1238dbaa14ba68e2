// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include <airspool/core/result.h>

#include "lock_file.h"
#include "store.h"

namespace airspool::spool {

// The file of a spool that nobody runs, and the lock that keeps it so.
struct Looked {
  LockFile lock;  // let go of after the store is closed
  Store store;
};
// Changes nothing in it with Purpose::kLook. Errors as Spool::inspect() (spool_open.cpp).
Result<Looked> open_to_look(const std::string& path, Purpose purpose = Purpose::kLook);

}  // namespace airspool::spool
