// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <memory>
#include <utility>
#include <vector>

#include <netdb.h>
#include <poll.h>

#include <airspool/net/byte_stream.h>
#include <airspool/net/lookup.h>
#include <airspool/net/tcp_stream.h>
#include <airspool/uplink/check.h>

#include "date_text.h"
#include "tls_stream.h"

namespace airspool::uplink {
namespace {

using std::chrono::milliseconds;

constexpr std::chrono::hours kRenewSoon{14 * 24};
constexpr int kPauseMs = 5;

std::string address_text(const net::Endpoint& endpoint) {
  std::array<char, NI_MAXHOST> host{};
  if (::getnameinfo(reinterpret_cast<const sockaddr*>(&endpoint.address), endpoint.length, host.data(), host.size(),
                    nullptr, 0, NI_NUMERICHOST) != 0) {
    return "an address that cannot be shown";
  }
  return host.data();
}

std::string seconds_text(milliseconds time) {
  return std::to_string(std::chrono::ceil<std::chrono::seconds>(time).count()) + " s";
}

Result<std::vector<net::Endpoint>> look_up(const CheckTarget& target, const Clock& clock, milliseconds patience) {
  const net::Lookup lookup = net::Lookup::start(target.host, target.port);
  const BootTime deadline = clock.boot_now() + patience;
  for (;;) {
    if (auto found = lookup.result()) return std::move(*found);
    if (clock.boot_now() >= deadline) {
      return fail(ErrorCode::kUnavailable, "the name servers gave no answer for " + target.host + " within " +
                                               seconds_text(patience) + "; look at the network and /etc/resolv.conf");
    }
    ::poll(nullptr, 0, kPauseMs);
  }
}

// Waits until bytes may flow through `stream`.
Result<void> establish(net::ByteStream& stream, const Clock& clock, milliseconds patience) {
  const BootTime deadline = clock.boot_now() + patience;
  for (;;) {
    const auto up = stream.establish();
    if (!up) return tl::unexpected(up.error());
    if (*up) return {};
    if (clock.boot_now() >= deadline) {
      return fail(ErrorCode::kUnavailable,
                  "no answer within " + seconds_text(patience) + "; is a firewall between, is the port right?");
    }
    ::poll(nullptr, 0, kPauseMs);
  }
}

Result<std::unique_ptr<net::ByteStream>> connected(const net::Endpoint& endpoint, const Clock& clock,
                                                   milliseconds patience) {
  auto stream = net::connect_tcp(endpoint);
  if (!stream) return stream;
  if (const auto up = establish(**stream, clock, patience); !up) return tl::unexpected(up.error());
  return stream;
}

CheckStep tls_step(const net::ByteStream& stream, const Clock& clock) {
  const auto peer = stream.peer_certificate();
  if (!peer) return failed_step("tls", "the other side showed no certificate; use the broker's TLS port");
  CheckStep step{"tls", CheckState::kGood,
                 peer->protocol + ", " + peer->subject + ", signed by " + peer->issuer + ", good until " +
                     date_text(peer->expires),
                 ""};
  if (peer->expires - clock.wall_now() < kRenewSoon) {
    step.state = CheckState::kWarning;
    step.next = "have the broker's certificate renewed before it expires";
  }
  return step;
}

CheckStep check_tls(std::unique_ptr<net::ByteStream> plain, const CheckTarget& target, const Clock& clock,
                    milliseconds patience) {
  auto stream = wrap_tls(std::move(plain), target.host, {target.ca_file, target.cert_file, target.key_file, ""});
  if (!stream) return failed_step("tls", stream.error().message);
  if (const auto up = establish(**stream, clock, patience); !up) return failed_step("tls", up.error().message);
  return tls_step(**stream, clock);
}

}  // namespace

bool check_network(const CheckTarget& target, const Clock& clock, milliseconds patience, const OnStep& on_step) {
  const auto endpoints = look_up(target, clock, patience);
  if (!endpoints) {
    on_step(failed_step("name", endpoints.error().message));
    return false;
  }
  std::string addresses;
  for (const net::Endpoint& endpoint : *endpoints)
    addresses += (addresses.empty() ? "" : ", ") + address_text(endpoint);
  if (!net::is_numeric_host(target.host)) on_step({"name", CheckState::kGood, target.host + " is " + addresses, ""});

  const std::string port = " port " + std::to_string(target.port);
  std::string refused;
  for (const net::Endpoint& endpoint : *endpoints) {
    const std::string where = address_text(endpoint) + port;
    auto plain = connected(endpoint, clock, patience);
    if (!plain) {
      refused += (refused.empty() ? "" : ", and ") + where + ": " + plain.error().message;
      continue;
    }
    const bool some_failed = !refused.empty();
    on_step({"connection", some_failed ? CheckState::kWarning : CheckState::kGood,
             "connected to " + where + (some_failed ? ", but not to " + refused : ""), ""});
    if (!target.tls) return true;
    const CheckStep step = check_tls(std::move(*plain), target, clock, patience);
    on_step(step);
    return step.state != CheckState::kFailed;
  }
  on_step(failed_step("connection", refused));
  return false;
}

}  // namespace airspool::uplink
