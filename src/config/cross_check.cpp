// SPDX-License-Identifier: Apache-2.0
#include "cross_check.h"

#include <map>
#include <string>
#include <string_view>

#include <airspool/config/station_name.h>

#include "aws_topic.h"
#include "rules.h"
#include "table.h"
#include "text.h"
#include "value.h"

namespace airspool::config {
namespace {

std::string numbered(std::string_view list, std::size_t index) {
  return std::string(list) + "[" + std::to_string(index) + "]";
}

// `concrete` is the element of `section` at hand; the complaint stands at its header.
void check_required(Draft& draft, std::string_view section, const std::string& concrete, const Sink* sink) {
  const bool type_known = draft.is_given(concrete + ".type") && !draft.is_broken(concrete + ".type");
  for (const Row& row : table()) {
    if (!row.required || section_of(row.path) != section) continue;
    const bool by_type = sink != nullptr && !row.sink_types.empty();
    if (by_type && (!type_known || !applies_to(row, sink->type))) continue;
    const std::string key(last_part(row.path));
    if (draft.is_given(below(concrete, key))) continue;
    const bool is_list = section.ends_with("[]");
    std::string owner = is_list ? "[[" : "[";
    owner.append(spoken(section)).append(is_list ? "]]" : "]");
    if (by_type) owner = "a sink of type " + in_quotes(word_for(sink->type));
    draft.complain_at(concrete, owner + " needs the key " + in_quotes(key) + ": " + expectation(row));
  }
}

// Two keys of which neither makes sense alone.
void check_pair(Draft& draft, const std::string& section, std::string_view a, std::string_view b) {
  const std::string path_a = section + "." + std::string(a);
  const std::string path_b = section + "." + std::string(b);
  if (draft.is_given(path_a) == draft.is_given(path_b)) return;
  const bool has_a = draft.is_given(path_a);
  draft.complain_at(has_a ? path_a : path_b, std::string(has_a ? a : b) + " needs " + std::string(has_a ? b : a) +
                                                 " beside it: give both or neither");
}

void check_radio(Draft& draft) {
  if (draft.config.radio.source == RadioSource::kFile && !draft.is_given("radio.path")) {
    draft.complain_at("radio.source", R"(radio.source = "file" needs radio.path, the recording to play)");
  }
}

void check_inputs(Draft& draft) {
  for (std::size_t i = 0; i < draft.config.inputs.size(); ++i) {
    const std::string input = numbered("input", i);
    const bool connect = draft.is_given(input + ".connect");
    const bool listen = draft.is_given(input + ".listen");
    if (connect && listen) {
      draft.complain_at(input + ".listen",
                        "an input either connects or listens: remove one, or write a second [[input]]");
    } else if (!connect && !listen) {
      draft.complain_at(input, R"(an input needs connect = "host:port" or listen = "address:port")");
    }
  }
}

// Two programs cannot have one port, and neither can two parts of this one.
void check_outputs(Draft& draft) {
  std::map<std::string, std::string> taken;
  for (std::size_t i = 0; i < draft.config.inputs.size(); ++i) {
    if (const auto& listen = draft.config.inputs[i].listen) taken.emplace(*listen, "an [[input]]");
  }
  for (std::size_t i = 0; i < draft.config.outputs.size(); ++i) {
    const std::string output = numbered("output", i);
    check_required(draft, "output[]", output, nullptr);
    const std::string& listen = draft.config.outputs[i].listen;
    if (listen.empty() || listen.ends_with(":0")) continue;
    const auto [first, is_new] = taken.emplace(listen, "another [[output]]");
    if (is_new) continue;
    draft.complain_at(draft.is_given(output + ".listen") ? output + ".listen" : output,
                      first->second + " listens on " + in_quotes(listen) + " already: give this one another port");
  }
}

void check_areas(Draft& draft) {
  const OpenSky& opensky = draft.config.opensky;
  if (!opensky.areas.empty() && draft.is_given("opensky.around")) {
    draft.complain_at("opensky.around", "opensky.around and opensky.area cannot both be given: remove one");
  }
  if (draft.is_given("opensky.around")) check_required(draft, "opensky.around", "opensky.around", nullptr);
  for (std::size_t i = 0; i < opensky.areas.size(); ++i) {
    const std::string area = numbered("opensky.area", i);
    check_required(draft, "opensky.area[]", area, nullptr);
    const std::string south = area + ".south";
    const std::string north = area + ".north";
    if (!draft.is_given(south) || !draft.is_given(north) || draft.is_broken(south) || draft.is_broken(north)) continue;
    if (opensky.areas[i].south_deg >= opensky.areas[i].north_deg) {
      draft.complain_at(south, "south (" + number_text(opensky.areas[i].south_deg) + ") must be less than north (" +
                                   number_text(opensky.areas[i].north_deg) + ")");
    }
  }
}

void check_credentials(Draft& draft) {
  const OpenSky& opensky = draft.config.opensky;
  check_pair(draft, "opensky", "client_id", "client_secret_file");
  if (draft.is_given("opensky.credentials_file") && draft.is_given("opensky.client_id")) {
    draft.complain_at("opensky.client_id", "client_id and credentials_file cannot both be given: remove one");
  }
  const bool credentials = draft.is_given("opensky.credentials_file") || draft.is_given("opensky.client_id");
  if (opensky.only_when_needed && draft.is_given("opensky.poll_interval_s")) {
    draft.complain_at("opensky.only_when_needed",
                      "only_when_needed chooses the interval, and poll_interval_s fixes it: remove one");
  }
  if (!credentials && opensky.own) {
    draft.complain_at("opensky.own",
                      "own sensors need an account: give credentials_file, or client_id and client_secret_file");
  }
  if (credentials && draft.is_given("opensky.account") && opensky.account == OpenSkyAccount::kAnonymous) {
    draft.complain_at("opensky.account", "an anonymous account has no credentials: remove one of the two");
  }
  if (!credentials && opensky.account != OpenSkyAccount::kAnonymous) {
    draft.complain_at("opensky.account",
                      "this class of account needs credentials_file, or client_id and client_secret_file");
  }
}

// Tokens and secrets travel in these requests.
void check_plain_http(Draft& draft, const std::string& path, const std::string& url) {
  if (draft.is_broken(path) || !url.starts_with("http://") || is_loopback_url(url)) return;
  draft.complain_at(path, path + ": plain http is only for this machine (127.0.0.1, localhost); use https://");
}

void check_kafka_login(Draft& draft, const std::string& path, const Sink& sink) {
  const bool login = sink.security == KafkaSecurity::kScramSha512 || sink.security == KafkaSecurity::kScramSha256 ||
                     sink.security == KafkaSecurity::kPlain;
  if (login && !draft.is_given(path + ".username") && !draft.is_given(path + ".password_file")) {
    draft.complain_at(path + ".security", "this security needs username and password_file");
  }
}

// Whose keys sign the login at Amazon MSK: one way of finding them, whole, and only where there is such a login.
void check_aws(Draft& draft, const std::string& path, const Sink& sink) {
  check_pair(draft, path, "access_key_id", "secret_access_key_file");
  check_pair(draft, path, "iot_credentials_endpoint", "iot_role_alias");
  const bool iot = draft.is_given(path + ".iot_credentials_endpoint");
  if (iot && !draft.is_given(path + ".cert_file")) {
    draft.complain_at(path + ".iot_credentials_endpoint",
                      "iot_credentials_endpoint needs the device's cert_file and key_file");
  }
  if (!iot && draft.is_given(path + ".iot_thing_name")) {
    draft.complain_at(path + ".iot_thing_name", "iot_thing_name needs iot_credentials_endpoint beside it");
  }
  std::string first;
  for (const char* key : {"access_key_id", "aws_profile", "iot_credentials_endpoint"}) {
    const std::string given = path + "." + key;
    if (!draft.is_given(given)) continue;
    if (!first.empty()) {
      draft.complain_at(given, std::string(key) + " and " + first + " are two ways to the same keys: remove one");
    } else if (sink.security != KafkaSecurity::kMskIam && !draft.is_broken(path + ".security")) {
      draft.complain_at(given, std::string(key) + R"( is for security = "msk-iam": set that, or remove the key)");
    }
    if (first.empty()) first = key;
  }
}

void check_aws_iot(Draft& draft, const std::string& path, const Sink& sink) {
  const std::string station = expand_station_name(draft.config.station.name, this_machine());
  const auto check = [&](const char* key, const std::string& topic) {
    if (topic.empty()) return;
    const std::string wrong = wrong_with_aws_topic(expand_topic(topic, station));
    if (wrong.empty()) return;
    const std::string where = path + "." + key;
    draft.complain_at(draft.is_given(where) ? where : path, std::string(key) + " " + in_quotes(topic) + " " + wrong);
  };
  check("topic", sink.topic);
  check("status_topic", sink.status_topic.value_or(""));
  check("aircraft_topic", sink.aircraft_topic.value_or(""));
  if (sink.status_topic.value_or("").starts_with("$")) {
    draft.complain_at(path + ".status_topic",
                      "Basic Ingest keeps no retained messages: give status_topic another topic");
  }
  if (!sink.url.starts_with("mqtts://") && !sink.url.starts_with("wss://") && !draft.is_broken(path + ".url") &&
      !is_loopback_url(sink.url)) {
    draft.complain_at(path + ".url", "AWS IoT Core speaks TLS only: write mqtts://, port 8883 or 443");
  }
}

void check_sink(Draft& draft, std::size_t index) {
  const Sink& sink = draft.config.sinks[index];
  const std::string path = numbered("sink", index);
  check_required(draft, "sink[]", path, &sink);
  if (!draft.is_given(path + ".type") || draft.is_broken(path + ".type")) return;
  for (const Row& row : table()) {
    if (!row.path.starts_with("sink[].") || applies_to(row, sink.type)) continue;
    const bool free_names = row.path.ends_with(".*");
    const std::string key(last_part(free_names ? section_of(row.path) : row.path));
    draft.complain_at(below(path, key), in_quotes(key) + " is a key of sinks of type " + std::string(row.sink_types) +
                                            ", and " + in_quotes(sink.name) + " is of type " +
                                            std::string(word_for(sink.type)) + ": remove it");
  }
  if (sink.type == SinkType::kFile) return;
  check_pair(draft, path, "cert_file", "key_file");
  check_pair(draft, path, "username", "password_file");
  if (sink.type == SinkType::kMqtt && sink.profile == MqttProfile::kAwsIot) check_aws_iot(draft, path, sink);
  if (sink.type != SinkType::kKafka) return;
  check_kafka_login(draft, path, sink);
  check_aws(draft, path, sink);
  if (!sink.schema_block && !draft.is_broken(path + ".format") && sink.format != KafkaFormat::kDebezium) {
    draft.complain_at(path + ".schema_block",
                      R"(schema_block is for format = "debezium": set that, or remove the key)");
  }
}

void check_sink_names(Draft& draft) {
  std::map<std::string, std::size_t> seen;
  for (std::size_t i = 0; i < draft.config.sinks.size(); ++i) {
    const std::string& name = draft.config.sinks[i].name;
    if (name.empty()) continue;
    const auto [first, is_new] = seen.emplace(name, i);
    if (is_new) continue;
    const std::string path = numbered("sink", i);
    const auto other = draft.origins.find(numbered("sink", first->second));
    const auto here = draft.origins.find(path);
    std::string where;
    if (other != draft.origins.end() && other->second.line > 0) {
      const bool same_file = here != draft.origins.end() && here->second.source == other->second.source;
      where = " (the other is in " +
              (same_file ? "line " + std::to_string(other->second.line) : other->second.label()) + ")";
    }
    draft.complain_at(draft.is_given(path + ".name") ? path + ".name" : path,
                      "two sinks are named " + in_quotes(name) + where + ": give this one another name");
  }
}

std::string_view usual_port(OutputType type) {
  switch (type) {
    case OutputType::kBeast:
      break;
    case OutputType::kAvr:
      return "30002";
    case OutputType::kSbs:
      return "30003";
  }
  return "30005";
}

}  // namespace

void name_sinks(Draft& draft) {
  for (std::size_t i = 0; i < draft.config.sinks.size(); ++i) {
    Sink& sink = draft.config.sinks[i];
    const std::string type = numbered("sink", i) + ".type";
    const bool wants_one = sink.name.empty() && !draft.is_given(numbered("sink", i) + ".name");
    if (wants_one && draft.is_given(type) && !draft.is_broken(type)) sink.name = word_for(sink.type);
  }
}

void settle(Draft& draft) {
  OpenSky& opensky = draft.config.opensky;
  if (!draft.is_given("opensky.enabled")) {
    const auto below = draft.origins.lower_bound("opensky.");
    opensky.enabled = below != draft.origins.end() && below->first.starts_with("opensky.");
  }
  if (!draft.is_given("opensky.account") && opensky.has_credentials()) opensky.account = OpenSkyAccount::kStandard;
  for (std::size_t i = 0; i < draft.config.outputs.size(); ++i) {
    const std::string path = numbered("output", i);
    Output& output = draft.config.outputs[i];
    if (!output.listen.empty() || draft.is_given(path + ".listen") || draft.is_broken(path + ".type")) continue;
    if (draft.is_given(path + ".type")) output.listen = "127.0.0.1:" + std::string(usual_port(output.type));
  }
  for (Sink& sink : draft.config.sinks) {
    if (sink.type == SinkType::kMqtt && !sink.status_topic) sink.status_topic = "airspool/{station}/status";
    if (!sink.topic.empty()) continue;
    if (sink.type == SinkType::kMqtt) sink.topic = "airspool/{station}/states";
    if (sink.type == SinkType::kKafka) {
      sink.topic = sink.format == KafkaFormat::kDebezium ? "dbserver1.final.flights" : "airspool.states";
    }
  }
}

void cross_check(Draft& draft) {
  check_pair(draft, "station", "lat", "lon");
  check_radio(draft);
  check_inputs(draft);
  check_outputs(draft);
  check_areas(draft);
  check_credentials(draft);
  check_plain_http(draft, "opensky.base_url", draft.config.opensky.base_url);
  check_plain_http(draft, "opensky.token_url", draft.config.opensky.token_url);
  for (std::size_t i = 0; i < draft.config.sinks.size(); ++i) check_sink(draft, i);
  check_sink_names(draft);
}

}  // namespace airspool::config
