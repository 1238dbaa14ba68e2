// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace airspool::spool {

// Every other record of each aircraft in the NDJSON text of a batch; lines of a `kind` (start, gap) all stay. What
// stays is unchanged, byte for byte. `round` is how often the batch was thinned before, `batch` its id: an aircraft
// with one record a batch keeps it in every other batch, in the next round in every fourth, and so on, and half of the
// aircraft keep theirs in the batches where the other half lose theirs. At least one record stays.
struct ThinnedText {
  std::string text;
  std::int64_t records = 0;
};
ThinnedText thin_ndjson(std::string_view text, std::int64_t batch, int round);

}  // namespace airspool::spool
