// SPDX-License-Identifier: Apache-2.0
#include <filesystem>
#include <fstream>

#include <gmock/gmock.h>
#include <sys/stat.h>
#include <unistd.h>

#include "loading.h"

namespace airspool::config::test {
namespace {

using testing::HasSubstr;

class ConfigFileTest : public testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = (std::filesystem::temp_directory_path() / "airspool-config-XXXXXX").string();
    ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
    folder_ = pattern;
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  std::string write(const std::string& content) {
    const std::string path = folder_ / "a.toml";
    std::ofstream(path, std::ios::binary) << content;
    return path;
  }
  static std::string wrong_in(const std::string& path) {
    LoadRequest request;
    request.file = path;
    const LoadResult loaded = load(request);
    return loaded ? std::string() : loaded.error().text();
  }

  std::filesystem::path folder_;
};

TEST_F(ConfigFileTest, IsRead) {
  LoadRequest request;
  request.file = write("[radio]\nppm = 7\n");
  const LoadResult loaded = load(request);
  ASSERT_TRUE(loaded) << loaded.error().text();
  EXPECT_EQ(loaded->config.radio.ppm, 7);
  EXPECT_EQ(loaded->origin("radio.ppm").label(), *request.file + ":2");
}

TEST_F(ConfigFileTest, TheDefaultOneMayBeMissing) {
  LoadRequest request;
  request.default_file = folder_ / "none.toml";
  request.settings = sets({"radio.ppm=7"});
  const LoadResult loaded = load(request);
  ASSERT_TRUE(loaded) << loaded.error().text();
  EXPECT_EQ(loaded->file, "");
  EXPECT_EQ(loaded->config.radio.ppm, 7);
}

TEST_F(ConfigFileTest, TheDefaultOneCountsWhenItIsThere) {
  LoadRequest request;
  request.default_file = write("[radio]\nppm = 7\n");
  const LoadResult loaded = load(request);
  ASSERT_TRUE(loaded) << loaded.error().text();
  EXPECT_EQ(loaded->config.radio.ppm, 7);
}

TEST_F(ConfigFileTest, ANamedOneThatIsMissingIsAnError) {
  const std::string path = folder_ / "none.toml";
  EXPECT_THAT(wrong_in(path), HasSubstr(path + ":1:1: there is no such file; name one with --config"));
}

TEST_F(ConfigFileTest, AFolderIsNoFile) {
  EXPECT_EQ(wrong_in(folder_),
            folder_.string() + ":1:1: this is a folder; name the file in it, such as airspool.toml\n");
}

TEST_F(ConfigFileTest, AFileInAFolderThatIsAFileIsMissing) {
  EXPECT_THAT(wrong_in(write("") + "/b.toml"), HasSubstr(":1:1: there is no such file"));
}

TEST_F(ConfigFileTest, DevicesAndPipesAreRefusedWithoutWaiting) {
  EXPECT_EQ(wrong_in("/dev/zero"), "/dev/zero:1:1: this is a device or pipe; name a regular file\n");
  const std::string pipe = folder_ / "pipe";
  ASSERT_EQ(::mkfifo(pipe.c_str(), 0600), 0);
  EXPECT_THAT(wrong_in(pipe), HasSubstr("this is a device or pipe"));
}

TEST_F(ConfigFileTest, AFileThatIsTooLargeIsNotRead) {
  const std::string path = write("");
  std::filesystem::resize_file(path, 10'000'000);
  EXPECT_EQ(wrong_in(path),
            path + ":1:1: the file is larger than 256 KiB, which no configuration is; is it the right one?\n");
}

TEST_F(ConfigFileTest, AnUnreadableFileSaysWhatToDo) {
  if (::geteuid() == 0) GTEST_SKIP() << "root may read everything";
  const std::string path = write("");
  ASSERT_EQ(::chmod(path.c_str(), 0), 0);
  EXPECT_EQ(wrong_in(path),
            path + ":1:1: this user may not read the file; change its owner or mode (ls -l shows them)\n");
}

TEST_F(ConfigFileTest, ByteOrderMarkAndWindowsLineEndsAreFine) {
  EXPECT_EQ(wrong_in(write("\xEF\xBB\xBF[radio]\r\nppm = 7\r\n")), "");
}

TEST_F(ConfigFileTest, LinesCountWithWindowsLineEnds) {
  EXPECT_THAT(wrong_in(write("[radio]\r\nppm = 7\r\nx = 1\r\n")), HasSubstr("a.toml:3:1: unknown key"));
}

}  // namespace
}  // namespace airspool::config::test
