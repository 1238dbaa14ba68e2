// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace airspool::uplink {

// Records as the messages of a pipeline that followed a MySQL table of OpenSky's state vectors with Debezium 1.8 and
// Kafka Connect's JSON converter: what reads that pipeline's topic reads ours unchanged.
inline constexpr std::string_view kDebeziumTopic = "dbserver1.final.flights";

struct DebeziumSettings {
  // {"schema":..,"payload":..} as the converter writes with schemas.enable=true, else the payload alone. The block is
  // 3 kB and the same in every message.
  bool schema_block = true;
};

enum class DebeziumRow : std::uint8_t {
  kWritten,
  kNoPosition,  // left out: the table's longitude and latitude are NOT NULL
  kNotice,      // a line of a batch that is no state vector (a gap)
  kBroken,      // no line that we would write
};

// Makes the message of one line of a batch (spool/record_codec.h); `key` and `value` are replaced, and hold nothing of
// use unless it is kWritten. No allocation once they have grown. Any thread.
//
// The value is the envelope of an insert (op "c"). `after` has all 14 columns, null where nothing is known: times in
// whole seconds, cut; flags 0 or 1; the callsign padded with blanks to eight, as OpenSky delivers it; an address that
// is none of ICAO's with '~' before it, as in message keys. The `source` block has the position in our own log where
// MySQL's had one in its: `file` is the spool id, `pos` the seq, so that the two are the record_id; `ts_ms` is when we
// took the record in. `processed_ms` (UTC) becomes the envelope's ts_ms: their difference is the way through the house.
//
// The key is the one that Debezium gives to a table whose primary key is icao24: {"icao24":".."}, with the same schema
// setting (src/decisions/0040-debezium-keys.md).
DebeziumRow encode_debezium(std::string_view line, const DebeziumSettings& settings, std::int64_t processed_ms,
                            std::string& key, std::string& value);

// The value alone; nothing for a line that has none.
std::optional<std::string> debezium_value(std::string_view line, const DebeziumSettings& settings,
                                          std::int64_t processed_ms);

}  // namespace airspool::uplink
