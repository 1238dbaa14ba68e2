// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include <airspool/core/check_step.h>
#include <airspool/core/clock.h>
#include <airspool/core/result.h>
#include <airspool/uplink/kafka_sink.h>
#include <airspool/uplink/mqtt_sink.h>
#include <airspool/uplink/sink.h>

// What stands between this machine and a sink's other side, step by step, for people: `airspool check uplink`.
namespace airspool::uplink {

using airspool::CheckState;
// Steps: "clock", "settings", "name", "connection", "tls", "login", "delivery".
using airspool::CheckStep;
using airspool::failed_step;
using airspool::OnStep;
using airspool::to_string;

// One peer of a sink: where its first bytes go, and in what.
struct CheckTarget {
  std::string host;
  std::uint16_t port = 0;
  bool tls = false;
  std::string ca_file;    // PEM; empty: what the system trusts
  std::string cert_file;  // PEM; with key_file: who we are
  std::string key_file;
};

// All three block, up to `patience` a step, and belong on a thread that has nothing else to do. False: a step failed.

// Whether the calendar can be what certificates and signatures are held against.
bool check_clock(const Clock& clock, const OnStep& on_step);

// The host's name, a connection, and TLS with the peer's certificate: chain, name, days left.
bool check_network(const CheckTarget& target, const Clock& clock, std::chrono::milliseconds patience,
                   const OnStep& on_step);

// Login; with `probe`, whether the other side takes it: topic and permission to write. `probe` is then there to be
// read.
bool check_delivery(Sink& sink, const spool::BatchPtr& probe, const Clock& clock, std::chrono::milliseconds patience,
                    const OnStep& on_step);

// A batch with one line of kind "check", which no consumer of records takes for one.
Result<spool::BatchPtr> check_batch(const std::string& station_id, const Clock& clock);

// The peers behind a sink. kConfig: the url, or a broker's host:port, makes no sense.
Result<std::vector<CheckTarget>> check_targets(const MqttSinkSettings& settings);
Result<std::vector<CheckTarget>> check_targets(const KafkaSinkSettings& settings);

}  // namespace airspool::uplink
