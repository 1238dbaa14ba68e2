// SPDX-License-Identifier: Apache-2.0
#include "aws/profile_file.h"

#include <algorithm>
#include <cctype>

#include "aws/credentials.h"

namespace airspool::uplink::aws {
namespace {

constexpr std::string_view kProfile = "profile";

bool is_blank(char c) { return c == ' ' || c == '\t'; }

std::string_view without_comment(std::string_view text) {
  for (std::size_t at = 1; at < text.size(); ++at) {
    if ((text[at] == '#' || text[at] == ';') && is_blank(text[at - 1])) return text.substr(0, at);
  }
  return text;
}

std::string_view without_quotes(std::string_view text) {
  const bool quoted = text.size() >= 2 && (text.front() == '"' || text.front() == '\'') && text.back() == text.front();
  return quoted ? text.substr(1, text.size() - 2) : text;
}

// Whether the text between the brackets of a section names the profile.
bool names(std::string_view section, ProfileFile kind, std::string_view name) {
  section = trimmed(section);
  const bool prefixed =
      section.size() > kProfile.size() && section.starts_with(kProfile) && is_blank(section[kProfile.size()]);
  if (kind == ProfileFile::kConfig && prefixed) return without_quotes(trimmed(section.substr(kProfile.size()))) == name;
  // Among settings a bare name is a profile only when it is the default one: [sso-session ..] and [services ..] are
  // none.
  if (kind == ProfileFile::kConfig && section != "default") return false;
  return without_quotes(section) == name;
}

}  // namespace

ProfileKeys read_profile(std::string_view text, ProfileFile kind, std::string_view name, bool& found) {
  ProfileKeys keys;
  found = false;
  bool inside = false;
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  while (!text.empty()) {
    const auto end = std::min(text.find('\n'), text.size());
    std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (!line.empty() && is_blank(line.front())) continue;
    line = trimmed(line);
    if (line.empty() || line.front() == '#' || line.front() == ';') continue;
    if (line.front() == '[') {
      const auto close = line.find(']');
      inside = close != line.npos && names(line.substr(1, close - 1), kind, name);
      found = found || inside;
      continue;
    }
    const auto equals = line.find('=');
    if (!inside || equals == line.npos) continue;
    std::string key(trimmed(line.substr(0, equals)));
    std::transform(key.begin(), key.end(), key.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    if (!key.empty()) keys[key] = std::string(trimmed(without_comment(line.substr(equals + 1))));
  }
  return keys;
}

}  // namespace airspool::uplink::aws
