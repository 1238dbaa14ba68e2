// SPDX-License-Identifier: Apache-2.0
#include "table.h"

#include <algorithm>
#include <array>

#include <airspool/core/extended_state.h>

namespace airspool::config {
namespace {

using Words = std::string_view;

// In the order of the enumerators in config.h.
constexpr std::array<Words, 4> kLogLevels{"error", "warning", "info", "debug"};
constexpr std::array<Words, 3> kClockTrusts{"auto", "always", "synced"};
constexpr std::array<Words, 6> kRadioSources{"auto", "rtlsdr", "rtl_tcp", "file", "sim", "none"};
constexpr std::array<Words, 3> kIqFormats{"auto", "cu8", "cs16"};
constexpr std::array<Words, 2> kPaces{"real-time", "fast"};
constexpr std::array<Words, 3> kEfforts{"full", "balanced", "eco"};
constexpr std::array<Words, 1> kInputTypes{"beast"};
constexpr std::array<Words, 3> kOutputTypes{"beast", "avr", "sbs"};
constexpr std::array<Words, 2> kOutputFrom{"all", "radio"};
constexpr std::array<Words, 4> kAccounts{"anonymous", "standard", "feeder", "licensed"};
constexpr std::array<Words, 3> kPolicies{"interval", "every-change", "adaptive"};
constexpr std::array<Words, 2> kDurabilities{"write-through", "spill"};
constexpr std::array<Words, 2> kWhenFull{"oldest", "thin"};
constexpr std::array<Words, 3> kSinkTypes{"kafka", "mqtt", "file"};
constexpr std::array<Words, 2> kSinkStarts{"now", "oldest"};
constexpr std::array<Words, 2> kReplayOrders{"live-first", "oldest-first"};
constexpr std::array<Words, 2> kKafkaFormats{"record", "debezium"};
constexpr std::array<Words, 6> kSecurities{"plaintext", "tls", "scram-sha-512", "scram-sha-256", "plain", "msk-iam"};
constexpr std::array<Words, 2> kEncodings{"zstd", "none"};
constexpr std::array<Words, 3> kProfiles{"standard", "aws-iot", "plain"};
constexpr std::array<Words, 2> kNoSubscribers{"accept", "retry"};
constexpr std::array<std::int64_t, 2> kSampleRates{2'000'000, 2'400'000};

constexpr double kMebi = 1024.0 * 1024.0;
constexpr double kTebi = kMebi * kMebi;

// Every enumeration of config.h has std::uint8_t under it, which is what a word's number is stored as.
template <typename E>
WordSlot word(E& value) {
  static_assert(sizeof(E) == sizeof(std::uint8_t));
  return {reinterpret_cast<std::uint8_t*>(&value)};
}

Around& around(Scope& s) {
  if (!s.config->opensky.around) s.config->opensky.around.emplace();
  return *s.config->opensky.around;
}

// clang-format off
constexpr std::array kRows{
  Row{.path = "log.level", .slot = [](Scope& s) -> Slot { return word(s.config->log.level); },
      .doc = "How much is written to the log; --quiet means \"warning\".", .words = kLogLevels},

  Row{.path = "station.name", .slot = [](Scope& s) -> Slot { return &s.config->station.name; },
      .doc = "Name of this receiver in every record and topic; {hostname} and {machine_id} expand.", .rule = Rule::kStationName},
  Row{.path = "station.lat", .slot = [](Scope& s) -> Slot { return &s.config->station.lat_deg; },
      .doc = "Latitude of the antenna, WGS84, north positive; needed for surface positions and ranges.",
      .unit = "degrees", .min = -90, .max = 90, .absent = "not known"},
  Row{.path = "station.lon", .slot = [](Scope& s) -> Slot { return &s.config->station.lon_deg; },
      .doc = "Longitude of the antenna, WGS84, east positive.", .unit = "degrees", .min = -180, .max = 180, .absent = "not known"},
  Row{.path = "station.alt_m", .slot = [](Scope& s) -> Slot { return &s.config->station.alt_m; },
      .doc = "Height of the antenna above mean sea level.", .unit = "m", .min = -500, .max = 9000, .absent = "not known"},
  Row{.path = "station.location_accuracy", .slot = [](Scope& s) -> Slot { return &s.config->station.location_accuracy; },
      .doc = "Decimals of the antenna's position in anything given off this machine; 0 is about 100 km, 1 about 10 km, 2 about 1 km.",
      .unit = "decimals", .min = 0, .max = 2},
  Row{.path = "station.start_spread_s", .slot = [](Scope& s) -> Slot { return &s.config->station.start_spread_s; },
      .doc = "For a fleet: wait up to this long before starting, each machine always its own part of it, so that boxes that come up together do not ask and connect together.",
      .unit = "s", .min = 0, .max = 60},

  Row{.path = "clock.trust", .slot = [](Scope& s) -> Slot { return word(s.config->clock.trust); },
      .doc = "When the system clock is believed: when it is synchronised or nothing speaks against it, always, or only when synchronised.",
      .words = kClockTrusts},
  Row{.path = "clock.hold_max_s", .slot = [](Scope& s) -> Slot { return &s.config->clock.hold_max_s; },
      .doc = "With trust = \"auto\": how long records wait for a synchronised clock before they are sent with the clock there is.",
      .unit = "s", .min = 0, .max = 86400},

  Row{.path = "radio.source", .slot = [](Scope& s) -> Slot { return word(s.config->radio.source); },
      .doc = "Where samples come from; \"auto\" is a dongle now or when one appears, else none, and never the simulator.", .words = kRadioSources},
  Row{.path = "radio.device", .slot = [](Scope& s) -> Slot { return &s.config->radio.device; },
      .doc = "Serial number or index of the dongle.", .absent = "the first dongle"},
  Row{.path = "radio.gain", .slot = [](Scope& s) -> Slot { return &s.config->radio.gain; },
      .doc = "Tuner gain: a number of decibels, \"auto\" (by the share of strong signals) or \"agc\" (the tuner's own).",
      .unit = "dB", .min = 0, .max = 60},
  Row{.path = "radio.ppm", .slot = [](Scope& s) -> Slot { return &s.config->radio.ppm; },
      .doc = "Frequency correction of the dongle's crystal.", .unit = "ppm", .min = -200, .max = 200},
  Row{.path = "radio.bias_tee", .slot = [](Scope& s) -> Slot { return &s.config->radio.bias_tee; },
      .doc = "Put 4.5 V on the antenna cable to feed an amplifier; never with an antenna that is a short circuit."},
  Row{.path = "radio.sample_rate", .slot = [](Scope& s) -> Slot { return &s.config->radio.sample_rate_hz; },
      .doc = "Complex samples a second, of the dongle or of the file.", .unit = "Hz", .choices = kSampleRates},
  Row{.path = "radio.path", .slot = [](Scope& s) -> Slot { return &s.config->radio.path; },
      .doc = "The recording that source = \"file\" plays.", .absent = "required with source = \"file\""},
  Row{.path = "radio.format", .slot = [](Scope& s) -> Slot { return word(s.config->radio.format); },
      .doc = "Sample format of the recording; \"auto\" goes by the ending of its name.", .words = kIqFormats},
  Row{.path = "radio.loop", .slot = [](Scope& s) -> Slot { return &s.config->radio.loop; },
      .doc = "Start the recording again at its end."},
  Row{.path = "radio.pace", .slot = [](Scope& s) -> Slot { return word(s.config->radio.pace); },
      .doc = "Play a recording or the simulator as fast as it was received, or as fast as it goes.", .words = kPaces},
  Row{.path = "radio.host", .slot = [](Scope& s) -> Slot { return &s.config->radio.host; },
      .doc = "Machine that runs rtl_tcp, for source = \"rtl_tcp\".", .rule = Rule::kHost},
  Row{.path = "radio.port", .slot = [](Scope& s) -> Slot { return &s.config->radio.port; },
      .doc = "Port of rtl_tcp.", .min = 1, .max = 65535},
  Row{.path = "radio.effort", .slot = [](Scope& s) -> Slot { return word(s.config->radio.effort); },
      .doc = "How much processor time the demodulator may spend on weak and overlapping messages; less when it cannot keep up.", .words = kEfforts, .of_board = true},
  Row{.path = "radio.sim.seed", .slot = [](Scope& s) -> Slot { return &s.config->radio.sim.seed; },
      .doc = "The same seed gives the same simulated sky.", .min = 0, .max = 4294967295.0},
  Row{.path = "radio.sim.aircraft", .slot = [](Scope& s) -> Slot { return &s.config->radio.sim.aircraft; },
      .doc = "Simulated aircraft around the station, or around 48 N 8 E without one.", .min = 1, .max = 5000},
  Row{.path = "radio.sim.messages_per_s", .slot = [](Scope& s) -> Slot { return &s.config->radio.sim.messages_per_s; },
      .doc = "Simulated messages of all aircraft together.", .unit = "1/s", .min = 0, .max = 20000},

  Row{.path = "input[].type", .slot = [](Scope& s) -> Slot { return word(s.input->type); },
      .doc = "Frames over TCP as readsb and dump1090 send them: Beast binary or AVR lines, whichever comes.", .words = kInputTypes},
  Row{.path = "input[].connect", .slot = [](Scope& s) -> Slot { return &s.input->connect; },
      .doc = "Fetch frames from this host:port; give this or listen.", .rule = Rule::kConnect, .absent = "give connect or listen"},
  Row{.path = "input[].listen", .slot = [](Scope& s) -> Slot { return &s.input->listen; },
      .doc = "Wait on this address:port for somebody who sends frames.", .rule = Rule::kListen, .absent = "give connect or listen"},

  Row{.path = "output[].type", .slot = [](Scope& s) -> Slot { return word(s.output->type); },
      .doc = "Form in which frames are given to other programs: Beast binary, AVR lines, or BaseStation lines.", .words = kOutputTypes, .required = true},
  Row{.path = "output[].listen", .slot = [](Scope& s) -> Slot { return &s.output->listen; },
      .doc = "Address:port where they fetch them; 0.0.0.0 in place of the address lets other machines in.", .rule = Rule::kListen,
      .absent = "127.0.0.1 with the port that the type usually has: 30005 for beast, 30002 for avr, 30003 for sbs"},
  Row{.path = "output[].from", .slot = [](Scope& s) -> Slot { return word(s.output->from); },
      .doc = "Each frame that anybody hears, once; or only those of our own radio, whose time stamps have one clock, as MLAT needs it.",
      .words = kOutputFrom},

  Row{.path = "opensky.enabled", .slot = [](Scope& s) -> Slot { return &s.config->opensky.enabled; },
      .doc = "Ask the OpenSky Network for state vectors.", .absent = "true when the section has any other key, else false"},
  Row{.path = "opensky.base_url", .slot = [](Scope& s) -> Slot { return &s.config->opensky.base_url; },
      .doc = "Address of the REST API; plain http only to this machine.", .rule = Rule::kHttpUrl, .secrecy = Secrecy::kUrl},
  Row{.path = "opensky.token_url", .slot = [](Scope& s) -> Slot { return &s.config->opensky.token_url; },
      .doc = "Where client credentials are changed for a token (OAuth2).", .rule = Rule::kHttpUrl, .secrecy = Secrecy::kUrl},
  Row{.path = "opensky.credentials_file", .slot = [](Scope& s) -> Slot { return &s.config->opensky.credentials_file; },
      .doc = "The JSON file that OpenSky's account page gives.", .absent = "anonymous"},
  Row{.path = "opensky.client_id", .slot = [](Scope& s) -> Slot { return &s.config->opensky.client_id; },
      .doc = "Client id, instead of credentials_file.", .absent = "anonymous"},
  Row{.path = "opensky.client_secret_file", .slot = [](Scope& s) -> Slot { return &s.config->opensky.client_secret_file; },
      .doc = "File that holds the secret of client_id and nothing else.", .absent = "anonymous"},
  Row{.path = "opensky.account", .slot = [](Scope& s) -> Slot { return word(s.config->opensky.account); },
      .doc = "Class of account, which sets the daily credits.", .words = kAccounts,
      .absent = "\"standard\" with credentials, else \"anonymous\""},
  Row{.path = "opensky.poll_interval_s", .slot = [](Scope& s) -> Slot { return &s.config->opensky.poll_interval_s; },
      .doc = "Time between two requests.", .unit = "s", .min = 1, .max = 86400, .absent = "as short as the credits allow"},
  Row{.path = "opensky.only_when_needed", .slot = [](Scope& s) -> Slot { return &s.config->opensky.only_when_needed; },
      .doc = "Ask four times as seldom while the radio hears nearly all aircraft of the area by itself, and spend the saved credits when it does not."},
  Row{.path = "opensky.own", .slot = [](Scope& s) -> Slot { return &s.config->opensky.own; },
      .doc = "Ask for what your own registered sensors saw, which costs no credits; needs credentials."},
  Row{.path = "opensky.icao24", .slot = [](Scope& s) -> Slot { return &s.config->opensky.icao24; },
      .doc = "Only these aircraft, by their 24-bit address.", .rule = Rule::kAddress},
  Row{.path = "opensky.around.lat", .slot = [](Scope& s) -> Slot { return &around(s).lat_deg; },
      .doc = "Centre of the area to ask for, instead of a list of areas.", .unit = "degrees", .min = -90, .max = 90, .required = true},
  Row{.path = "opensky.around.lon", .slot = [](Scope& s) -> Slot { return &around(s).lon_deg; },
      .doc = "Centre of the area to ask for.", .unit = "degrees", .min = -180, .max = 180, .required = true},
  Row{.path = "opensky.around.radius_km", .slot = [](Scope& s) -> Slot { return &around(s).radius_km; },
      .doc = "Half the side of the area to ask for.", .unit = "km", .min = 1, .max = 20000, .required = true},
  Row{.path = "opensky.area[].south", .slot = [](Scope& s) -> Slot { return &s.area->south_deg; },
      .doc = "Southern edge; without areas, around, icao24 and own the whole world is asked for.", .unit = "degrees", .min = -90, .max = 90, .required = true},
  Row{.path = "opensky.area[].west", .slot = [](Scope& s) -> Slot { return &s.area->west_deg; },
      .doc = "Western edge; greater than east when the area spans the antimeridian.", .unit = "degrees", .min = -180, .max = 180, .required = true},
  Row{.path = "opensky.area[].north", .slot = [](Scope& s) -> Slot { return &s.area->north_deg; },
      .doc = "Northern edge.", .unit = "degrees", .min = -90, .max = 90, .required = true},
  Row{.path = "opensky.area[].east", .slot = [](Scope& s) -> Slot { return &s.area->east_deg; },
      .doc = "Eastern edge.", .unit = "degrees", .min = -180, .max = 180, .required = true},

  Row{.path = "fusion.prefer_radio_s", .slot = [](Scope& s) -> Slot { return &s.config->fusion.prefer_radio_s; },
      .doc = "A value that the radio heard is preferred to OpenSky's until OpenSky's is newer by more than this.", .unit = "s", .min = 0, .max = 300},

  Row{.path = "sampling.policy", .slot = [](Scope& s) -> Slot { return word(s.config->sampling.policy); },
      .doc = "When an aircraft becomes a record: at a fixed interval, at every change, or when dead reckoning from the last record is off.",
      .words = kPolicies},
  Row{.path = "sampling.interval_s", .slot = [](Scope& s) -> Slot { return &s.config->sampling.interval_s; },
      .doc = "With policy = \"interval\": at most one record an aircraft in this time.", .unit = "s", .min = 0.1, .max = 3600},
  Row{.path = "sampling.position_m", .slot = [](Scope& s) -> Slot { return &s.config->sampling.position_m; },
      .doc = "With policy = \"adaptive\": error of the position that dead reckoning may reach.", .unit = "m", .min = 1, .max = 100000},
  Row{.path = "sampling.altitude_m", .slot = [](Scope& s) -> Slot { return &s.config->sampling.altitude_m; },
      .doc = "With policy = \"adaptive\": error of the altitude that dead reckoning may reach; 7.62 m is 25 ft.", .unit = "m", .min = 1, .max = 10000},
  Row{.path = "sampling.max_gap_s", .slot = [](Scope& s) -> Slot { return &s.config->sampling.max_gap_s; },
      .doc = "With policy = \"adaptive\": longest time between two records of an aircraft that is heard.", .unit = "s", .min = 1, .max = 3600},
  Row{.path = "sampling.fields", .slot = [](Scope& s) -> Slot { return &s.config->sampling.fields; },
      .doc = "What a record carries beside the usual where the radio knows it, and not older than a minute.", .words = kExtendedFieldNames},

  Row{.path = "spool.path", .slot = [](Scope& s) -> Slot { return &s.config->spool.path; },
      .doc = "The database that keeps batches until every sink has them."},
  Row{.path = "spool.durability", .slot = [](Scope& s) -> Slot { return word(s.config->spool.durability); },
      .doc = "\"write-through\" puts a batch on disk before it is sent; \"spill\" keeps it in memory and writes only what is not acknowledged in time.",
      .words = kDurabilities, .of_board = true},
  Row{.path = "spool.spill_after_s", .slot = [](Scope& s) -> Slot { return &s.config->spool.spill_after_s; },
      .doc = "With durability = \"spill\": how long a batch may live in memory alone, which a power cut loses.", .unit = "s", .min = 1, .max = 3600, .of_board = true},
  Row{.path = "spool.when_full", .slot = [](Scope& s) -> Slot { return word(s.config->spool.when_full); },
      .doc = "What goes first when the quota is reached: the oldest batches, or every other record of old ones.", .words = kWhenFull},
  Row{.path = "spool.max_bytes", .slot = [](Scope& s) -> Slot { return SizeSlot{&s.config->spool.max_bytes}; },
      .doc = "Quota of the spool on disk.", .unit = "bytes", .min = kMebi, .max = 16 * kTebi, .of_board = true},
  Row{.path = "spool.max_age_h", .slot = [](Scope& s) -> Slot { return &s.config->spool.max_age_h; },
      .doc = "Batches older than this are given up.", .unit = "h", .min = 1, .max = 87600},
  Row{.path = "spool.reserve_bytes", .slot = [](Scope& s) -> Slot { return SizeSlot{&s.config->spool.reserve_bytes}; },
      .doc = "Free space on the disk that the spool leaves to others.", .unit = "bytes", .min = 0, .max = 16 * kTebi, .of_board = true},
  Row{.path = "spool.batch_records", .slot = [](Scope& s) -> Slot { return &s.config->spool.batch_records; },
      .doc = "A batch is closed at this many records ...", .unit = "records", .min = 1, .max = 10000, .of_board = true},
  Row{.path = "spool.batch_seconds", .slot = [](Scope& s) -> Slot { return &s.config->spool.batch_seconds; },
      .doc = "... or at this age, whichever comes first.", .unit = "s", .min = 0.1, .max = 3600, .of_board = true},

  Row{.path = "sink[].name", .slot = [](Scope& s) -> Slot { return &s.sink->name; },
      .doc = "Name under which the spool remembers what this sink has; a new name is a new sink.", .rule = Rule::kSinkName, .absent = "the sink's type"},
  Row{.path = "sink[].type", .slot = [](Scope& s) -> Slot { return word(s.sink->type); },
      .doc = "Where batches go.", .words = kSinkTypes, .required = true},
  Row{.path = "sink[].from", .slot = [](Scope& s) -> Slot { return word(s.sink->from); },
      .doc = "Where a new sink starts: with what comes next, or with the oldest batch in the spool.", .words = kSinkStarts},
  Row{.path = "sink[].replay", .slot = [](Scope& s) -> Slot { return word(s.sink->replay); },
      .doc = "After an outage: new batches first and the backlog beside them, or all in order.", .words = kReplayOrders},
  Row{.path = "sink[].replay_rate", .slot = [](Scope& s) -> Slot { return &s.sink->replay_rate; },
      .doc = "How fast the backlog goes out after an outage; what is live is never slowed down.", .unit = "records/s", .min = 1, .max = 10000000, .absent = "no limit"},
  Row{.path = "sink[].max_backlog_bytes", .slot = [](Scope& s) -> Slot { return OptionalSizeSlot{&s.sink->max_backlog_bytes}; },
      .doc = "How much of the spool this sink may hold; beyond it, it loses its oldest batches.", .unit = "bytes", .min = kMebi, .max = 16 * kTebi,
      .absent = "spool.max_bytes divided by the number of sinks"},
  Row{.path = "sink[].brokers", .slot = [](Scope& s) -> Slot { return &s.sink->brokers; },
      .doc = "Brokers to start from, as host:port.", .rule = Rule::kConnect, .required = true, .sink_types = "kafka"},
  Row{.path = "sink[].url", .slot = [](Scope& s) -> Slot { return &s.sink->url; },
      .doc = "The broker: mqtt://, mqtts://, ws:// or wss://, host and port.", .rule = Rule::kMqttUrl, .required = true, .sink_types = "mqtt",
      .secrecy = Secrecy::kUrl},
  Row{.path = "sink[].topic", .slot = [](Scope& s) -> Slot { return &s.sink->topic; },
      .doc = "Topic to publish on; {station} expands.", .rule = Rule::kTopic,
      .absent = "\"airspool.states\" for kafka (\"dbserver1.final.flights\" with format = \"debezium\"), \"airspool/{station}/states\" for mqtt",
      .sink_types = "kafka, mqtt"},
  Row{.path = "sink[].format", .slot = [](Scope& s) -> Slot { return word(s.sink->format); },
      .doc = "One message a record: Record v1, or the envelope of a Debezium pipeline.", .words = kKafkaFormats, .sink_types = "kafka"},
  Row{.path = "sink[].schema_block", .slot = [](Scope& s) -> Slot { return &s.sink->schema_block; },
      .doc = "With format = \"debezium\": the schema in every message, as Kafka Connect's JSON converter writes it, or the payload alone.", .sink_types = "kafka"},
  Row{.path = "sink[].security", .slot = [](Scope& s) -> Slot { return word(s.sink->security); },
      .doc = "How to speak to the brokers; everything but \"plaintext\" is encrypted.", .words = kSecurities, .sink_types = "kafka"},
  Row{.path = "sink[].encoding", .slot = [](Scope& s) -> Slot { return word(s.sink->encoding); },
      .doc = "Compression of a published batch.", .words = kEncodings, .sink_types = "mqtt"},
  Row{.path = "sink[].profile", .slot = [](Scope& s) -> Slot { return word(s.sink->profile); },
      .doc = "Limits and habits of the broker: MQTT 5, AWS IoT Core, or MQTT 3.1.1, whose acknowledgements mean less.", .words = kProfiles, .sink_types = "mqtt"},
  Row{.path = "sink[].client_id", .slot = [](Scope& s) -> Slot { return &s.sink->client_id; },
      .doc = "Client identifier; two connections with the same one push each other out. AWS policies often ask for the thing's name. {station}, {hostname} and {machine_id} expand.",
      .absent = "made up at each start", .sink_types = "mqtt"},
  Row{.path = "sink[].proxy", .slot = [](Scope& s) -> Slot { return &s.sink->proxy; },
      .doc = "HTTP proxy on the way to the broker (CONNECT), or \"none\".", .rule = Rule::kProxyUrl,
      .absent = "for wss:// and ws:// https_proxy and http_proxy of the environment, else none", .sink_types = "mqtt", .secrecy = Secrecy::kUrl},
  Row{.path = "sink[].status_topic", .slot = [](Scope& s) -> Slot { return &s.sink->status_topic; },
      .doc = "Topic of the box's health record, each minute (mqtt: retained, and as last will; kafka: with the station as key); {station} expands, \"\" switches it off.",
      .rule = Rule::kTopicOrNone, .absent = "\"airspool/{station}/status\" for mqtt, none for kafka", .sink_types = "kafka, mqtt"},
  Row{.path = "sink[].aircraft_topic", .slot = [](Scope& s) -> Slot { return &s.sink->aircraft_topic; },
      .doc = "Beside the batches, each live record alone as JSON (QoS 0) for dashboards, such as \"airspool/{station}/aircraft/{icao24}\".", .rule = Rule::kAircraftTopic,
      .absent = "none", .sink_types = "mqtt"},
  Row{.path = "sink[].on_no_subscribers", .slot = [](Scope& s) -> Slot { return word(s.sink->on_no_subscribers); },
      .doc = "What it means when the broker says that nobody listens: delivered, or try again later.", .words = kNoSubscribers, .sink_types = "mqtt"},
  Row{.path = "sink[].username", .slot = [](Scope& s) -> Slot { return &s.sink->username; },
      .doc = "User to log in as.", .absent = "no login", .sink_types = "kafka, mqtt"},
  Row{.path = "sink[].password_file", .slot = [](Scope& s) -> Slot { return &s.sink->password_file; },
      .doc = "File that holds the password and nothing else; only its owner may read it (chmod 600).", .absent = "no login", .sink_types = "kafka, mqtt"},
  Row{.path = "sink[].ca_file", .slot = [](Scope& s) -> Slot { return &s.sink->ca_file; },
      .doc = "Certificates of the authorities to trust (PEM).", .absent = "the system's store", .sink_types = "kafka, mqtt"},
  Row{.path = "sink[].cert_file", .slot = [](Scope& s) -> Slot { return &s.sink->cert_file; },
      .doc = "Our own certificate (PEM); needs key_file.", .absent = "none", .sink_types = "kafka, mqtt"},
  Row{.path = "sink[].key_file", .slot = [](Scope& s) -> Slot { return &s.sink->key_file; },
      .doc = "Private key of cert_file (PEM).", .absent = "none", .sink_types = "kafka, mqtt"},
  Row{.path = "sink[].region", .slot = [](Scope& s) -> Slot { return &s.sink->region; },
      .doc = "AWS region, for security = \"msk-iam\".", .absent = "from the brokers' names, else AWS_REGION", .sink_types = "kafka"},
  Row{.path = "sink[].access_key_id", .slot = [](Scope& s) -> Slot { return &s.sink->access_key_id; },
      .doc = "AWS access key of a user, for security = \"msk-iam\"; needs secret_access_key_file.", .absent = "AWS's own chain of sources", .sink_types = "kafka"},
  Row{.path = "sink[].secret_access_key_file", .slot = [](Scope& s) -> Slot { return &s.sink->secret_access_key_file; },
      .doc = "File that holds the secret of access_key_id and nothing else.", .absent = "none", .sink_types = "kafka"},
  Row{.path = "sink[].aws_profile", .slot = [](Scope& s) -> Slot { return &s.sink->aws_profile; },
      .doc = "Profile of AWS's own files whose keys sign, for security = \"msk-iam\".", .absent = "AWS's own chain of sources", .sink_types = "kafka"},
  Row{.path = "sink[].iot_credentials_endpoint", .slot = [](Scope& s) -> Slot { return &s.sink->iot_credentials_endpoint; },
      .doc = "Host of the account's AWS IoT credential provider, which changes the device's certificate for keys; needs iot_role_alias, cert_file and key_file.",
      .rule = Rule::kHostMaybePort, .absent = "AWS's own chain of sources", .sink_types = "kafka"},
  Row{.path = "sink[].iot_role_alias", .slot = [](Scope& s) -> Slot { return &s.sink->iot_role_alias; },
      .doc = "Role alias of AWS IoT to take the keys of.", .absent = "none", .sink_types = "kafka"},
  Row{.path = "sink[].iot_thing_name", .slot = [](Scope& s) -> Slot { return &s.sink->iot_thing_name; },
      .doc = "Thing that the certificate belongs to, where the role alias's policy asks for it; expands as client_id does.", .absent = "none", .sink_types = "kafka"},
  Row{.path = "sink[].path", .slot = [](Scope& s) -> Slot { return &s.sink->path; },
      .doc = "Folder for the files.", .required = true, .sink_types = "file"},
  Row{.path = "sink[].rotate_seconds", .slot = [](Scope& s) -> Slot { return &s.sink->rotate_seconds; },
      .doc = "A file is closed at this age ...", .unit = "s", .min = 1, .max = 604800, .sink_types = "file"},
  Row{.path = "sink[].rotate_bytes", .slot = [](Scope& s) -> Slot { return SizeSlot{&s.sink->rotate_bytes}; },
      .doc = "... or at this size, whichever comes first.", .unit = "bytes", .min = 4096, .max = 16 * kTebi, .sink_types = "file"},
  Row{.path = "sink[].properties.*", .slot = [](Scope& s) -> Slot { return &s.sink->properties; },
      .doc = "Any property of librdkafka, passed on as it is; acks stays \"all\".", .sink_types = "kafka", .secrecy = Secrecy::kByName},

  Row{.path = "status.listen", .slot = [](Scope& s) -> Slot { return &s.config->status.listen; },
      .doc = "Address:port of the local page, its JSON and /metrics; 0.0.0.0:1090 shows it to the network.", .rule = Rule::kListen},
};

constexpr std::array kLists{
  List{.path = "input", .size = [](const Config& c) { return c.inputs.size(); },
       .resize = [](Config& c, std::size_t n) { c.inputs.resize(n); },
       .select = [](Scope& s, std::size_t i) { s.input = &s.config->inputs[i]; }},
  List{.path = "output", .size = [](const Config& c) { return c.outputs.size(); },
       .resize = [](Config& c, std::size_t n) { c.outputs.resize(n); },
       .select = [](Scope& s, std::size_t i) { s.output = &s.config->outputs[i]; }},
  List{.path = "opensky.area", .size = [](const Config& c) { return c.opensky.areas.size(); },
       .resize = [](Config& c, std::size_t n) { c.opensky.areas.resize(n); },
       .select = [](Scope& s, std::size_t i) { s.area = &s.config->opensky.areas[i]; }},
  List{.path = "sink", .size = [](const Config& c) { return c.sinks.size(); },
       .resize = [](Config& c, std::size_t n) { c.sinks.resize(n); },
       .select = [](Scope& s, std::size_t i) { s.sink = &s.config->sinks[i]; }},
};
// clang-format on

}  // namespace

std::span<const Row> table() { return kRows; }
std::span<const List> lists() { return kLists; }

const List* find_list(std::string_view path) {
  const auto* found = std::find_if(kLists.begin(), kLists.end(), [&](const List& list) { return list.path == path; });
  return found == kLists.end() ? nullptr : found;
}

const Row* find_row(std::string_view path) {
  const auto* found = std::find_if(kRows.begin(), kRows.end(), [&](const Row& row) { return row.path == path; });
  return found == kRows.end() ? nullptr : found;
}

bool has_keys_below(std::string_view path) {
  return std::any_of(kRows.begin(), kRows.end(), [&](const Row& row) {
    return row.path.size() > path.size() && row.path.starts_with(path) && row.path[path.size()] == '.';
  });
}

std::string below(std::string_view section, std::string_view key) {
  std::string path(section);
  if (!path.empty()) path += '.';
  return path.append(key);
}

std::string spoken(std::string_view path) {
  std::string out(path);
  for (std::size_t at = out.find("[]"); at != std::string::npos; at = out.find("[]", at)) out.erase(at, 2);
  return out;
}

std::string_view section_of(std::string_view path) {
  const std::size_t dot = path.rfind('.');
  return dot == std::string_view::npos ? std::string_view{} : path.substr(0, dot);
}

std::string_view last_part(std::string_view path) {
  const std::size_t dot = path.rfind('.');
  return dot == std::string_view::npos ? path : path.substr(dot + 1);
}

bool applies_to(const Row& row, SinkType type) {
  return row.sink_types.empty() || row.sink_types.find(word_for(type)) != std::string_view::npos;
}

std::string_view word_for(SinkType type) { return kSinkTypes[static_cast<std::size_t>(type)]; }

}  // namespace airspool::config
