// SPDX-License-Identifier: Apache-2.0
#include "uplink/private_file.h"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

namespace airspool::uplink {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

class PrivateFile : public ::testing::Test {
 protected:
  PrivateFile() {
    std::string name = (std::filesystem::temp_directory_path() / "airspool-private-XXXXXX").string();
    folder = ::mkdtemp(name.data());
  }
  ~PrivateFile() override {
    std::error_code ignored;
    std::filesystem::remove_all(folder, ignored);
  }
  std::string file(const std::string& text, mode_t mode) const {
    const std::string path = (folder / "secret").string();
    std::ofstream(path) << text;
    ::chmod(path.c_str(), mode);
    return path;
  }

  std::filesystem::path folder;
};

TEST_F(PrivateFile, GivesThePasswordOfItsFirstLine) {
  EXPECT_EQ(read_password_file(file("open sesame \r\nand a remark\n", 0600)).value(), "open sesame");
  EXPECT_EQ(read_password_file(file("no newline", 0400)).value(), "no newline");
}

TEST_F(PrivateFile, ThatOthersCanReadIsRefused) {
  for (const mode_t mode : {0640U, 0604U, 0660U, 0666U, 0610U}) {
    const auto password = read_password_file(file("sesame\n", mode));
    ASSERT_FALSE(password) << mode;
    EXPECT_EQ(password.error().code, ErrorCode::kPermissionDenied);
    EXPECT_THAT(password.error().message,
                AllOf(HasSubstr("password_file"), HasSubstr("chmod 600"), Not(HasSubstr("sesame"))));
  }
}

// systemd gives the unit's user access to its credentials by an access list, which shows as the group's.
TEST_F(PrivateFile, OfSystemdMayShowAGroup) {
  ::setenv("CREDENTIALS_DIRECTORY", folder.c_str(), 1);
  EXPECT_TRUE(read_password_file(file("sesame\n", 0440)));
  EXPECT_FALSE(read_password_file(file("sesame\n", 0444)));
  ::unsetenv("CREDENTIALS_DIRECTORY");
  EXPECT_FALSE(read_password_file(file("sesame\n", 0440)));
}

TEST_F(PrivateFile, SaysWhatIsWrongWithIt) {
  EXPECT_EQ(read_password_file((folder / "absent").string()).error().code, ErrorCode::kNotFound);
  EXPECT_EQ(read_password_file(folder.string()).error().code, ErrorCode::kConfig);
  EXPECT_THAT(read_password_file(file("\nsecond line\n", 0600)).error().message, HasSubstr("empty"));
  EXPECT_THAT(read_password_file(file(std::string(5000, 'x'), 0600)).error().message,
              HasSubstr("more than a password"));
  EXPECT_THAT(read_password_file(file(std::string(70'000, 'x'), 0600)).error().message, HasSubstr("too large"));
}

TEST_F(PrivateFile, MayBeAnybodysWhenItIsNoSecret) {
  EXPECT_EQ(read_small_file("ca_file", file("certificate", 0644), Readers::kAnybody).value(), "certificate");
}

}  // namespace
}  // namespace airspool::uplink
