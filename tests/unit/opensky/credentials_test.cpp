// SPDX-License-Identifier: Apache-2.0
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <stdlib.h>

#include <airspool/opensky/credentials.h>

namespace airspool::opensky {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;
using ::testing::Not;

class CredentialsTest : public ::testing::Test {
 protected:
  CredentialsTest() {
    std::string name = (fs::temp_directory_path() / "airspool-credentials-XXXXXX").string();
    folder_ = ::mkdtemp(name.data());
  }
  ~CredentialsTest() override { fs::remove_all(folder_); }

  std::string file(const std::string& text, fs::perms perms = fs::perms::owner_read | fs::perms::owner_write) {
    const fs::path path = folder_ / "secret";
    std::ofstream(path) << text;
    fs::permissions(path, perms);
    return path.string();
  }
  fs::path folder_;
};

TEST_F(CredentialsTest, TheFileOfTheAccountPage) {
  const auto read = read_credentials_file(file(R"({"clientId": "me-api-client", "clientSecret": "s3cret", "x": 1})"));
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(read->client_id, "me-api-client");
  EXPECT_EQ(read->client_secret, "s3cret");
}

TEST_F(CredentialsTest, ASecretInAFileOfItsOwn) {
  const auto read = read_secret_file("me", file("s3cret\r\n"));
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(read->client_id, "me");
  EXPECT_EQ(read->client_secret, "s3cret");
}

TEST_F(CredentialsTest, WhatOthersCanReadIsRefusedWithTheWayOut) {
  for (const fs::perms more : {fs::perms::group_read, fs::perms::others_read, fs::perms::group_write}) {
    const std::string path = file("s3cret", fs::perms::owner_read | more);
    const auto read = read_secret_file("me", path);
    ASSERT_FALSE(read);
    EXPECT_EQ(read.error().code, ErrorCode::kPermissionDenied);
    EXPECT_THAT(read.error().message, HasSubstr("chmod 600 " + path));
    EXPECT_THAT(read.error().message, Not(HasSubstr("s3cret")));
  }
}

TEST_F(CredentialsTest, SystemdsCredentialsMayShowTheGroup) {
  const std::string path = file("s3cret", fs::perms::owner_read | fs::perms::group_read);
  ::setenv("CREDENTIALS_DIRECTORY", folder_.c_str(), 1);
  EXPECT_TRUE(read_secret_file("me", path));
  fs::permissions(path, fs::perms::others_read, fs::perm_options::add);
  EXPECT_FALSE(read_secret_file("me", path));
  ::unsetenv("CREDENTIALS_DIRECTORY");
}

TEST_F(CredentialsTest, WhatIsNotThereIsNamed) {
  const auto read = read_credentials_file((folder_ / "none.json").string());
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().code, ErrorCode::kNotFound);
  EXPECT_THAT(read.error().message, HasSubstr("opensky.credentials_file: " + (folder_ / "none.json").string()));
  EXPECT_EQ(read_credentials_file(folder_.string()).error().code, ErrorCode::kConfig) << "a folder";
}

TEST_F(CredentialsTest, OtherContentIsRefusedWithoutRepeatingIt) {
  for (const char* text :
       {"", "s3cret", "[]", "{\"clientSecret\":\"s3cret\"}", R"({"clientId":1,"clientSecret":"s3cret"})",
        R"({"clientId":"a","clientSecret":""})", "{\"clientId\":\"a\",\"clientSecret\":\"s3cret\\n\"}",
        "{\"clientId\":\"a\",\"clientSecret\":\"s3cret"}) {
    const auto read = read_credentials_file(file(text));
    ASSERT_FALSE(read) << text;
    EXPECT_EQ(read.error().code, ErrorCode::kConfig);
    EXPECT_THAT(read.error().message, Not(HasSubstr("s3cret")));
  }
  for (const char* text : {"", "two words", R"({"clientId":"a"})"}) {
    const bool json = text[0] == '{';
    EXPECT_EQ(read_secret_file("me", file(text)).has_value(), json) << "a word is a word: " << text;
  }
}

}  // namespace
}  // namespace airspool::opensky
