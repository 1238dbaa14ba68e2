// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>

#include "document.h"
#include "table.h"

namespace airspool::config {

// Checks `node` against the row and writes it into the slot; otherwise the slot keeps its value and the answer says
// what is wrong, and where: "station.lat must be a number from -90 to 90 degrees, not 95".
std::optional<Complaint> store(const Row& row, const Node& node, const Slot& slot);

// The same for one entry of a table with free names, where texts, numbers and booleans are all kept as text.
std::optional<Complaint> store_property(const Row& row, const Entry& entry, const Slot& slot);

// The value as TOML, without its secrets; nothing when it has none. A table with free names is not one value.
std::optional<std::string> render(const Row& row, const Slot& slot);

// What the row takes: "a number from -90 to 90", `"a" or "b"`, "a size from ... to ...".
std::string expectation(const Row& row);

// Whether a text on the command line is taken as it is, without TOML quotes.
bool takes_plain_text(const Row& row);
bool takes_list(const Row& row);

}  // namespace airspool::config
