// SPDX-License-Identifier: Apache-2.0
// A configuration file and settings of the command line from untrusted bytes: what stands before the first 0x01 is the
// file, each further part one setting. Whatever loads must show, and what it shows must load again.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include <airspool/config/load.h>
#include <airspool/config/reference.h>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace airspool::config;
  std::string_view rest(reinterpret_cast<const char*>(data), size);
  constexpr char kSeparator = '\x01';
  const std::string_view file = rest.substr(0, rest.find(kSeparator));
  std::vector<Setting> settings;
  rest.remove_prefix(file.size());
  while (!rest.empty() && settings.size() < 16) {
    rest.remove_prefix(1);
    const std::string_view part = rest.substr(0, rest.find(kSeparator));
    settings.push_back({"--set", std::string(part)});
    rest.remove_prefix(part.size());
  }

  const LoadResult loaded = load_text(file, "fuzz.toml", settings);
  if (!loaded) {
    if (loaded.error().list.empty() || loaded.error().list.size() > kMaxDiagnostics) std::abort();
    if (loaded.error().text().find('\x1b') != std::string::npos) std::abort();
    return 0;
  }
  const std::string shown = show_text(*loaded);
  const bool has_redacted = shown.find("***") != std::string::npos;
  if (!has_redacted && shown.size() < kMaxFileBytes && !load_text(shown, "shown.toml", {})) std::abort();
  return 0;
}
