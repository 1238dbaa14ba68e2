// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <airspool/config/config.h>

// What people answer to `airspool setup`, read and printed again. No input or output here.
namespace airspool::cli {

// "48.137, 11.576" or "48.137 11.576 520": degrees, degrees, metres, each as typed.
struct PositionAnswer {
  std::string lat;
  std::string lon;
  std::string alt_m;  // empty: not said
};
std::optional<PositionAnswer> read_position(std::string_view text);
std::string position_text(const config::Station& station);  // empty: not known

// Where records go: the keys of one sink, without its name.
struct Destination {
  std::string type;  // "mqtt", "kafka", "file": its name too, when that is free
  std::vector<std::pair<std::string, std::string>> keys;
  bool takes_login = false;
};
// mqtt://, mqtts://, ws://, wss://; kafka://a:1,b:2, kafkas:// (TLS), msk:// (Amazon MSK with IAM); a folder. Nothing:
// none of these.
std::optional<Destination> read_destination(std::string_view text);
// What read_destination would read as this sink.
std::string destination_text(const config::Sink& sink);

}  // namespace airspool::cli
