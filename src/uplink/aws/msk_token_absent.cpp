// SPDX-License-Identifier: Apache-2.0
#include <airspool/uplink/msk_token.h>

// In the place of the tokens in a build without Kafka: there is never a source.
namespace airspool::uplink {

class MskTokenSource::Inside {};

MskTokenSource::MskTokenSource(std::unique_ptr<Inside> inside) : inside_(std::move(inside)) {}
MskTokenSource::~MskTokenSource() = default;

Result<std::unique_ptr<MskTokenSource>> MskTokenSource::open(MskTokenSettings /*settings*/, const Clock& /*clock*/,
                                                             Environment /*environment*/) {
  return fail(ErrorCode::kConfig, "this airspool was built without Kafka, and so without the login of Amazon MSK");
}

Result<MskToken> MskTokenSource::token() { return fail(ErrorCode::kInternal, "no login of Amazon MSK in this build"); }
const std::string& MskTokenSource::region() const {
  static const std::string kNone;
  return kNone;
}

std::string region_of_broker(std::string_view /*broker*/) { return {}; }

}  // namespace airspool::uplink
