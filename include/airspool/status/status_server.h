// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include <airspool/core/board.h>
#include <airspool/core/clock.h>
#include <airspool/core/geo.h>
#include <airspool/core/metrics.h>
#include <airspool/core/radio_report.h>
#include <airspool/core/result.h>
#include <airspool/core/sky_snapshot.h>

namespace airspool::status {

struct StatusSettings {
  std::string listen = "127.0.0.1:1090";  // address:port, [address]:port for IPv6; port 0: any that is free
  std::string station;
  std::optional<GeoPosition> position;  // the receiver's, exact
  int location_accuracy = 1;            // decimals of it that are given out: 0, 1 or 2
};

// The local HTTP server. GET only:
//   /healthz              200 while a fresh picture comes every second, else 503; the body says why
//   /metrics              Prometheus text exposition format 0.0.4
//   /data/aircraft.json   readsb's names and units (feet, knots, feet a minute), from the newest snapshot
//   /data/receiver.json   version, refresh, history; lat and lon rounded to `location_accuracy`
//   /data/stats.json      readsb's names too: latest, last1min, last5min, last15min, total; src/status/README.md says
//                         what each means here
//
// It looks at the board and the registry only, so whoever publishes never waits for it. Two threads of its own answer,
// one request a connection; up to 16 more connections wait. Anybody who reaches the port may read: no secrets are
// served.
class StatusServer {
 public:
  // Serves from the return of `open` to the destructor. The boards, registry and clock must outlive it;
  // `radio`: how the dongle is, null where there can be none. kConfig:
  // `listen` or `location_accuracy` makes no sense; kUnavailable: the port is in use or not ours to take.
  static Result<std::unique_ptr<StatusServer>> open(StatusSettings settings, const Board<SkySnapshot>& sky,
                                                    const metrics::Registry& metrics, const Clock& clock,
                                                    const Board<RadioReport>* radio = nullptr);
  StatusServer(const StatusServer&) = delete;
  StatusServer& operator=(const StatusServer&) = delete;
  ~StatusServer();

  [[nodiscard]] std::uint16_t port() const;

 private:
  struct State;
  explicit StatusServer(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace airspool::status
