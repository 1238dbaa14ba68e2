// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <airspool/config/load.h>

namespace airspool::config {

// One key as documentation shows it. Made from the same table that reads the file.
struct KeyDoc {
  std::string path;           // "station.lat", "sink[].brokers", "sink[].properties.*"
  std::string type;           // "number from -90 to 90"; words are listed
  std::string default_value;  // as TOML, or in words in parentheses when it depends on something
  std::string unit;           // "degrees", "s"; empty where there is none
  std::string applies_to;     // types of sink that know the key: "kafka, mqtt"; empty: all
  std::string doc;            // one sentence
  bool required = false;
  bool secret = false;  // its value, or the password inside it, is never printed
};

// Every key, in the order of the table: sections as a person fills them in.
const std::vector<KeyDoc>& key_docs();

// The reference as text for a terminal. `section` limits it ("radio", "sink"); empty: everything. An empty answer means
// that there is no such section.
std::string reference_text(std::string_view section);

// Every value and where it comes from, in table order: TOML with the origin as a trailing comment, keys without a value
// commented out, secrets replaced by "***". Without secrets it can be loaded again.
std::string show_text(const Loaded& loaded);

// As TOML, what the option or variable of this name (Setting::option) gave: what can be kept in a file of conf.d. Not
// for URLs with passwords in them, which it replaces as show_text does.
std::string given_text(const Loaded& loaded, std::string_view option);

}  // namespace airspool::config
