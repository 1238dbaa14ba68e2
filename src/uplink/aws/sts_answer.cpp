// SPDX-License-Identifier: Apache-2.0
#include "aws/sts_answer.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <optional>
#include <vector>

namespace airspool::uplink::aws {
namespace {

using std::string_view;

constexpr std::size_t kDeepest = 16;
constexpr std::size_t kLongestCode = 128;

// Text between tags with its five named entities put back; nothing when there is another one.
std::optional<std::string> unescaped(string_view text) {
  struct Entity {
    string_view name;
    char character;
  };
  constexpr std::array<Entity, 5> kEntities{
      {{"&amp;", '&'}, {"&lt;", '<'}, {"&gt;", '>'}, {"&quot;", '"'}, {"&apos;", '\''}}};
  std::string out;
  while (!text.empty()) {
    if (text.front() != '&') {
      out += text.front();
      text.remove_prefix(1);
      continue;
    }
    const auto* const entity = std::find_if(kEntities.begin(), kEntities.end(),
                                            [&](const Entity& known) { return text.starts_with(known.name); });
    if (entity == kEntities.end()) return std::nullopt;
    out += entity->character;
    text.remove_prefix(entity->name.size());
  }
  return out;
}

// Where a tag that begins at `text` ends: behind its '>', which may stand in a quoted value before.
std::size_t tag_length(string_view text) {
  char quote = '\0';
  for (std::size_t at = 1; at < text.size(); ++at) {
    if (quote != '\0') {
      if (text[at] == quote) quote = '\0';
    } else if (text[at] == '"' || text[at] == '\'') {
      quote = text[at];
    } else if (text[at] == '>') {
      return at + 1;
    }
  }
  return 0;
}

// The text of the first element that lies in `parent` and is named `name`; nothing when there is none, or the document
// is not well formed up to there.
std::optional<std::string> find(string_view xml, string_view parent, string_view name) {
  std::vector<string_view> open;
  std::string text;
  while (!xml.empty()) {
    if (xml.front() != '<') {
      const auto end = std::min(xml.find('<'), xml.size());
      const auto piece = unescaped(xml.substr(0, end));
      if (!piece) return std::nullopt;
      text += *piece;
      xml.remove_prefix(end);
      continue;
    }
    if (xml.starts_with("<!--")) {
      const auto end = xml.find("-->", 4);
      if (end == xml.npos) return std::nullopt;
      xml.remove_prefix(end + 3);
      continue;
    }
    if (xml.starts_with("<!")) return std::nullopt;
    const std::size_t length = tag_length(xml);
    if (length < 3) return std::nullopt;
    const string_view tag = xml.substr(1, length - 2);  // between < and >
    xml.remove_prefix(length);
    if (tag.front() == '?') continue;
    if (tag.front() == '/') {
      const string_view closed = trimmed(tag.substr(1));
      if (open.empty() || open.back() != closed) return std::nullopt;
      open.pop_back();
      if (closed == name && !open.empty() && open.back() == parent) return text;
      text.clear();
      continue;
    }
    text.clear();
    const string_view opened = tag.substr(0, tag.find_first_of(" \t\r\n/"));
    if (opened.empty()) return std::nullopt;
    if (tag.back() == '/') continue;
    if (open.size() == kDeepest) return std::nullopt;
    open.push_back(opened);
  }
  return std::nullopt;
}

}  // namespace

Result<Credentials> parse_sts_credentials(string_view xml) {
  const auto part = [&](string_view name) { return std::string(trimmed(find(xml, "Credentials", name).value_or(""))); };
  Credentials credentials{part("AccessKeyId"), part("SecretAccessKey"), part("SessionToken")};
  const std::string expires = part("Expiration");
  credentials.expires = parse_time(expires);
  auto good = checked(std::move(credentials));
  if (good && good->session_token.empty()) return fail(ErrorCode::kInvalidData, "there is no session token in it");
  if (good && !good->expires) return fail(ErrorCode::kInvalidData, "its expiration is no time");
  return good;
}

std::string sts_error_code(string_view xml) {
  std::string code(trimmed(find(xml, "Error", "Code").value_or("")));
  const bool plain = code.size() <= kLongestCode && std::all_of(code.begin(), code.end(), [](unsigned char c) {
                       return std::isalnum(c) != 0 || c == '.';
                     });
  return plain ? code : std::string();
}

}  // namespace airspool::uplink::aws
