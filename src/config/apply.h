// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>

#include "document.h"
#include "draft.h"

namespace airspool::config {

// Puts a document onto the draft: every value that the table knows is checked and stored, everything else is complained
// about. A list of tables in the document replaces the draft's.
void apply_document(const Node& document, const Source& source, Draft& draft);

// The same for keys of one sink that is there already.
void apply_to_sink(const Node& table, std::size_t index, const Source& source, Draft& draft);

}  // namespace airspool::config
