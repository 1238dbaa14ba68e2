// SPDX-License-Identifier: Apache-2.0
#include "http_proxy.h"

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <utility>

#include <airspool/net/lookup.h>

#include "http_exchange.h"

namespace airspool::uplink {
namespace {

constexpr std::uint16_t kUsualPort = 3128;

std::string authority(const std::string& host, std::uint16_t port) {
  return (host.find(':') == std::string::npos ? host : "[" + host + "]") + ":" + std::to_string(port);
}

class HttpTunnel final : public net::ByteStream {
 public:
  HttpTunnel(std::unique_ptr<net::ByteStream> below, std::string proxy, std::string request)
      : below_(std::move(below)), proxy_(std::move(proxy)), exchange_(std::move(request)) {}

  Result<bool> establish() override {
    if (open_) return true;
    const auto ready = below_->establish();
    if (!ready || !*ready) return ready;
    const auto answered = exchange_.advance(*below_);
    if (!answered) return fail(answered.error().code, "proxy " + proxy_ + ": " + answered.error().message);
    if (!*answered) return false;
    const int status = exchange_.status();
    if (status < 200 || status > 299) return refused(status);
    rest_ = exchange_.take_rest();
    open_ = true;
    return true;
  }
  Result<std::size_t> write(std::string_view bytes) override { return below_->write(bytes); }
  Result<std::size_t> read(std::span<char> into) override {
    if (rest_.empty()) return below_->read(into);
    const std::size_t count = std::min(into.size(), rest_.size());
    std::copy_n(rest_.begin(), count, into.begin());
    rest_.erase(0, count);
    return count;
  }
  [[nodiscard]] int fd() const override { return below_->fd(); }
  [[nodiscard]] bool wants_write() const override {
    return below_->wants_write() || (!open_ && exchange_.wants_write());
  }

 private:
  [[nodiscard]] tl::unexpected<Error> refused(int status) const {
    std::string words = "proxy " + proxy_ + " refuses the tunnel: " + std::to_string(status);
    if (!exchange_.reason().empty()) words += " " + exchange_.reason();
    if (status == 407) {
      return fail(ErrorCode::kPermissionDenied, words + "; give user and password in the proxy's url");
    }
    // 502 to 504: it tried, and the broker is not there.
    if (status >= 500) return fail(ErrorCode::kUnavailable, words + "; does the proxy reach the broker?");
    return fail(ErrorCode::kPermissionDenied, words + "; it must allow CONNECT to the broker's host and port");
  }

  std::unique_ptr<net::ByteStream> below_;
  std::string proxy_;  // host:port, for people
  HttpExchange exchange_;
  std::string rest_;
  bool open_ = false;
};

const char* environment(const char* lower, const char* upper) {
  const char* value = std::getenv(lower);  // NOLINT(concurrency-mt-unsafe): nobody changes it
  if (value == nullptr && upper != nullptr) value = std::getenv(upper);  // NOLINT(concurrency-mt-unsafe)
  return value != nullptr ? value : "";
}

// no_proxy: names, endings of names and addresses, with commas between; "*" is everything.
bool goes_straight(const std::string& host) {
  std::string_view list = environment("no_proxy", "NO_PROXY");
  while (!list.empty()) {
    const auto comma = list.find(',');
    std::string_view one = list.substr(0, comma);
    list = comma == std::string_view::npos ? std::string_view{} : list.substr(comma + 1);
    while (!one.empty() && one.front() == ' ') one.remove_prefix(1);
    while (!one.empty() && one.back() == ' ') one.remove_suffix(1);
    if (one == "*") return true;
    if (one.starts_with(".")) one.remove_prefix(1);
    if (one.empty() || !host.ends_with(one)) continue;
    if (host.size() == one.size() || host[host.size() - one.size() - 1] == '.') return true;
  }
  return false;
}

}  // namespace

Result<HttpProxy> parse_http_proxy(std::string_view url) {
  const auto bad = [](const std::string& why) {
    return fail(ErrorCode::kConfig, "the url of the proxy " + why + "; write http://host:3128");
  };
  constexpr std::string_view kScheme = "http://";
  if (!url.starts_with(kScheme)) return bad("does not begin with http://");
  url.remove_prefix(kScheme.size());
  HttpProxy proxy;
  if (const auto at = url.rfind('@'); at != std::string_view::npos) {
    proxy.credentials = std::string(url.substr(0, at));
    url.remove_prefix(at + 1);
  }
  if (!url.empty() && url.back() == '/') url.remove_suffix(1);
  proxy.port = kUsualPort;
  const bool in_brackets = url.starts_with("[");
  const auto colon = url.find(':', in_brackets ? std::min(url.find(']'), url.size()) : 0);
  std::string_view host = url.substr(0, colon);
  if (in_brackets) {
    if (host.size() < 3 || host.back() != ']') return bad("has no ] after its IPv6 address");
    host = host.substr(1, host.size() - 2);
  }
  proxy.host = std::string(host);
  if (proxy.host.empty() || proxy.host.find_first_of("/?# \t\r\n") != std::string::npos) return bad("names no host");
  if (colon != std::string_view::npos) {
    const std::string_view port = url.substr(colon + 1);
    const auto [end, error] = std::from_chars(port.data(), port.data() + port.size(), proxy.port);
    if (error != std::errc{} || end != port.data() + port.size() || proxy.port == 0) {
      return bad("has a port that is not a number from 1 to 65535");
    }
  }
  return proxy;
}

Result<std::optional<HttpProxy>> proxy_for(const MqttUrl& url, const std::string& key) {
  if (key == "none" || net::is_loopback_host(url.host)) return std::nullopt;
  std::string proxy = key;
  if (proxy.empty()) {
    if (!url.websocket || goes_straight(url.host)) return std::nullopt;
    // In capitals http_proxy would be a header that a web server hands to its scripts.
    proxy = url.tls ? environment("https_proxy", "HTTPS_PROXY") : environment("http_proxy", nullptr);
    if (proxy.empty()) return std::nullopt;
    if (proxy.find("://") == std::string::npos) proxy = "http://" + proxy;
  }
  auto parsed = parse_http_proxy(proxy);
  if (!parsed) return tl::unexpected(parsed.error());
  return std::optional<HttpProxy>(std::move(*parsed));
}

std::unique_ptr<net::ByteStream> wrap_http_tunnel(std::unique_ptr<net::ByteStream> below, const HttpProxy& proxy,
                                                  const std::string& host, std::uint16_t port) {
  const std::string target = authority(host, port);
  std::string request = "CONNECT " + target + " HTTP/1.1\r\nHost: " + target + "\r\n";
  if (!proxy.credentials.empty()) request += "Proxy-Authorization: Basic " + base64(proxy.credentials) + "\r\n";
  request += "\r\n";
  return std::make_unique<HttpTunnel>(std::move(below), authority(proxy.host, proxy.port), std::move(request));
}

}  // namespace airspool::uplink
