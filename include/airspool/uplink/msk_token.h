// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <airspool/core/clock.h>
#include <airspool/core/result.h>
#include <airspool/spool/spool.h>

namespace airspool::uplink {

// Where the keys come from that a token is signed with. Of the first three at most one is set; with none of them AWS's
// own chain is asked (src/decisions/0041-aws-credentials.md): environment, web identity, profile files, container,
// instance metadata.
struct AwsCredentialSettings {
  // Keys of a user: the id, and a file that holds the secret and nothing else.
  std::string access_key_id;
  std::string secret_access_key_file;
  // A profile of ~/.aws/credentials and ~/.aws/config.
  std::string profile;
  // The credential provider of AWS IoT: the device's certificate becomes keys for an hour or so.
  std::string iot_endpoint;  // host, or host:port
  std::string iot_role_alias;
  std::string iot_thing_name;  // may be empty
  std::string cert_file;       // PEM, with key_file: the device's
  std::string key_file;
  std::string ca_file;  // PEM; empty: what the system trusts
};

struct MskTokenSettings {
  std::string region;                // empty: from the brokers' names, else from AWS_REGION or AWS_DEFAULT_REGION
  std::vector<std::string> brokers;  // host:port
  AwsCredentialSettings credentials;
  spool::ClockSettings clock;  // `trust`, `hold_max` and `not_before` count here
};

// What SASL/OAUTHBEARER wants. `value` is a secret for as long as it lasts.
struct MskToken {
  std::string value;
  std::string principal;  // the mechanism wants one; MSK takes who it is from the signature
  WallTime expires;
};

// Makes the tokens with which Amazon MSK lets a client in (IAM access control): a presigned URL that proves whose keys
// we hold, in base64url. Nothing is asked of MSK or AWS for that, but credentials that are fetched last only for a
// while: they are kept until five minutes before they expire, then fetched again. A token lasts 15 minutes, or as long
// as its credentials if that is shorter.
//
// One thread at a time, which it may block for some seconds (files, and HTTP to AWS).
class MskTokenSource {
 public:
  using Environment = std::function<std::optional<std::string>(const std::string& name)>;

  // `environment`: where AWS's variables are looked up; empty: the environment of the process. `clock` must outlive it.
  // kConfig: there is no region; the program was built without Kafka.
  static Result<std::unique_ptr<MskTokenSource>> open(MskTokenSettings settings, const Clock& clock,
                                                      Environment environment = {});
  MskTokenSource(const MskTokenSource&) = delete;
  MskTokenSource& operator=(const MskTokenSource&) = delete;
  ~MskTokenSource();

  // A new token. kUnavailable while the clock cannot be believed (a signature from another time is refused) or no
  // source gives credentials; the message says what each of them said, and holds no secret. Other codes as the one
  // source said that the configuration names: kNotFound, kPermissionDenied, kConfig.
  Result<MskToken> token();

  [[nodiscard]] const std::string& region() const;

 private:
  class Inside;
  explicit MskTokenSource(std::unique_ptr<Inside> inside);
  std::unique_ptr<Inside> inside_;
};

// The AWS region in the name of an MSK broker ("b-1.lake.a1b2c3.c2.kafka.eu-central-1.amazonaws.com:9098"); empty when
// there is none in it.
std::string region_of_broker(std::string_view broker);

}  // namespace airspool::uplink
