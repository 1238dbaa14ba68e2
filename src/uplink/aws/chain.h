// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>

#include <airspool/core/clock.h>
#include <airspool/core/result.h>
#include <airspool/net/http_client.h>
#include <airspool/uplink/msk_token.h>

#include "aws/credentials.h"

namespace airspool::uplink::aws {

// Asks for credentials where the configuration says, or one source after the other as AWS's own tools do
// (src/decisions/0041-aws-credentials.md), and keeps what expires until five minutes before it does. When nothing new
// is to be had then, the old is used as long as it lasts. Keys that do not expire are looked up each time, so that a
// file may be changed under a running program.
//
// A source that is set up and gives nothing is told in the log, once for as long as it says the same, and the next is
// asked. One thread; it waits for files and HTTP.
class CredentialsChain {
 public:
  // `http` and `clock` must outlive it.
  CredentialsChain(AwsCredentialSettings settings, std::string region, Environment environment, net::HttpClient& http,
                   const Clock& clock);

  // kUnavailable with what every source said, or what the one that the configuration names said.
  Result<Credentials> get();

  // What was fetched is not used again.
  void forget() { kept_.reset(); }

 private:
  Result<Credentials> ask();

  AwsCredentialSettings settings_;
  std::string region_;
  Environment environment_;
  net::HttpClient* http_;
  const Clock* clock_;
  std::optional<Credentials> kept_;
  std::string in_use_;     // the source of the last credentials
  std::string last_said_;  // what the sources before it complained of
};

}  // namespace airspool::uplink::aws
