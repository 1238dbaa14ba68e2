// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include <airspool/config/load.h>

#include "document.h"

namespace airspool::config {

// Who speaks: a file, a variable of the environment, or one setting of the command line.
struct Source {
  Origin::Layer layer = Origin::Layer::kFile;
  std::string name;         // for origins: the file's path, "--set"
  std::string given;        // for messages: the file's path, "--set radio.gain=x"
  bool is_drop_in = false;  // its lists add to what is there

  [[nodiscard]] bool has_lines() const { return layer == Origin::Layer::kFile || layer == Origin::Layer::kBoard; }
};

// A configuration while its layers are put on, with what was wrong so far.
struct Draft {
  Config config;
  std::map<std::string, Origin> origins;
  std::vector<std::string> files;  // in the order in which they were read
  // Concrete paths whose value was refused: no rule across keys is worth checking on them.
  std::set<std::string> broken;
  std::vector<Diagnostic> diagnostics;
  std::size_t omitted = 0;

  void complain(const Source& source, Place place, std::string message);
  // At the place where `path` was given.
  void complain_at(const std::string& path, std::string message);
  void set_origin(const std::string& path, const Source& source, Place place);
  // Forgets `path` and everything below it.
  void forget(std::string_view path);

  [[nodiscard]] bool is_given(const std::string& path) const { return origins.count(path) != 0; }
  [[nodiscard]] bool is_broken(const std::string& path) const { return broken.count(path) != 0; }

  // In file order, then the environment, then in the order of the command line; cut at kMaxDiagnostics.
  [[nodiscard]] Diagnostics take_diagnostics();

 private:
  [[nodiscard]] std::size_t rank(const Diagnostic& diagnostic) const;
  void add(Diagnostic diagnostic);
  // Settings as messages name them, by the option's place in `origins`.
  std::map<std::string, std::string> given_;
};

}  // namespace airspool::config
