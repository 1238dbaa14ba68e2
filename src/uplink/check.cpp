// SPDX-License-Identifier: Apache-2.0
#include <charconv>
#include <chrono>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include <airspool/spool/batch_codec.h>
#include <airspool/uplink/check.h>

#include "date_text.h"
#include "http_proxy.h"
#include "mqtt_url.h"

namespace airspool::uplink {

bool check_clock(const Clock& clock, const OnStep& on_step) {
  const WallTime now = clock.wall_now();
  const ClockState state = clock.state();
  CheckStep step{"clock", CheckState::kGood, date_text(now) + ", " + to_string(state), ""};
  if (now < build_time()) {
    step =
        failed_step("clock", "it shows " + date_text(now) + ", which is before this program was built; wait for the " +
                                 "network to set it, or look at 'timedatectl status'");
  } else if (state == ClockState::kUnsynchronised) {
    step.state = CheckState::kWarning;
    step.next = "wait for the network to set it, or look at 'timedatectl status': certificates and signatures need it";
  }
  on_step(step);
  return step.state != CheckState::kFailed;
}

Result<spool::BatchPtr> check_batch(const std::string& station_id, const Clock& clock) {
  const WallTime now = clock.wall_now();
  const nlohmann::ordered_json line = {
      {"schema", 1},
      {"kind", "check"},
      {"station_id", station_id},
      {"sent_ms", std::chrono::floor<std::chrono::milliseconds>(now).time_since_epoch().count()}};
  auto encoder = spool::BatchEncoder::create();
  if (!encoder) return tl::unexpected(encoder.error());
  auto bytes = encoder->encode(line.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n");
  if (!bytes) return tl::unexpected(bytes.error());
  spool::Batch batch;
  batch.header.id = 1;
  batch.header.station_id = station_id;
  batch.header.spool_id = "check";
  batch.header.sealed = now;
  batch.bytes = std::move(*bytes);
  return std::make_shared<const spool::Batch>(std::move(batch));
}

// Behind a proxy only the proxy can be looked at; the rest of the way shows at the login.
Result<std::vector<CheckTarget>> check_targets(const MqttSinkSettings& settings) {
  const auto url = parse_mqtt_url(settings.url);
  if (!url) return tl::unexpected(url.error());
  const auto proxy = proxy_for(*url, settings.proxy);
  if (!proxy) return tl::unexpected(proxy.error());
  if (*proxy) return std::vector<CheckTarget>{{(*proxy)->host, (*proxy)->port, false, "", "", ""}};
  return std::vector<CheckTarget>{
      {url->host, url->port, url->tls, settings.ca_file, settings.cert_file, settings.key_file}};
}

Result<std::vector<CheckTarget>> check_targets(const KafkaSinkSettings& settings) {
  std::vector<CheckTarget> targets;
  for (const std::string& broker : settings.brokers) {
    const auto colon = broker.rfind(':');
    CheckTarget target{
        "", 0, settings.access != KafkaAccess::kPlaintext, settings.ca_file, settings.cert_file, settings.key_file};
    const char* end = broker.data() + broker.size();
    if (colon == std::string::npos || std::from_chars(broker.data() + colon + 1, end, target.port).ptr != end) {
      return fail(ErrorCode::kConfig, "broker \"" + broker + "\" is not host:port; write for example b-1.example:9098");
    }
    target.host = broker.substr(0, colon);
    if (target.host.starts_with('[') && target.host.ends_with(']')) {
      target.host = target.host.substr(1, target.host.size() - 2);
    }
    targets.push_back(std::move(target));
  }
  return targets;
}

}  // namespace airspool::uplink
