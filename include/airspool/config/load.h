// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <airspool/config/board.h>
#include <airspool/config/config.h>
#include <airspool/core/result.h>

namespace airspool::config {

inline constexpr std::string_view kDefaultFile = "/etc/airspool/airspool.toml";
// Beside the file: each *.toml in it is read too, in the order of the names.
inline constexpr std::string_view kDropInFolder = "conf.d";
inline constexpr std::size_t kMaxDropIns = 64;
// More than a person writes; a file beyond it is an error, whatever it holds.
inline constexpr std::size_t kMaxFileBytes = 256 * 1024;
inline constexpr std::size_t kMaxDiagnostics = 100;

// One value from the command line.
struct Setting {
  std::string option;      // how messages and `config show` name it: "--set", "--gain"
  std::string assignment;  // "section.key=value", "sink.<name>.key=value"
};

// A classic option of other decoders and the key it stands for.
struct ClassicOption {
  std::string_view option;  // "--lat"
  std::string_view key;     // "station.lat"
  std::string_view value;   // what a bare switch such as --quiet sets; empty: the option takes a value
  std::string_view doc;
};
const std::vector<ClassicOption>& classic_options();
// The setting that `--gain 38.6` or `--quiet` stands for; nothing when `option` is not in classic_options().
std::optional<Setting> classic_setting(std::string_view option, std::string_view value);

struct LoadRequest {
  // The file named on the command line; it must exist. Nothing: default_file, when that exists.
  std::optional<std::string> file;
  std::string default_file = std::string(kDefaultFile);
  // A file of conf.d that is passed over; empty: none. For what would be without it.
  std::string without;
  // The board whose overlay, `<boards_folder>/<name>/board.toml`, is the weakest layer when it is there.
  Board board;
  std::string boards_folder = std::string(kBoardsFolder);
  // "NAME=VALUE" each, as in environ(7). AIRSPOOL_<SECTION>__<KEY> is a setting, AIRSPOOL_SINK__<NAME>__<KEY> one of
  // that sink, AIRSPOOL_SINK__<NAME>__PROPERTIES__<P> librdkafka's property with '_' for '.'; other names are passed
  // over.
  std::vector<std::string> environment;
  std::vector<Setting> settings;  // in the order given; the last one wins
};

// Where a value comes from. Layers, weakest first: built-in, the board's overlay, files, environment, command line.
struct Origin {
  enum class Layer : std::uint8_t { kDefault, kBoard, kFile, kEnvironment, kCommandLine };
  Layer layer = Layer::kDefault;
  std::string source;  // the file's path, the variable's name, or the option ("--set")
  std::uint32_t line = 0;
  std::uint32_t column = 0;

  // "default", "/etc/airspool/airspool.toml:12", "AIRSPOOL_RADIO__GAIN", "--set".
  [[nodiscard]] std::string label() const;
};

struct Loaded {
  Config config;
  // By concrete path: "station.lat", "sink[0].topic", "sink[0].properties.client.rack", and the tables themselves
  // ("sink[0]"). What is not in here has its default.
  std::map<std::string, Origin> origins;
  std::string file;                // the main file that was read; empty: there was none
  std::vector<std::string> files;  // all that were read, weakest first: the board's overlay, the file, conf.d
  Board board;
  std::string overlay;  // of the board, when there was one

  [[nodiscard]] Origin origin(const std::string& path) const;
};

// One thing that is wrong. The message names the key and the next step, without secrets and control characters.
struct Diagnostic {
  std::string source;        // the file's path, or the setting or variable as it was given
  std::uint32_t line = 0;    // from 1, in a file; 0 for a setting
  std::uint32_t column = 0;  // from 1, in characters
  std::string message;

  // "FILE:LINE:COLUMN: MESSAGE" or "--set KEY=VALUE: MESSAGE".
  [[nodiscard]] std::string text() const;
};

// Everything that is wrong, in file order, then the environment, then in the order of the command line; at most
// kMaxDiagnostics of it.
struct Diagnostics {
  std::vector<Diagnostic> list;
  std::size_t omitted = 0;  // how many more there were

  // One line each, and "... and N more" when some were left out.
  [[nodiscard]] std::string text() const;
};

using LoadResult = tl::expected<Loaded, Diagnostics>;

// Reads and checks all layers. Never throws, never waits (a pipe or device is refused), reads at most kMaxFileBytes of
// a file. A later layer replaces single values and lists; but [[sink]] and the other lists at the top level of a file
// in conf.d add to what is there, and a sink of a name that is there already changes only its keys.
// Failures are configuration errors: exit_status(ErrorCode::kConfig).
LoadResult load(const LoadRequest& request);

// What is allowed and still deserves a word, one sentence each.
std::vector<std::string> cautions(const Config& config);

// The same for text that is already in memory; `name` stands for the file's path.
LoadResult load_text(std::string_view text, std::string_view name, const std::vector<Setting>& settings);

}  // namespace airspool::config
