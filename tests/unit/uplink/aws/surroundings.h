// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <memory>
#include <string>

#include <gtest/gtest.h>

#include <airspool/net/curl_http_client.h>

#include "uplink/aws/sources.h"

namespace airspool::uplink::aws {

// What a source of credentials finds around it: an environment that a test writes, a folder for files, and the real
// HTTP client.
class Surroundings : public ::testing::Test {
 protected:
  Surroundings() {
    std::string name = (std::filesystem::temp_directory_path() / "airspool-aws-XXXXXX").string();
    folder = ::mkdtemp(name.data());
    variables["AWS_METADATA_SERVICE_TIMEOUT"] = "60";  // a busy machine is no fault
  }
  ~Surroundings() override {
    std::error_code ignored;
    std::filesystem::remove_all(folder, ignored);
  }

  // Writes a file as people with secrets do, and gives its path.
  std::string file(const std::string& name, const std::string& text) const {
    const auto path = folder / name;
    std::filesystem::create_directories(path.parent_path());
    std::ofstream(path) << text;
    std::filesystem::permissions(path, std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
    return path.string();
  }
  static void let_others_read(const std::string& path) {
    std::filesystem::permissions(path, std::filesystem::perms::others_read, std::filesystem::perm_options::add);
  }

  std::filesystem::path folder;
  std::map<std::string, std::string> variables;
  const Environment environment = [this](const std::string& name) -> std::optional<std::string> {
    const auto found = variables.find(name);
    if (found == variables.end() || found->second.empty()) return std::nullopt;
    return found->second;
  };
  std::unique_ptr<net::CurlHttpClient> http = net::CurlHttpClient::create().value();
  World world{environment, *http, "eu-central-1", std::chrono::milliseconds(30'000), std::chrono::milliseconds(60'000)};
};

// The words of an answer that must be an error, and must not hold the secrets that these tests use.
inline std::string words(const Answer& answer) {
  if (answer) return *answer ? "credentials came" : "not set up";
  EXPECT_EQ(answer.error().message.find("sesame"), std::string::npos) << answer.error().message;
  return answer.error().message;
}

inline std::string metadata_json(const std::string& id, const std::string& expires = "2099-01-01T00:00:00Z") {
  return R"({"Code":"Success","LastUpdated":"2026-11-22T11:00:00Z","Type":"AWS-HMAC","AccessKeyId":")" + id +
         R"(","SecretAccessKey":"sesame","Token":"sesame-token","Expiration":")" + expires + R"("})";
}

}  // namespace airspool::uplink::aws
