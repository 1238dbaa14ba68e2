// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <utility>

#include <airspool/net/curl_http_client.h>
#include <airspool/uplink/msk_token.h>

#include "aws/chain.h"
#include "aws/presign.h"
#include "aws/region.h"

namespace airspool::uplink {
namespace {

constexpr std::chrono::seconds kLongestLife{900};
constexpr const char* kService = "kafka-cluster";
constexpr const char* kPrincipal = "airspool";

}  // namespace

class MskTokenSource::Inside {
 public:
  Inside(MskTokenSettings settings, std::string region, const Clock& clock, aws::Environment environment,
         std::unique_ptr<net::CurlHttpClient> http)
      : clock_settings_(std::move(settings.clock)),
        region_(std::move(region)),
        clock_(clock),
        started_(clock.boot_now()),
        http_(std::move(http)),
        chain_(std::move(settings.credentials), region_, std::move(environment), *http_, clock) {}

  Result<MskToken> token() {
    if (!clock_usable()) {
      return fail(
          ErrorCode::kUnavailable,
          "MSK login: the clock of this machine is not set yet, and a signature is good for its time only: it is "
          "tried again when the clock is synchronised (timedatectl)");
    }
    const auto credentials = chain_.get();
    if (!credentials)
      return tl::unexpected(Error{credentials.error().code, "MSK login: " + credentials.error().message});
    const WallTime now = clock_.wall_now();
    std::chrono::seconds life = kLongestLife;
    if (credentials->expires) {
      life = std::min(life, std::chrono::floor<std::chrono::seconds>(*credentials->expires - now));
    }
    if (life < std::chrono::seconds(1)) {
      chain_.forget();
      return fail(ErrorCode::kUnavailable, "MSK login: the AWS credentials expire in this moment; it is tried again");
    }
    aws::PresignRequest request;
    request.host = "kafka." + region_ + ".amazonaws.com";
    request.region = region_;
    request.service = kService;
    request.query = {{"Action", "kafka-cluster:Connect"}};
    request.lifetime = life;
    const auto url = aws::presigned_url(request, *credentials, now);
    if (!url) return tl::unexpected(url.error());
    // MSK wants to know who asks; this parameter alone is not signed.
    const std::string whole = *url + "&User-Agent=" + net::percent_encoded("airspool/" AIRSPOOL_VERSION);
    return MskToken{aws::base64url(whole), kPrincipal, std::chrono::floor<std::chrono::seconds>(now) + life};
  }

  [[nodiscard]] const std::string& region() const { return region_; }

 private:
  // As the spool believes it (src/decisions/0013-when-the-clock-is-believed.md), but for the newest batch: what it
  // holds is not known here, and a clock behind it has held the batches back.
  bool clock_usable() {
    const ClockState state = clock_.state();
    if (state == ClockState::kSynchronised) was_synchronised_ = true;
    if (state == ClockState::kSynchronised || clock_settings_.trust == spool::ClockTrust::kAlways) return true;
    if (clock_settings_.trust == spool::ClockTrust::kSynced) return false;
    if (was_synchronised_) return true;
    // Whatever the patience: what lies before the day of the build is wrong.
    if (clock_.wall_now() < clock_settings_.not_before) return false;
    return state == ClockState::kFreeRunning || clock_.boot_now() - started_ >= clock_settings_.hold_max;
  }

  const spool::ClockSettings clock_settings_;
  const std::string region_;
  const Clock& clock_;
  const BootTime started_;
  bool was_synchronised_ = false;
  std::unique_ptr<net::CurlHttpClient> http_;
  aws::CredentialsChain chain_;
};

MskTokenSource::MskTokenSource(std::unique_ptr<Inside> inside) : inside_(std::move(inside)) {}
MskTokenSource::~MskTokenSource() = default;

Result<std::unique_ptr<MskTokenSource>> MskTokenSource::open(MskTokenSettings settings, const Clock& clock,
                                                             Environment environment) {
  if (!environment) environment = aws::process_environment();
  auto region = aws::choose_region(settings.region, settings.brokers, environment);
  if (!region) return tl::unexpected(region.error());
  auto http = net::CurlHttpClient::create();
  if (!http) return tl::unexpected(http.error());
  return std::unique_ptr<MskTokenSource>(new MskTokenSource(std::make_unique<Inside>(
      std::move(settings), std::move(*region), clock, std::move(environment), std::move(*http))));
}

Result<MskToken> MskTokenSource::token() { return inside_->token(); }
const std::string& MskTokenSource::region() const { return inside_->region(); }

}  // namespace airspool::uplink
