// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <filesystem>
#include <string>
#include <system_error>
#include <utility>
#include <variant>

#include <airspool/config/load.h>

#include "apply.h"
#include "assignment.h"
#include "cross_check.h"
#include "document.h"
#include "draft.h"
#include "environment.h"
#include "read_file.h"

namespace airspool::config {
namespace {

// Puts the layers onto a draft, one after another.
class Loader {
 public:
  // False when it is no TOML: then the rest is not worth checking.
  bool text(std::string_view text, const Source& source) {
    draft_.files.push_back(source.name);
    if (text.size() > kMaxFileBytes) {
      draft_.complain(source, {}, "the text is too large");
      return readable_ = false;
    }
    const auto parsed = parse_document(text);
    if (const Complaint* complaint = std::get_if<Complaint>(&parsed)) {
      draft_.complain(source, complaint->place, complaint->message);
      return readable_ = false;
    }
    apply_document(std::get<Node>(parsed), source, draft_);
    name_sinks(draft_);
    return true;
  }

  // A file that may be missing is passed over; whether it was read.
  bool file(const Source& source, bool may_be_missing) {
    const Result<std::string> content = read_file(source.name);
    if (content) return text(*content, source);
    if (may_be_missing && content.error().code == ErrorCode::kNotFound) return false;
    draft_.complain(source, {}, content.error().message);
    return readable_ = false;
  }

  void drop_ins(const std::string& main_file, const std::string& without) {
    const std::filesystem::path folder = std::filesystem::path(main_file).parent_path() / kDropInFolder;
    const Source whole{Origin::Layer::kFile, folder.string(), folder.string()};
    std::error_code error;
    std::vector<std::string> names;
    for (std::filesystem::directory_iterator entry(folder, error), end; !error && entry != end;
         entry.increment(error)) {
      const std::string name = entry->path().filename().string();
      if (name.ends_with(".toml") && !name.starts_with('.')) names.push_back(name);
      if (names.size() > kMaxDropIns) {
        draft_.complain(whole, {}, "more than " + std::to_string(kMaxDropIns) + " files, which no configuration has");
        readable_ = false;
        return;
      }
    }
    if (error && error != std::errc::no_such_file_or_directory && error != std::errc::not_a_directory) {
      draft_.complain(whole, {}, "cannot look into the folder: " + error.message());
      readable_ = false;
      return;
    }
    std::sort(names.begin(), names.end());
    for (const std::string& name : names) {
      const std::string path = (folder / name).string();
      if (path == without) continue;
      file({Origin::Layer::kFile, path, path, true}, false);
    }
  }

  LoadResult finish(const std::vector<std::string>& environment, const std::vector<Setting>& settings) {
    if (!readable_) return tl::make_unexpected(draft_.take_diagnostics());
    apply_settings(environment_settings(environment, draft_), Origin::Layer::kEnvironment, draft_);
    name_sinks(draft_);
    apply_settings(settings, Origin::Layer::kCommandLine, draft_);
    name_sinks(draft_);
    settle(draft_);
    cross_check(draft_);
    if (!draft_.diagnostics.empty()) return tl::make_unexpected(draft_.take_diagnostics());
    Loaded loaded;
    loaded.config = std::move(draft_.config);
    loaded.origins = std::move(draft_.origins);
    loaded.files = std::move(draft_.files);
    return loaded;
  }

 private:
  Draft draft_;
  bool readable_ = true;
};

}  // namespace

const std::vector<ClassicOption>& classic_options() {
  static const std::vector<ClassicOption> kOptions{
      {"--lat", "station.lat", "", "Latitude of the antenna in degrees"},
      {"--lon", "station.lon", "", "Longitude of the antenna in degrees"},
      {"--gain", "radio.gain", "", "Tuner gain in dB, or auto, or agc"},
      {"--ppm", "radio.ppm", "", "Frequency correction of the dongle"},
      {"--device", "radio.device", "", "Serial number or index of the dongle"},
      {"--quiet", "log.level", "warning", "Log only warnings and errors"},
  };
  return kOptions;
}

std::optional<Setting> classic_setting(std::string_view option, std::string_view value) {
  for (const ClassicOption& classic : classic_options()) {
    if (classic.option != option) continue;
    const std::string_view used = classic.value.empty() ? value : classic.value;
    return Setting{std::string(option), std::string(classic.key) + "=" + std::string(used)};
  }
  return std::nullopt;
}

LoadResult load(const LoadRequest& request) {
  Loader loader;
  const std::string overlay =
      (std::filesystem::path(request.boards_folder) / request.board.name / "board.toml").string();
  const bool has_overlay = !request.board.name.empty() && loader.file({Origin::Layer::kBoard, overlay, overlay}, true);
  const std::string& path = request.file ? *request.file : request.default_file;
  const bool has_file = loader.file({Origin::Layer::kFile, path, path}, !request.file.has_value());
  loader.drop_ins(path, request.without);
  LoadResult loaded = loader.finish(request.environment, request.settings);
  if (!loaded) return loaded;
  loaded->board = request.board;
  if (has_overlay) loaded->overlay = overlay;
  if (has_file) loaded->file = path;
  return loaded;
}

LoadResult load_text(std::string_view text, std::string_view name, const std::vector<Setting>& settings) {
  Loader loader;
  loader.text(text, {Origin::Layer::kFile, std::string(name), std::string(name)});
  LoadResult loaded = loader.finish({}, settings);
  if (loaded) loaded->file = name;
  return loaded;
}

}  // namespace airspool::config
