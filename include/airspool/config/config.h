// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include <airspool/core/geo.h>

// What the person who runs the box decided, checked and typed. Plain values: made once by load()
// (airspool/config/load.h) at start, then passed by const reference or copied; nothing here changes afterwards and no
// thread owns it.
//
// The initial values below ARE the defaults: the table of keys reads them from a default-constructed Config, so the
// reference, `airspool config show` and the program cannot disagree. An empty optional means what the comment beside it
// says. Units are in the names. The key of a member is its name without the unit, in the section named above the
// struct.
namespace airspool::config {

enum class LogLevel : std::uint8_t { kError, kWarning, kInfo, kDebug };
enum class ClockTrust : std::uint8_t { kAuto, kAlways, kSynced };
enum class RadioSource : std::uint8_t { kAuto, kRtlSdr, kRtlTcp, kFile, kSim, kNone };
enum class IqFormat : std::uint8_t { kAuto, kCu8, kCs16 };
enum class Pace : std::uint8_t { kRealTime, kFast };
enum class Effort : std::uint8_t { kFull, kBalanced, kEco };
enum class InputType : std::uint8_t { kBeast };
enum class OutputType : std::uint8_t { kBeast, kAvr, kSbs };
enum class OutputFrom : std::uint8_t { kAll, kRadio };
enum class OpenSkyAccount : std::uint8_t { kAnonymous, kStandard, kFeeder, kLicensed };
enum class SamplingPolicy : std::uint8_t { kInterval, kEveryChange, kAdaptive };
enum class Durability : std::uint8_t { kWriteThrough, kSpill };
enum class WhenFull : std::uint8_t { kOldest, kThin };
enum class SinkType : std::uint8_t { kKafka, kMqtt, kFile };
enum class SinkStart : std::uint8_t { kNow, kOldest };
enum class ReplayOrder : std::uint8_t { kLiveFirst, kOldestFirst };
enum class KafkaFormat : std::uint8_t { kRecord, kDebezium };
enum class KafkaSecurity : std::uint8_t { kPlaintext, kTls, kScramSha512, kScramSha256, kPlain, kMskIam };
enum class MqttEncoding : std::uint8_t { kZstd, kNone };
enum class MqttProfile : std::uint8_t { kStandard, kAwsIot, kPlain };
enum class NoSubscribers : std::uint8_t { kAccept, kRetry };

// [log]
struct Log {
  LogLevel level = LogLevel::kInfo;
};

// [station]
struct Station {
  std::string name = "{hostname}";  // as written: see expand_station_name
  std::optional<double> lat_deg;    // empty: not known; never without lon_deg
  std::optional<double> lon_deg;
  std::optional<double> alt_m;  // height of the antenna above mean sea level; empty: not known
  std::int64_t location_accuracy = 1;
  double start_spread_s = 0.0;

  [[nodiscard]] std::optional<GeoPosition> position() const {
    if (!lat_deg || !lon_deg) return std::nullopt;
    return GeoPosition{*lat_deg, *lon_deg};
  }
};

// [clock]
struct Clock {
  ClockTrust trust = ClockTrust::kAuto;
  double hold_max_s = 300.0;
};

// The tuner's gain: `fixed_db` counts only when the mode is kFixed.
struct Gain {
  enum class Mode : std::uint8_t { kAuto, kAgc, kFixed };
  Mode mode = Mode::kAuto;
  double fixed_db = 0.0;

  friend bool operator==(const Gain&, const Gain&) = default;
};

// [radio.sim]
struct Simulation {
  std::int64_t seed = 1;
  std::int64_t aircraft = 60;
  double messages_per_s = 400.0;
};

// [radio]
struct Radio {
  RadioSource source = RadioSource::kAuto;
  std::optional<std::string> device;  // serial or index; empty: the first dongle
  Gain gain;
  std::int64_t ppm = 0;
  bool bias_tee = false;
  std::int64_t sample_rate_hz = 2'400'000;
  std::optional<std::string> path;  // always set when source is kFile
  IqFormat format = IqFormat::kAuto;
  bool loop = false;
  Pace pace = Pace::kRealTime;
  std::string host = "127.0.0.1";
  std::int64_t port = 1234;
  Effort effort = Effort::kFull;
  Simulation sim;
};

// [[input]]: exactly one of `connect` and `listen` is set ("host:port").
struct Input {
  InputType type = InputType::kBeast;
  std::optional<std::string> connect;
  std::optional<std::string> listen;
};

// [[output]]
struct Output {
  OutputType type = OutputType::kBeast;
  std::string listen;  // address:port; never empty after load()
  OutputFrom from = OutputFrom::kAll;
};

// [[opensky.area]]: south < north; west > east spans the antimeridian.
struct Area {
  double south_deg = 0.0;
  double west_deg = 0.0;
  double north_deg = 0.0;
  double east_deg = 0.0;
};

// [opensky.around]
struct Around {
  double lat_deg = 0.0;
  double lon_deg = 0.0;
  double radius_km = 0.0;
};

// [opensky]
struct OpenSky {
  bool enabled = false;  // load() turns it on when any other key of the section is given
  std::string base_url = "https://opensky-network.org/api";
  std::string token_url = "https://auth.opensky-network.org/auth/realms/opensky-network/protocol/openid-connect/token";
  std::optional<std::string> credentials_file;  // the account page's JSON; empty with client_id empty: anonymous
  std::optional<std::string> client_id;         // never without client_secret_file
  std::optional<std::string> client_secret_file;
  OpenSkyAccount account = OpenSkyAccount::kAnonymous;  // load() makes it kStandard when credentials are given
  std::optional<double> poll_interval_s;                // empty: what the credit budget allows
  bool only_when_needed = false;                        // never together with poll_interval_s
  std::vector<Area> areas;
  std::optional<Around> around;  // never together with areas
  std::vector<std::string> icao24;
  bool own = false;

