// SPDX-License-Identifier: Apache-2.0
#include "aws/region.h"

#include <algorithm>
#include <string_view>

#include <airspool/uplink/msk_token.h>

namespace airspool::uplink {
namespace {

constexpr std::size_t kLongestRegion = 32;

bool is_region(std::string_view text) {
  return !text.empty() && text.size() <= kLongestRegion && text.find('-') != text.npos &&
         std::all_of(text.begin(), text.end(),
                     [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-'; });
}

}  // namespace

// "<broker>.<cluster>.<id>.<c2>.kafka.<region>.amazonaws.com", MSK Serverless with "kafka-serverless" in its place;
// China with ".amazonaws.com.cn".
std::string region_of_broker(std::string_view broker) {
  std::string host(broker.substr(0, broker.rfind(':')));
  std::transform(host.begin(), host.end(), host.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  for (const std::string_view service : {".kafka.", ".kafka-serverless."}) {
    const auto at = host.find(service);
    if (at == std::string::npos) continue;
    const std::string rest = host.substr(at + service.size());
    const auto dot = rest.find('.');
    if (dot == std::string::npos) continue;
    const std::string domain = rest.substr(dot);
    std::string region = rest.substr(0, dot);
    if ((domain == ".amazonaws.com" || domain == ".amazonaws.com.cn") && is_region(region)) return region;
  }
  return {};
}

Result<std::string> aws::choose_region(const std::string& given, const std::vector<std::string>& brokers,
                                       const Environment& environment) {
  const auto accept = [](const std::string& region, const std::string& where) -> Result<std::string> {
    if (is_region(region)) return region;
    return fail(ErrorCode::kConfig, where + ": \"" + region + "\" is no AWS region, such as \"eu-central-1\"");
  };
  if (!given.empty()) return accept(given, "region");
  for (const std::string& broker : brokers) {
    if (std::string region = region_of_broker(broker); !region.empty()) return region;
  }
  for (const char* const variable : {"AWS_REGION", "AWS_DEFAULT_REGION"}) {
    if (const auto region = environment(variable)) return accept(*region, variable);
  }
  return fail(ErrorCode::kConfig,
              "security = \"msk-iam\" needs the AWS region, and the brokers' names hold none: set region");
}

}  // namespace airspool::uplink
