// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include <airspool/config/config.h>

namespace airspool::config {

// The objects that a row's value may live in. `sink`, `input`, `output` and `area` point at the element at hand, and
// are null outside their lists.
struct Scope {
  Config* config = nullptr;
  Sink* sink = nullptr;
  Input* input = nullptr;
  Output* output = nullptr;
  Area* area = nullptr;
};

// A word chosen out of the row's `words`: an enumeration whose numbers are their order.
struct WordSlot {
  std::uint8_t* number = nullptr;
};
// A number of bytes, written as an integer or as "256 MiB".
struct SizeSlot {
  std::int64_t* bytes = nullptr;
};
struct OptionalSizeSlot {
  std::optional<std::int64_t>* bytes = nullptr;
};

// Where a row's value lives; its alternative is the row's type.
using Slot = std::variant<bool*, std::int64_t*, double*, std::optional<double>*, std::string*,
                          std::optional<std::string>*, std::vector<std::string>*, std::map<std::string, std::string>*,
                          Gain*, WordSlot, SizeSlot, OptionalSizeSlot>;

// What a text must look like, beyond being a text.
enum class Rule : std::uint8_t {
  kAny,
  kStationName,
  kSinkName,
  kHost,
  kHostMaybePort,  // host or host:port
  kConnect,        // host:port
  kListen,         // address:port; port 0 lets the system choose
  kHttpUrl,
  kMqttUrl,
  kAddress,  // six hexadecimal digits
  kTopic,
  kTopicOrNone,
  kAircraftTopic,
  kProxyUrl,
};

enum class Secrecy : std::uint8_t {
  kNone,
  kUrl,     // the password inside it
  kByName,  // a property whose name says so
};

// One key. `path` has "[]" behind the name of a list of tables, and ends in ".*" when any name may stand there.
struct Row {
  std::string_view path;
  Slot (*slot)(Scope&) = nullptr;
  std::string_view doc;
  std::string_view unit = {};
  std::optional<double> min = std::nullopt;
  std::optional<double> max = std::nullopt;
  std::span<const std::string_view> words = {};
  std::span<const std::int64_t> choices = {};
  Rule rule = Rule::kAny;
  // What happens without a value, where the default is no value.
  std::string_view absent = {};
  bool required = false;
  // Types of sink that have this key; empty: every type.
  std::string_view sink_types = {};
  Secrecy secrecy = Secrecy::kNone;
  // Whether a board's overlay may set it.
  bool of_board = false;
};

// The truth about configuration, in the order in which it is documented and shown: a section's own keys stand together
// and before those of the sections inside it, as TOML wants them.
std::span<const Row> table();

// One of everything, with its defaults: what a row says without any file.
struct Specimen {
  Config config;
  Sink sink;
  Input input;
  Output output;
  Area area;

  Slot slot(const Row& row) {
    Scope scope{&config, &sink, &input, &output, &area};
    return row.slot(scope);
  }
};

// A list of tables in the file.
struct List {
  std::string_view path;  // "sink", "opensky.area"
  std::size_t (*size)(const Config&) = nullptr;
  void (*resize)(Config&, std::size_t) = nullptr;
  void (*select)(Scope&, std::size_t) = nullptr;
};
std::span<const List> lists();
const List* find_list(std::string_view path);

const Row* find_row(std::string_view path);
// Whether any key lies below `path` ("opensky.around", "sink[]").
bool has_keys_below(std::string_view path);
// "sink[0]", "topic" -> "sink[0].topic"; the key alone at the top level.
std::string below(std::string_view section, std::string_view key);
// "sink[].topic" -> "sink.topic": how messages name a key.
std::string spoken(std::string_view path);
// The part of a path behind its last section: "sink[].topic" -> "topic", "sink[].properties.*" -> "*".
std::string_view last_part(std::string_view path);
// The part before: "sink[]".
std::string_view section_of(std::string_view path);

// Whether a sink of this type has the key.
bool applies_to(const Row& row, SinkType type);
std::string_view word_for(SinkType type);

}  // namespace airspool::config
