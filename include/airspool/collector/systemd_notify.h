// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include <airspool/core/clock.h>

namespace airspool::collector {

// Tells systemd how the service is, by one datagram each (sd_notify(3), "Notes" and "Standalone Implementations"; this
// one is our own). Outside a unit with Type=notify it says nothing to nobody. Used from one thread, main. Nothing that
// goes wrong here is an error: whoever does not hear us ends us by its own time-outs.
class SystemdNotify {
 public:
  // Goes by NOTIFY_SOCKET, WATCHDOG_USEC and WATCHDOG_PID of the environment.
  static SystemdNotify from_environment();
  // `socket`: a path, or a name in the abstract namespace behind '@'; empty: nobody listens.
  explicit SystemdNotify(std::string socket, std::optional<Nanoseconds> watchdog = std::nullopt)
      : socket_(std::move(socket)), watchdog_(watchdog) {}

  void ready(std::string_view status) const;
  void stopping() const;
  // I live. Whoever has been silent for longer than watchdog() is killed and started anew.
  void alive() const;
  void status(std::string_view line) const;

  // How long systemd waits for alive(); empty when it does not.
  [[nodiscard]] std::optional<Nanoseconds> watchdog() const { return watchdog_; }

 private:
  void send(std::string_view text) const;

  std::string socket_;
  std::optional<Nanoseconds> watchdog_;
};

}  // namespace airspool::collector
