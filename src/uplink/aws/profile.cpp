// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <string>

#include "aws/profile_file.h"
#include "aws/sources.h"
#include "private_file.h"

namespace airspool::uplink::aws {
namespace {

// The path that `variable` gives, else `usual` below the home folder; empty: there is neither.
std::string path_of(const World& world, const char* variable, const std::string& usual) {
  const std::string home = world.environment("HOME").value_or("");
  const auto given = world.environment(variable);
  if (!given) return home.empty() ? std::string() : home + usual;
  if (given->starts_with("~/") && !home.empty()) return home + given->substr(1);
  return *given;
}

// Ways to credentials that AWS's own tools know and we do not, in words.
std::string not_understood(const ProfileKeys& keys) {
  struct Way {
    const char* key;
    const char* what;
  };
  constexpr std::array<Way, 4> kWays{{{"credential_process", "runs a program"},
                                      {"sso_session", "logs a person in (SSO)"},
                                      {"sso_start_url", "logs a person in (SSO)"},
                                      {"role_arn", "assumes a role with the keys of another profile"}}};
  for (const Way& way : kWays) {
    if (keys.contains(way.key)) {
      return std::string("it ") + way.what + " (" + way.key +
             "), which is not done here: give it keys, or let a tool of AWS's write them there";
    }
  }
  return "it holds neither aws_access_key_id nor web_identity_token_file";
}

}  // namespace

Answer from_profile(const World& world, const std::string& named) {
  const auto by_environment = world.environment("AWS_PROFILE");
  const bool wanted = !named.empty() || by_environment.has_value();
  const std::string name = !named.empty() ? named : by_environment.value_or("default");
  const std::string who = "profile \"" + name + "\"";

  ProfileKeys keys;
  std::string files;
  bool any = false;
  const auto merge = [&](const std::string& path, ProfileFile kind) -> Result<void> {
    if (path.empty()) return {};
    files += (files.empty() ? "" : " and ") + path;
    auto text = read_small_file("AWS's file", path, Readers::kAnybody);
    if (!text && text.error().code == ErrorCode::kNotFound) return {};
    if (!text) return tl::unexpected(text.error());
    bool found = false;
    ProfileKeys more = read_profile(*text, kind, name, found);
    // A file of settings may be anybody's to read; one with a secret in it may not.
    if (more.contains("aws_secret_access_key")) {
      text = read_small_file("AWS's file", path, Readers::kOwnerOnly);
      if (!text) return tl::unexpected(text.error());
    }
    any = any || found;
    keys.merge(std::move(more));  // what is there already stays
    return {};
  };
  for (const auto& [path, kind] :
       {std::pair{path_of(world, "AWS_SHARED_CREDENTIALS_FILE", "/.aws/credentials"), ProfileFile::kCredentials},
        std::pair{path_of(world, "AWS_CONFIG_FILE", "/.aws/config"), ProfileFile::kConfig}}) {
    if (const auto merged = merge(path, kind); !merged) return tl::unexpected(failed(who, merged.error()));
  }
  if (!any) {
    if (!wanted) return std::nullopt;
    if (files.empty())
      return fail(ErrorCode::kNotFound, who + ": there is no home folder: set AWS_SHARED_CREDENTIALS_FILE");
    return fail(ErrorCode::kNotFound, who + " is in neither of its files (" + files + "): check its name");
  }
  const auto key = [&](const char* word) {
    const auto found = keys.find(word);
    return found == keys.end() ? std::string() : found->second;
  };
  if (keys.contains("aws_access_key_id") || keys.contains("aws_secret_access_key")) {
    auto credentials = checked({key("aws_access_key_id"), key("aws_secret_access_key"), key("aws_session_token")});
    if (credentials) return std::optional(std::move(*credentials));
    return fail(ErrorCode::kConfig, who + " in " + files + ": " + credentials.error().message);
  }
  if (keys.contains("web_identity_token_file") && keys.contains("role_arn")) {
    return assume_role_with_web_identity(world, key("web_identity_token_file"), key("role_arn"),
                                         key("role_session_name"));
  }
  // A default profile with a region and nothing else is no source that somebody set up.
  const std::string why = not_understood(keys);
  if (!wanted && !keys.contains("credential_process") && !keys.contains("sso_session") &&
      !keys.contains("sso_start_url") && !keys.contains("role_arn")) {
    return std::nullopt;
  }
  return fail(ErrorCode::kConfig, who + " in " + files + ": " + why);
}

}  // namespace airspool::uplink::aws