  [[nodiscard]] bool has_credentials() const { return credentials_file || client_id; }
};

// [fusion]
struct Fusion {
  double prefer_radio_s = 5.0;
};

// [sampling]
struct Sampling {
  SamplingPolicy policy = SamplingPolicy::kInterval;
  double interval_s = 5.0;
  double position_m = 50.0;
  double altitude_m = 7.62;
  double max_gap_s = 30.0;
  std::vector<std::string> fields;  // names of ExtendedField
};

// [spool]
struct Spool {
  std::string path = "/var/lib/airspool/spool.db";
  Durability durability = Durability::kWriteThrough;
  double spill_after_s = 60.0;
  WhenFull when_full = WhenFull::kOldest;
  std::int64_t max_bytes = std::int64_t{1} << 30;
  double max_age_h = 168.0;
  std::int64_t reserve_bytes = std::int64_t{256} << 20;
  std::int64_t batch_records = 500;
  double batch_seconds = 10.0;
};

// [[sink]]: the keys of every type in one struct; those of another type than `type` are refused by load(), so they keep
// their defaults here.
struct Sink {
  std::string name;  // unique and never empty after load()
  SinkType type = SinkType::kFile;
  SinkStart from = SinkStart::kNow;
  ReplayOrder replay = ReplayOrder::kLiveFirst;
  std::optional<double> replay_rate;              // records/s; empty: no limit
  std::optional<std::int64_t> max_backlog_bytes;  // empty: spool.max_bytes / number of sinks

  // kafka and mqtt
  std::string topic;  // never empty after load() for these types; may hold "{station}"
  // Of the health record: after load() never absent for mqtt; an empty text, or none, switches it off.
  std::optional<std::string> status_topic;
  std::optional<std::string> username;
  std::optional<std::string> password_file;
  std::optional<std::string> ca_file;  // empty: the system's store
  std::optional<std::string> cert_file;
  std::optional<std::string> key_file;

  // kafka
  std::vector<std::string> brokers;
  KafkaFormat format = KafkaFormat::kRecord;
  KafkaSecurity security = KafkaSecurity::kPlaintext;
  bool schema_block = true;           // with format = kDebezium
  std::optional<std::string> region;  // AWS region; empty: from the brokers' names
  // Whose keys sign for security = kMskIam: at most one of the three is given after load(); none: AWS's own chain.
  std::optional<std::string> access_key_id;  // never without secret_access_key_file
  std::optional<std::string> secret_access_key_file;
  std::optional<std::string> aws_profile;
  std::optional<std::string> iot_credentials_endpoint;  // never without iot_role_alias and cert_file
  std::optional<std::string> iot_role_alias;
  std::optional<std::string> iot_thing_name;
  std::map<std::string, std::string> properties;

  // mqtt
  std::string url;
  MqttEncoding encoding = MqttEncoding::kZstd;
  std::optional<std::string> client_id;       // empty: one made up at each start
  std::optional<std::string> proxy;           // empty: see uplink/http_proxy.h
  std::optional<std::string> aircraft_topic;  // empty: no messages of single aircraft
  MqttProfile profile = MqttProfile::kStandard;
  NoSubscribers on_no_subscribers = NoSubscribers::kAccept;

  // file
  std::string path;
  std::int64_t rotate_seconds = 3600;
  std::int64_t rotate_bytes = std::int64_t{64} << 20;
};

// [status]
struct Status {
  std::string listen = "127.0.0.1:1090";
};

struct Config {
  Log log;
  Station station;
  Clock clock;
  Radio radio;
  std::vector<Input> inputs;
  std::vector<Output> outputs;
  OpenSky opensky;
  Fusion fusion;
  Sampling sampling;
  Spool spool;
  std::vector<Sink> sinks;
  Status status;
};

}  // namespace airspool::config
