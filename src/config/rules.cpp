// SPDX-License-Identifier: Apache-2.0
#include "rules.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <initializer_list>
#include <string>

#include <airspool/core/icao24.h>

namespace airspool::config {
namespace {

bool is_letter_or_digit(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'); }

bool all_of(std::string_view text, std::string_view also) {
  return std::all_of(text.begin(), text.end(),
                     [&](char c) { return is_letter_or_digit(c) || also.find(c) != std::string_view::npos; });
}

// A name or an IPv4 address, or an IPv6 address in brackets.
bool is_host(std::string_view text) {
  if (text.empty() || text.size() > 253) return false;
  if (text.front() == '[')
    return text.size() > 2 && text.back() == ']' && all_of(text.substr(1, text.size() - 2), ":.%");
  return all_of(text, ".-_");
}

bool is_port(std::string_view text, unsigned lowest) {
  unsigned port = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  return error == std::errc{} && end == text.data() + text.size() && port >= lowest && port <= 65535;
}

bool is_endpoint(std::string_view text, unsigned lowest_port) {
  const std::size_t colon = text.rfind(':');
  return colon != std::string_view::npos && is_host(text.substr(0, colon)) &&
         is_port(text.substr(colon + 1), lowest_port);
}

// The host of scheme://[user[:password]@]host[:port][/...]; empty when the text has no such shape.
std::string_view host_of(std::string_view url) {
  const std::size_t start = url.find("://");
  if (start == std::string_view::npos) return {};
  std::string_view rest = url.substr(start + 3);
  rest = rest.substr(0, rest.find_first_of("/?#"));
  if (const std::size_t at = rest.rfind('@'); at != std::string_view::npos) rest.remove_prefix(at + 1);
  const std::size_t colon = rest.rfind(':');
  const bool has_port = colon != std::string_view::npos && rest.find(']', colon) == std::string_view::npos;
  if (has_port && !is_port(rest.substr(colon + 1), 1)) return {};
  const std::string_view host = has_port ? rest.substr(0, colon) : rest;
  return is_host(host) ? host : std::string_view{};
}

bool is_url(std::string_view text, std::initializer_list<std::string_view> schemes) {
  const bool known = std::any_of(schemes.begin(), schemes.end(), [&](std::string_view scheme) {
    return text.starts_with(scheme) && text.substr(scheme.size()).starts_with("://");
  });
  return known && text.find(' ') == std::string_view::npos && !host_of(text).empty();
}

// The text with an 'x' for each placeholder that it may hold.
std::string without(std::string_view text, std::initializer_list<std::string_view> placeholders) {
  std::string out;
  while (!text.empty()) {
    const auto* found = std::find_if(placeholders.begin(), placeholders.end(),
                                     [&](std::string_view placeholder) { return text.starts_with(placeholder); });
    const bool is_placeholder = found != placeholders.end();
    out += is_placeholder ? 'x' : text.front();
    text.remove_prefix(is_placeholder ? found->size() : 1);
  }
  return out;
}

bool is_topic(std::string_view plain) {
  return !plain.empty() && plain.size() <= 249 && plain.find_first_of("+#{} ") == std::string_view::npos;
}

}  // namespace

bool follows(Rule rule, std::string_view text) {
  switch (rule) {
    case Rule::kAny:
      return !text.empty();
    case Rule::kStationName:
      return !text.empty() && text.size() <= 64 && all_of(without(text, {"{hostname}", "{machine_id}"}), "._-");
    case Rule::kSinkName:
      return !text.empty() && text.size() <= 32 && all_of(text, "_-");
    case Rule::kHost:
      return is_host(text);
    case Rule::kHostMaybePort:
      return is_host(text) || is_endpoint(text, 1);
    case Rule::kConnect:
      return is_endpoint(text, 1);
    case Rule::kListen:
      return is_endpoint(text, 0);
    case Rule::kHttpUrl:
      return is_url(text, {"http", "https"});
    case Rule::kMqttUrl:
      return is_url(text, {"mqtt", "mqtts", "ws", "wss"});
    case Rule::kAddress:
      return text.size() == 6 && Icao24::parse(text).has_value();
    case Rule::kTopic:
      return is_topic(without(text, {"{station}"}));
    case Rule::kTopicOrNone:
      return text.empty() || is_topic(without(text, {"{station}"}));
    case Rule::kAircraftTopic:
      return text.find("{icao24}") != std::string_view::npos && is_topic(without(text, {"{station}", "{icao24}"}));
    case Rule::kProxyUrl:
      return text == "none" || is_url(text, {"http"});
  }
  return false;
}

std::string_view rule_text(Rule rule) {
  switch (rule) {
    case Rule::kAny:
      return "a text that is not empty";
    case Rule::kStationName:
      return "1 to 64 letters, digits, '.', '_', '-', {hostname} or {machine_id}";
    case Rule::kSinkName:
      return "1 to 32 letters, digits, '_' or '-'";
    case Rule::kHost:
      return "a host name or address";
    case Rule::kHostMaybePort:
      return "a host name or address, with a port when it is not the usual one";
    case Rule::kConnect:
      return "host:port, such as \"127.0.0.1:30005\"";
    case Rule::kListen:
      return "address:port, such as \"127.0.0.1:1090\"";
    case Rule::kHttpUrl:
      return "a URL that starts with https:// or http://";
    case Rule::kMqttUrl:
      return "a URL that starts with mqtt://, mqtts://, ws:// or wss://, such as \"mqtt://127.0.0.1:1883\"";
    case Rule::kAddress:
      return "six hexadecimal digits, such as \"3c6444\"";
    case Rule::kTopic:
      return "a topic of at most 249 characters without spaces, '+', '#' and placeholders other than {station}";
    case Rule::kTopicOrNone:
      return "a topic of at most 249 characters without spaces, '+', '#' and placeholders other than {station}, or "
             "\"\"";
    case Rule::kAircraftTopic:
      return "a topic with {icao24}, such as \"airspool/{station}/aircraft/{icao24}\"";
    case Rule::kProxyUrl:
      return "http://host:port, or \"none\"";
  }
  return {};
}

bool is_loopback_url(std::string_view url) {
  const std::string_view host = host_of(url);
  return host == "localhost" || host == "[::1]" ||
         (host.starts_with("127.") && host.find_first_not_of("0123456789.") == std::string_view::npos);
}

}  // namespace airspool::config
