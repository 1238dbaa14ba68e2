// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <string>
#include <string_view>

#include <airspool/config/reference.h>

#include "redact.h"
#include "table.h"
#include "text.h"
#include "value.h"

namespace airspool::config {
namespace {

constexpr std::size_t kOriginColumn = 44;

class Shower {
 public:
  // `only`: what this option gave, without origins; empty: everything.
  explicit Shower(const Loaded& loaded, std::string_view only = {})
      : loaded_(loaded), only_(only), config_(loaded.config) {}

  std::string run() {
    for (const Row& row : table()) {
      const std::string_view section = section_of(row.path);
      if (section == section_) continue;
      section_ = section;
      const std::size_t brackets = section.find("[]");
      if (brackets == std::string_view::npos) {
        show_section(section, spoken(section), Scope{.config = &config_});
      } else if (brackets + 2 == section.size()) {  // sections inside a list's elements come with their element
        show_list(*find_list(section.substr(0, brackets)));
      }
    }
    return std::move(out_);
  }

 private:
  void show_list(const List& list) {
    Scope scope{.config = &config_};
    const std::string section = std::string(list.path) + "[]";
    for (std::size_t i = 0; i < list.size(config_); ++i) {
      list.select(scope, i);
      const std::string concrete = std::string(list.path) + "[" + std::to_string(i) + "]";
      header("[[" + std::string(list.path) + "]]");
      show_keys(section, concrete, scope);
      if (scope.sink != nullptr && !scope.sink->properties.empty()) show_properties(*scope.sink, concrete);
    }
  }

  void show_section(std::string_view section, const std::string& concrete, Scope scope) {
    // Looking at a section that may be absent would make it.
    if (section == "opensky.around" && !config_.opensky.around) return;
    header("[" + std::string(section) + "]");
    show_keys(section, concrete, scope);
  }

  void show_keys(std::string_view section, const std::string& concrete, Scope scope) {
    for (const Row& row : table()) {
      if (section_of(row.path) != section || (scope.sink != nullptr && !applies_to(row, scope.sink->type))) continue;
      const std::string key(last_part(row.path));
      const std::string origin = loaded_.origin(below(concrete, key)).label();
      // A sink goes by its name, whoever gave that.
      const bool names_a_sink = row.path == "sink[].name" && has_given(concrete);
      if (!only_.empty() && origin != only_ && !names_a_sink) continue;
      if (const auto value = render(row, row.slot(scope))) {
        line(std::string(key).append(" = ").append(*value), origin);
      } else {
        line(std::string("# ").append(key).append(" is not set: ").append(row.absent), origin);
      }
    }
  }

  void show_properties(const Sink& sink, const std::string& concrete) {
    header("[sink.properties]");
    const std::string properties = below(concrete, "properties");
    for (const auto& [name, value] : sink.properties) {
      const std::string shown = is_secret_name(name) ? std::string(kRedacted) : redact_url(value);
      const std::string origin = loaded_.origin(below(properties, name)).label();
      if (!only_.empty() && origin != only_) continue;
      line(toml_key(name).append(" = ").append(toml_string(shown)), origin);
    }
  }

  [[nodiscard]] bool has_given(const std::string& concrete) const {
    return std::any_of(loaded_.origins.begin(), loaded_.origins.end(), [&](const auto& entry) {
      return entry.first.starts_with(concrete + ".") && entry.second.label() == only_;
    });
  }

  // Comes with its first line.
  void header(const std::string& text) {
    header_ = text;
    if (only_.empty()) show_header();
  }
  void show_header() {
    if (header_.empty()) return;
    if (!out_.empty()) out_ += '\n';
    out_ += header_ + '\n';
    header_.clear();
  }

  void line(std::string text, const std::string& origin) {
    show_header();
    if (!only_.empty()) {
      out_ += text + '\n';
      return;
    }
    text.resize(std::max(text.size() + 1, kOriginColumn), ' ');
    out_ += text + " # " + printable(origin, 512) + '\n';
  }

  const Loaded& loaded_;
  std::string_view only_;
  std::string header_;  // not shown yet
  Config config_;       // a copy: slots are writable
  std::string_view section_;
  std::string out_;
};

}  // namespace

std::string show_text(const Loaded& loaded) { return Shower(loaded).run(); }
std::string given_text(const Loaded& loaded, std::string_view option) { return Shower(loaded, option).run(); }

}  // namespace airspool::config
