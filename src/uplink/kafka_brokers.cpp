// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include <airspool/net/lookup.h>
#include <airspool/uplink/kafka_sink.h>

namespace airspool::uplink {

bool kafka_brokers_are_loopback(const std::vector<std::string>& brokers) {
  const auto is_here = [](const std::string& broker) {
    std::string host = broker.substr(0, broker.rfind(':'));
    if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
    return net::is_loopback_host(host);
  };
  return !brokers.empty() && std::all_of(brokers.begin(), brokers.end(), is_here);
}

}  // namespace airspool::uplink
