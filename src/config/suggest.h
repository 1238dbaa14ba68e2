// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <span>
#include <string_view>

namespace airspool::config {

// The candidate that somebody who wrote `word` most likely meant; nothing when none is near. Near is: a few letters
// wrong, missing, doubled or swapped (a third of the word at most), or one is the beginning of the other
// ("latitude", "password" for "password_file").
std::optional<std::string_view> nearest(std::string_view word, std::span<const std::string_view> candidates);

}  // namespace airspool::config
