// SPDX-License-Identifier: Apache-2.0
#include "settings.h"

#include <chrono>
#include <cmath>
#include <memory>
#include <mutex>
#include <random>
#include <utility>

#include <airspool/collector/check.h>
#include <airspool/config/station_name.h>
#include <airspool/core/icao24.h>
#include <airspool/core/log.h>
#include <airspool/net/lookup.h>
#include <airspool/opensky/credentials.h>
#include <airspool/opensky/query.h>
#include <airspool/radio/file_source.h>
#include <airspool/radio/rtl_tcp_source.h>
#include <airspool/radio/sim_source.h>
#include <airspool/uplink/debezium.h>
#include <airspool/uplink/file_sink.h>
#include <airspool/uplink/kafka_sink.h>
#include <airspool/uplink/mqtt_sink.h>
#include <airspool/uplink/msk_token.h>

namespace airspool::collector {
namespace {

Nanoseconds from_seconds(double seconds) { return Nanoseconds(std::llround(seconds * 1e9)); }

spool::ClockTrust clock_trust(config::ClockTrust trust) {
  switch (trust) {
    case config::ClockTrust::kAlways:
      return spool::ClockTrust::kAlways;
    case config::ClockTrust::kSynced:
      return spool::ClockTrust::kSynced;
    case config::ClockTrust::kAuto:
      break;
  }
  return spool::ClockTrust::kAuto;
}

radio::Pace pace_of(config::Pace pace) {
  return pace == config::Pace::kFast ? radio::Pace::kFast : radio::Pace::kRealTime;
}

sky::SamplingPolicy policy_of(config::SamplingPolicy policy) {
  switch (policy) {
    case config::SamplingPolicy::kInterval:
      break;
    case config::SamplingPolicy::kEveryChange:
      return sky::SamplingPolicy::kEveryChange;
    case config::SamplingPolicy::kAdaptive:
      return sky::SamplingPolicy::kAdaptive;
  }
  return sky::SamplingPolicy::kInterval;
}

radio::FileSettings file_settings(const config::Radio& radio) {
  radio::FileSettings settings;
  settings.path = radio.path.value_or("-");
  if (radio.format == config::IqFormat::kCu8) settings.format = SampleFormat::kCu8;
  if (radio.format == config::IqFormat::kCs16) settings.format = SampleFormat::kCs16;
  settings.sample_rate_hz = static_cast<std::uint32_t>(radio.sample_rate_hz);
  settings.pace = pace_of(radio.pace);
  settings.loop = radio.loop;
  return settings;
}

radio::GainChoice gain_of(const config::Gain& gain) {
  switch (gain.mode) {
    case config::Gain::Mode::kAuto:
      break;
    case config::Gain::Mode::kAgc:
      return {radio::GainChoice::Mode::kAgc, 0.0};
    case config::Gain::Mode::kFixed:
      return {radio::GainChoice::Mode::kFixed, gain.fixed_db};
  }
  return {radio::GainChoice::Mode::kAuto, 0.0};
}

radio::RtlTcpSettings rtl_tcp_settings(const config::Radio& radio) {
  radio::RtlTcpSettings settings;
  settings.host = radio.host;
  settings.port = static_cast<std::uint16_t>(radio.port);
  settings.sample_rate_hz = static_cast<std::uint32_t>(radio.sample_rate_hz);
  settings.ppm = static_cast<int>(radio.ppm);
  settings.bias_tee = radio.bias_tee;
  settings.gain = gain_of(radio.gain);
  return settings;
}

radio::SimSourceSettings sim_settings(const config::Config& config) {
  radio::SimSourceSettings settings;
  settings.sim.seed = static_cast<std::uint64_t>(config.radio.sim.seed);
  settings.sim.aircraft = static_cast<std::uint32_t>(config.radio.sim.aircraft);
  settings.sim.messages_per_s = config.radio.sim.messages_per_s;
  settings.sim.sample_rate_hz = static_cast<std::uint32_t>(config.radio.sample_rate_hz);
  if (const auto station = config.station.position()) settings.sim.centre = *station;
  settings.pace = pace_of(config.radio.pace);
  return settings;
}

uplink::FileSinkSettings file_sink_settings(const config::Sink& sink) {
  uplink::FileSinkSettings settings;
  settings.name = sink.name;
  settings.folder = sink.path;
  settings.rotate_seconds = std::chrono::seconds(sink.rotate_seconds);
  settings.rotate_bytes = static_cast<std::uint64_t>(sink.rotate_bytes);
  return settings;
}

uplink::BrokerProfile profile_of(config::MqttProfile profile) {
  switch (profile) {
    case config::MqttProfile::kStandard:
      break;
    case config::MqttProfile::kAwsIot:
      return uplink::BrokerProfile::kAwsIot;
    case config::MqttProfile::kPlain:
      return uplink::BrokerProfile::kPlain;
  }
  return uplink::BrokerProfile::kStandard;
}

uplink::MqttSinkSettings mqtt_sink_settings(const config::Sink& sink, const std::string& station) {
  uplink::MqttSinkSettings settings;
  settings.station = station;
  settings.profile = profile_of(sink.profile);
  settings.proxy = sink.proxy.value_or("");
  settings.client_id = config::expand_names(sink.client_id.value_or(""), config::this_machine(), station);
  settings.status_topic = sink.status_topic.value_or("");
  settings.aircraft_topic = sink.aircraft_topic.value_or("");
  settings.name = sink.name;
  settings.url = sink.url;
  settings.topic = sink.topic;
  settings.encoding =
      sink.encoding == config::MqttEncoding::kNone ? uplink::PayloadEncoding::kNone : uplink::PayloadEncoding::kZstd;
  settings.on_no_subscribers = sink.on_no_subscribers == config::NoSubscribers::kRetry ? uplink::NoSubscribers::kRetry
                                                                                       : uplink::NoSubscribers::kAccept;
  settings.username = sink.username.value_or("");
  settings.password_file = sink.password_file.value_or("");
  settings.ca_file = sink.ca_file.value_or("");
  settings.cert_file = sink.cert_file.value_or("");
  settings.key_file = sink.key_file.value_or("");
  settings.jitter_seed = std::random_device{}();
  return settings;
}

uplink::KafkaAccess access_of(config::KafkaSecurity security) {
  switch (security) {
    case config::KafkaSecurity::kPlaintext:
      break;
    case config::KafkaSecurity::kTls:
      return uplink::KafkaAccess::kTls;
    case config::KafkaSecurity::kScramSha512:
      return uplink::KafkaAccess::kScramSha512;
    case config::KafkaSecurity::kScramSha256:
      return uplink::KafkaAccess::kScramSha256;
    case config::KafkaSecurity::kPlain:
      return uplink::KafkaAccess::kPlain;
    case config::KafkaSecurity::kMskIam:
      return uplink::KafkaAccess::kToken;
  }
  return uplink::KafkaAccess::kPlaintext;
}

uplink::KafkaSinkSettings kafka_sink_settings(const config::Sink& sink, const std::string& station) {
  uplink::KafkaSinkSettings settings;
  settings.name = sink.name;
  settings.brokers = sink.brokers;
  settings.topic = sink.topic;
  settings.station = station;
  settings.status_topic = sink.status_topic.value_or("");
  settings.access = access_of(sink.security);
  settings.username = sink.username.value_or("");
  settings.password_file = sink.password_file.value_or("");
  settings.ca_file = sink.ca_file.value_or("");
  settings.cert_file = sink.cert_file.value_or("");
  settings.key_file = sink.key_file.value_or("");
  settings.properties = sink.properties;
  settings.jitter_seed = std::random_device{}();
  return settings;
}

uplink::MskTokenSettings msk_token_settings(const config::Config& config, const config::Sink& sink) {
  uplink::MskTokenSettings settings;
  settings.region = sink.region.value_or("");
  settings.brokers = sink.brokers;
  settings.credentials.access_key_id = sink.access_key_id.value_or("");
  settings.credentials.secret_access_key_file = sink.secret_access_key_file.value_or("");
  settings.credentials.profile = sink.aws_profile.value_or("");
  settings.credentials.iot_endpoint = sink.iot_credentials_endpoint.value_or("");
  settings.credentials.iot_role_alias = sink.iot_role_alias.value_or("");
  settings.credentials.iot_thing_name =
      config::expand_names(sink.iot_thing_name.value_or(""), config::this_machine(), station_name(config));
  settings.credentials.cert_file = sink.cert_file.value_or("");
  settings.credentials.key_file = sink.key_file.value_or("");
  settings.credentials.ca_file = sink.ca_file.value_or("");
  settings.clock.trust = clock_trust(config.clock.trust);
  settings.clock.hold_max = from_seconds(config.clock.hold_max_s);
  settings.clock.not_before = build_time();
  return settings;
}

// A call may outlive the sink and overlap with the next one: it owns all that it touches, the clock too.
Result<std::function<Result<uplink::KafkaToken>()>> msk_login(const config::Config& config, const config::Sink& sink) {
  struct Login {
    SystemClock clock;
    std::mutex one_at_a_time;
    std::unique_ptr<uplink::MskTokenSource> tokens;  // gone before the clock
  };
  auto login = std::make_shared<Login>();
  auto tokens = uplink::MskTokenSource::open(msk_token_settings(config, sink), login->clock);
  if (!tokens)
    return tl::unexpected(Error{tokens.error().code, "sink \"" + sink.name + "\": " + tokens.error().message});
  login->tokens = std::move(*tokens);
  return [login]() -> Result<uplink::KafkaToken> {
    const std::lock_guard lock(login->one_at_a_time);
    auto token = login->tokens->token();
    if (!token) return tl::unexpected(token.error());
    return uplink::KafkaToken{std::move(token->value), std::move(token->principal), token->expires};
  };
}

Result<std::unique_ptr<uplink::Sink>> open_kafka(const config::Config& config, const config::Sink& sink,
                                                 const Clock& clock, metrics::Registry& metrics) {
  uplink::KafkaSinkSettings settings = kafka_sink_settings(sink, station_name(config));
  if (sink.format == config::KafkaFormat::kDebezium) {
    settings.encode = [options = uplink::DebeziumSettings{sink.schema_block}, &clock](
                          std::string_view record, std::string& key, std::string& value) {
      const auto now = std::chrono::floor<std::chrono::milliseconds>(clock.wall_now()).time_since_epoch().count();
      return uplink::encode_debezium(record, options, now, key, value) == uplink::DebeziumRow::kWritten;
    };
  }
  if (sink.security == config::KafkaSecurity::kMskIam) {
    auto login = msk_login(config, sink);
    if (!login) return tl::unexpected(login.error());
    settings.token = std::move(*login);
    // The device's certificate is for AWS IoT, not for the brokers.
    if (sink.iot_credentials_endpoint) {
      settings.cert_file.clear();
      settings.key_file.clear();
    }
  }
  return uplink::open_kafka_sink(std::move(settings), clock, metrics);
}

opensky::Account account_of(config::OpenSkyAccount account) {
  switch (account) {
    case config::OpenSkyAccount::kAnonymous:
      break;
    case config::OpenSkyAccount::kStandard:
      return opensky::Account::kStandard;
    case config::OpenSkyAccount::kFeeder:
      return opensky::Account::kFeeder;
    case config::OpenSkyAccount::kLicensed:
      return opensky::Account::kLicensed;
  }
  return opensky::Account::kAnonymous;
}

opensky::Query query_of(const config::OpenSky& from) {
  opensky::Query query;
  query.own = from.own;
  for (const config::Area& area : from.areas) {
    const auto pieces = opensky::boxes(area.south_deg, area.west_deg, area.north_deg, area.east_deg);
    query.areas.insert(query.areas.end(), pieces.begin(), pieces.end());
  }
  if (from.around) {
    query.areas = opensky::boxes_around({from.around->lat_deg, from.around->lon_deg}, from.around->radius_km);
  }
  for (const std::string& text : from.icao24) {
    if (const auto address = Icao24::parse(text)) query.aircraft.push_back(*address);
  }
  return query;
}

feed::OutputFormat format_of(config::OutputType type) {
  switch (type) {
    case config::OutputType::kBeast:
      break;
    case config::OutputType::kAvr:
      return feed::OutputFormat::kAvr;
    case config::OutputType::kSbs:
      return feed::OutputFormat::kSbs;
  }
  return feed::OutputFormat::kBeast;
}

}  // namespace

std::string station_name(const config::Config& config) {
  return config::expand_station_name(config.station.name, config::this_machine());
}

radio::RtlSdrSettings dongle_settings(const config::Radio& radio) {
  radio::RtlSdrSettings settings;
  settings.device = radio.device.value_or("");
  settings.gain = gain_of(radio.gain);
  settings.ppm = static_cast<int>(radio.ppm);
  settings.bias_tee = radio.bias_tee;
  settings.sample_rate_hz = static_cast<std::uint32_t>(radio.sample_rate_hz);
  return settings;
}

Result<std::unique_ptr<radio::SampleSource>> open_radio(const config::Config& config, radio::RtlSdrSource::Tell tell) {
  std::unique_ptr<radio::SampleSource> source;
  switch (config.radio.source) {
    case config::RadioSource::kNone:
      break;
    case config::RadioSource::kAuto:
      if (!radio::RtlSdrSource::built_in()) {
        log::warning("radio", "this airspool was built without librtlsdr: running without a radio");
        break;
      }
      [[fallthrough]];
    case config::RadioSource::kRtlSdr: {
      auto opened = radio::RtlSdrSource::open(dongle_settings(config.radio), std::move(tell));
      if (!opened) return tl::unexpected(opened.error());
      source = std::move(*opened);
      break;
    }
    case config::RadioSource::kRtlTcp: {
      auto opened = radio::RtlTcpSource::open(rtl_tcp_settings(config.radio), std::move(tell));
      if (!opened) return tl::unexpected(opened.error());
      source = std::move(*opened);
      break;
    }
    case config::RadioSource::kFile: {
      auto opened = radio::FileSource::open(file_settings(config.radio));
      if (!opened) return tl::unexpected(opened.error());
      source = std::move(*opened);
      break;
    }
    case config::RadioSource::kSim: {
      auto opened = radio::SimSource::open(sim_settings(config));
      if (!opened) return tl::unexpected(opened.error());
      source = std::move(*opened);
      break;
    }
  }
  return source;
}

SkySettings sky_settings(const config::Config& config) {
  SkySettings settings;
  settings.picture.tracker.receiver = config.station.position();
  settings.picture.fusion.prefer_radio = from_seconds(config.fusion.prefer_radio_s);
  settings.picture.fusion.radio_source =
      config.radio.source == config::RadioSource::kSim ? RecordSource::kSim : RecordSource::kRadio;
  settings.sampling.policy = policy_of(config.sampling.policy);
  settings.sampling.position_m = config.sampling.position_m;
  settings.sampling.altitude_m = config.sampling.altitude_m;
  settings.sampling.max_gap = from_seconds(config.sampling.max_gap_s);
  settings.sampling.interval = from_seconds(config.sampling.interval_s);
  settings.sampling.station_id = station_name(config);
  for (const std::string& name : config.sampling.fields) {
    if (const auto field = extended_field(name)) settings.sampling.fields.add(*field);
  }
  return settings;
}

spool::SpoolSettings spool_settings(const config::Config& config) {
  spool::SpoolSettings settings;
  settings.path = config.spool.path;
  settings.station_id = station_name(config);
  settings.max_bytes = config.spool.max_bytes;
  settings.durability = config.spool.durability == config::Durability::kSpill ? spool::Durability::kSpill
                                                                              : spool::Durability::kWriteThrough;
  settings.spill_after = from_seconds(config.spool.spill_after_s);
  settings.max_age = from_seconds(config.spool.max_age_h * 3600.0);
  settings.reserve_bytes = config.spool.reserve_bytes;
  settings.when_full =
      config.spool.when_full == config::WhenFull::kThin ? spool::WhenFull::kThin : spool::WhenFull::kOldest;
  settings.batch_records = static_cast<std::size_t>(config.spool.batch_records);
  settings.batch_period = from_seconds(config.spool.batch_seconds);
  settings.clock.trust = clock_trust(config.clock.trust);
  settings.clock.hold_max = from_seconds(config.clock.hold_max_s);
  settings.clock.not_before = build_time();
  settings.clock.boot_id = boot_id();
  for (const config::Sink& sink : config.sinks) {
    settings.sinks.push_back({sink.name,
                              sink.from == config::SinkStart::kOldest ? spool::StartAt::kOldest : spool::StartAt::kNow,
                              sink.replay == config::ReplayOrder::kOldestFirst ? spool::LeaseOrder::kOldestFirst
                                                                               : spool::LeaseOrder::kLiveFirst,
                              sink.replay_rate, sink.max_backlog_bytes.value_or(0)});
  }
  return settings;
}

Result<opensky::PollerSettings> opensky_settings(const config::Config& config) {
  const config::OpenSky& from = config.opensky;
  opensky::PollerSettings settings;
  settings.base_url = from.base_url;
  settings.token_url = from.token_url;
  settings.account = account_of(from.account);
  settings.seed = std::random_device{}();
  if (from.poll_interval_s) {
    settings.interval = std::chrono::milliseconds(std::llround(*from.poll_interval_s * 1000.0));
  }
  if (from.has_credentials()) {
    auto credentials = from.credentials_file ? opensky::read_credentials_file(*from.credentials_file)
                                             : opensky::read_secret_file(from.client_id.value_or(""),
                                                                         from.client_secret_file.value_or(""));
    if (!credentials) return tl::unexpected(credentials.error());
    settings.credentials = std::move(*credentials);
  }
  settings.query = query_of(from);
  return settings;
}

std::string type_of(const config::Sink& sink) {
  switch (sink.type) {
    case config::SinkType::kKafka:
      return "kafka";
    case config::SinkType::kMqtt:
      return "mqtt";
    case config::SinkType::kFile:
      break;
  }
  return "file";
}

Result<uplink::SinkLane> open_sink(const config::Config& config, const config::Sink& sink, bool allow_sim,
                                   const Clock& clock, metrics::Registry& metrics) {
  uplink::SinkLane lane;
  lane.policy.type = type_of(sink);
  switch (sink.type) {
    case config::SinkType::kKafka: {
      auto opened = open_kafka(config, sink, clock, metrics);
      if (!opened) return tl::unexpected(opened.error());
      lane.sink = std::move(*opened);
      lane.policy.refuse_simulated = !allow_sim && !uplink::kafka_brokers_are_loopback(sink.brokers);
      break;
    }
    case config::SinkType::kMqtt: {
      auto opened = uplink::open_mqtt_sink(mqtt_sink_settings(sink, station_name(config)), clock, metrics);
      if (!opened) return tl::unexpected(opened.error());
      lane.sink = std::move(*opened);
      lane.policy.refuse_simulated = !allow_sim && !uplink::mqtt_url_is_loopback(sink.url);
      break;
    }
    case config::SinkType::kFile: {
      auto opened = uplink::open_file_sink(file_sink_settings(sink), clock);
      if (!opened) return tl::unexpected(opened.error());
      lane.sink = std::move(*opened);
      break;
    }
  }
  return lane;
}

Result<std::vector<uplink::SinkLane>> open_sinks(const config::Config& config, bool allow_sim, const Clock& clock,
                                                 metrics::Registry& metrics) {
  std::vector<uplink::SinkLane> lanes;
  for (const config::Sink& sink : config.sinks) {
    auto lane = open_sink(config, sink, allow_sim, clock, metrics);
    if (!lane) return tl::unexpected(lane.error());
    lanes.push_back(std::move(*lane));
  }
  return lanes;
}

Result<std::vector<uplink::CheckTarget>> targets_of(const config::Config& config, const config::Sink& sink) {
  switch (sink.type) {
    case config::SinkType::kKafka:
      return uplink::check_targets(kafka_sink_settings(sink, station_name(config)));
    case config::SinkType::kMqtt:
      return uplink::check_targets(mqtt_sink_settings(sink, station_name(config)));
    case config::SinkType::kFile:
      break;
  }
  return std::vector<uplink::CheckTarget>{};
}

std::vector<Error> check(const config::Config& config) {
  std::vector<Error> errors;
  for (const config::Sink& sink : config.sinks) {
    if (sink.type != config::SinkType::kKafka) continue;
    uplink::KafkaSinkSettings settings = kafka_sink_settings(sink, station_name(config));
    for (std::string* file : {&settings.password_file, &settings.ca_file, &settings.cert_file, &settings.key_file}) {
      file->clear();
    }
    if (const auto checked = uplink::check_kafka_settings(settings); !checked) errors.push_back(checked.error());
  }
  return errors;
}

modes::Effort effort_of(const config::Config& config) {
  switch (config.radio.effort) {
    case config::Effort::kEco:
      return modes::Effort::kEco;
    case config::Effort::kBalanced:
      return modes::Effort::kBalanced;
    default:
      return modes::Effort::kFull;
  }
}

std::vector<feed::InputSettings> input_settings(const config::Config& config) {
  std::vector<feed::InputSettings> inputs;
  for (const config::Input& input : config.inputs) {
    inputs.push_back({input.connect.value_or(""), input.listen.value_or("")});
  }
  return inputs;
}

std::vector<feed::OutputSettings> output_settings(const config::Config& config, bool allow_sim) {
  std::vector<feed::OutputSettings> outputs;
  for (const config::Output& output : config.outputs) {
    const auto parts = net::split_host_port(output.listen);
    const bool stays_here = parts && net::is_loopback_host(parts->host);
    const bool simulated = config.radio.source == config::RadioSource::kSim;
    outputs.push_back({format_of(output.type), output.listen, output.from == config::OutputFrom::kRadio,
                       simulated && !stays_here && !allow_sim});
  }
  return outputs;
}

}  // namespace airspool::collector
