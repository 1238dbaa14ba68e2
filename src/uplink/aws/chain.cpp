// SPDX-License-Identifier: Apache-2.0
#include "aws/chain.h"

#include <charconv>
#include <chrono>
#include <functional>
#include <utility>
#include <vector>

#include <airspool/core/log.h>

#include "aws/sources.h"

namespace airspool::uplink::aws {
namespace {

constexpr std::chrono::minutes kEarly{5};

// AWS_METADATA_SERVICE_TIMEOUT, in whole seconds: for those whose link to the instance metadata is slow.
std::optional<std::chrono::milliseconds> nearby(const Environment& environment) {
  const auto text = environment("AWS_METADATA_SERVICE_TIMEOUT");
  if (!text) return std::nullopt;
  int seconds = 0;
  const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), seconds);
  if (error != std::errc() || end != text->data() + text->size() || seconds < 1 || seconds > 60) return std::nullopt;
  return std::chrono::seconds(seconds);
}

struct Source {
  const char* name;
  std::function<Answer()> ask;
};

// What the configuration names, alone: a box that was told who it is must not be somebody else when that fails.
std::vector<Source> sources(const AwsCredentialSettings& settings, const World& world) {
  if (!settings.access_key_id.empty()) return {{"access_key_id", [&] { return from_settings(settings); }}};
  if (!settings.iot_endpoint.empty()) return {{"AWS IoT", [&] { return from_iot(world, settings); }}};
  if (!settings.profile.empty()) return {{"profile", [&] { return from_profile(world, settings.profile); }}};
  return {{"environment", [&] { return from_environment(world); }},
          {"web identity", [&] { return from_web_identity(world); }},
          {"profile", [&] { return from_profile(world, {}); }},
          {"container", [&] { return from_container(world); }},
          {"instance metadata", [&] { return from_instance(world); }}};
}

}  // namespace

CredentialsChain::CredentialsChain(AwsCredentialSettings settings, std::string region, Environment environment,
                                   net::HttpClient& http, const Clock& clock)
    : settings_(std::move(settings)),
      region_(std::move(region)),
      environment_(std::move(environment)),
      http_(&http),
      clock_(&clock) {}

Result<Credentials> CredentialsChain::get() {
  if (kept_ && clock_->wall_now() < *kept_->expires - kEarly) return *kept_;
  auto fresh = ask();
  if (!fresh) {
    if (kept_ && clock_->wall_now() < *kept_->expires) return *kept_;
    kept_.reset();
    return fresh;
  }
  kept_.reset();
  if (fresh->expires) kept_ = *fresh;
  return fresh;
}

Result<Credentials> CredentialsChain::ask() {
  World world{environment_, *http_, region_};
  world.nearby = nearby(environment_).value_or(world.nearby);
  const auto all = sources(settings_, world);
  std::string said;
  ErrorCode code = ErrorCode::kUnavailable;
  const auto complain = [&](const Error& error) {
    said += (said.empty() ? "" : "; ") + error.message;
    if (all.size() == 1) code = error.code;
  };
  for (const Source& source : all) {
    auto answer = source.ask();
    if (!answer) {
      complain(answer.error());
    } else if (!*answer) {
      continue;
    } else if ((*answer)->expires && *(*answer)->expires <= clock_->wall_now()) {
      complain({ErrorCode::kUnavailable, std::string(source.name) + ": its credentials have expired (" +
                                             time_text(*(*answer)->expires) +
                                             "): it is asked again; check the clock of this machine (timedatectl)"});
    } else {
      if (!said.empty() && said != last_said_) log::warning("uplink", "AWS credentials: " + said);
      if (in_use_ != source.name) log::info("uplink", "AWS credentials found", {{"source", source.name}});
      last_said_ = said;
      in_use_ = source.name;
      return std::move(**answer);
    }
  }
  // The caller tells this one; when it heals, the source that does it is worth a line.
  in_use_.clear();
  if (said.empty()) said = "nothing is set up, and the instance metadata is turned off";
  return fail(code, "no AWS credentials: " + said);
}

}  // namespace airspool::uplink::aws
