// SPDX-License-Identifier: Apache-2.0
#include <chrono>
#include <filesystem>
#include <fstream>
#include <string>
#include <thread>
#include <vector>

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <airspool/radio/file_source.h>

namespace airspool::radio {
namespace {

using ::testing::HasSubstr;
using std::chrono_literals::operator""ms;
using std::chrono_literals::operator""us;

// A folder of its own for each test.
class FileSourceTest : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = (std::filesystem::temp_directory_path() / "airspool-radio-XXXXXX").string();
    ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
    folder_ = pattern;
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  // Bytes 0, 1, 2, ... so that each tells where it came from.
  std::string write(const std::string& name, std::size_t bytes) {
    const std::string path = (folder_ / name).string();
    std::ofstream out(path, std::ios::binary);
    for (std::size_t i = 0; i < bytes; ++i) out.put(static_cast<char>(i & 0xFFU));
    return path;
  }

  static FileSettings small_blocks(const std::string& path) {
    FileSettings settings;
    settings.path = path;
    settings.block_samples = 4;
    return settings;
  }

  std::filesystem::path folder_;
};

std::vector<std::size_t> block_lengths(FileSource& source, std::size_t at_most) {
  std::vector<std::size_t> lengths;
  while (lengths.size() < at_most) {
    const Result<IqBlock> block = source.next();
    if (!block || block->samples() == 0) break;
    lengths.push_back(block->samples());
  }
  return lengths;
}

TEST_F(FileSourceTest, DeliversAFileInBlocksThatCountOn) {
  auto source = FileSource::open(small_blocks(write("a.cu8", 20)));
  ASSERT_TRUE(source);
  EXPECT_EQ((*source)->info().total_samples, 10U);
  EXPECT_EQ((*source)->info().format, SampleFormat::kCu8);

  std::uint64_t expected = 0;
  for (const std::size_t length : {4U, 4U, 2U}) {
    const Result<IqBlock> block = (*source)->next();
    ASSERT_TRUE(block);
    EXPECT_EQ(block->first_sample, expected);
    ASSERT_EQ(block->samples(), length);
    EXPECT_EQ(std::to_integer<unsigned>(block->bytes[0]), expected * 2);
    expected += length;
  }
  EXPECT_EQ((*source)->next()->samples(), 0U);
  EXPECT_EQ((*source)->next()->samples(), 0U);
  EXPECT_EQ((*source)->trailing_bytes(), 0U);
}

TEST_F(FileSourceTest, TakesTheFormatFromTheEndingUnlessTold) {
  EXPECT_EQ((*FileSource::open(small_blocks(write("a.CS16", 8))))->info().format, SampleFormat::kCs16);
  EXPECT_EQ((*FileSource::open(small_blocks(write("a.sc16", 8))))->info().format, SampleFormat::kCs16);
  EXPECT_EQ((*FileSource::open(small_blocks(write("a.raw", 8))))->info().format, SampleFormat::kCu8);
  FileSettings told = small_blocks(write("b.cu8", 8));
  told.format = SampleFormat::kCs16;
  EXPECT_EQ((*FileSource::open(told))->info().total_samples, 2U);
}

TEST_F(FileSourceTest, ReadsATruncatedRecordingUpToItsLastWholeSample) {
  auto source = FileSource::open(small_blocks(write("a.cs16", 4 * 5 + 3)));
  ASSERT_TRUE(source);
  EXPECT_EQ((*source)->info().total_samples, 5U);
  EXPECT_EQ(block_lengths(**source, 10), (std::vector<std::size_t>{4, 1}));
  EXPECT_EQ((*source)->trailing_bytes(), 3U);
}

TEST_F(FileSourceTest, CountsOnOverTheSeamOfALoop) {
  for (const std::size_t bytes : {16U, 12U}) {  // ends on the edge of a block, and within one
    FileSettings settings = small_blocks(write("a.cu8", bytes));
    settings.loop = true;
    auto source = FileSource::open(settings);
    ASSERT_TRUE(source);
    EXPECT_FALSE((*source)->info().total_samples);
    std::uint64_t expected = 0;
    for (int i = 0; i < 7; ++i) {
      const Result<IqBlock> block = (*source)->next();
      ASSERT_TRUE(block);
      EXPECT_EQ(block->first_sample, expected);
      EXPECT_EQ(std::to_integer<unsigned>(block->bytes[0]), expected * 2 % bytes);
      expected += block->samples();
    }
    EXPECT_GT(expected, bytes / 2 * 2);
  }
}

TEST_F(FileSourceTest, SaysSoWhenALoopedFileIsEmptied) {
  FileSettings settings = small_blocks(write("a.cu8", 8));
  settings.loop = true;
  auto source = FileSource::open(settings);
  ASSERT_TRUE((*source)->next());
  std::filesystem::resize_file(settings.path, 0);
  const Result<IqBlock> block = (*source)->next();
  ASSERT_FALSE(block);
  EXPECT_EQ(block.error().code, ErrorCode::kIo);
}

TEST_F(FileSourceTest, NamesAMissingFile) {
  const auto source = FileSource::open(small_blocks((folder_ / "none.cu8").string()));
  ASSERT_FALSE(source);
  EXPECT_EQ(source.error().code, ErrorCode::kNotFound);
  EXPECT_THAT(source.error().message, HasSubstr("none.cu8: no such file"));
}

TEST_F(FileSourceTest, RefusesAFolder) {
  const auto source = FileSource::open(small_blocks(folder_.string()));
  ASSERT_FALSE(source);
  EXPECT_EQ(source.error().code, ErrorCode::kInvalidData);
  EXPECT_THAT(source.error().message, HasSubstr("is a folder"));
}

TEST_F(FileSourceTest, RefusesAnUnreadableFile) {
  const std::string path = write("a.cu8", 8);
  std::filesystem::permissions(path, std::filesystem::perms::none);
  if (::access(path.c_str(), R_OK) == 0) GTEST_SKIP() << "this user may read everything";
  const auto source = FileSource::open(small_blocks(path));
  ASSERT_FALSE(source);
  EXPECT_EQ(source.error().code, ErrorCode::kPermissionDenied);
}

TEST_F(FileSourceTest, RefusesAFileWithoutAWholeSample) {
  for (const std::size_t bytes : {0U, 3U}) {
    const auto source = FileSource::open(small_blocks(write("a.cs16", bytes)));
    ASSERT_FALSE(source);
    EXPECT_EQ(source.error().code, ErrorCode::kInvalidData);
    EXPECT_THAT(source.error().message, HasSubstr("a.cs16"));
  }
}

TEST_F(FileSourceTest, RefusesSettingsWithoutSense) {
  FileSettings settings = small_blocks(write("a.cu8", 8));
  settings.block_samples = 0;
  EXPECT_EQ(FileSource::open(settings).error().code, ErrorCode::kUsage);
  settings.block_samples = 4;
  settings.sample_rate_hz = 0;
  EXPECT_EQ(FileSource::open(settings).error().code, ErrorCode::kUsage);
}

TEST_F(FileSourceTest, KnowsWhenAFileWasModifiedLast) {
  const std::string path = write("a.cu8", 8);
  const timespec times[2] = {{1'700'000'000, 0}, {1'700'000'000, 500}};
  ASSERT_EQ(::utimensat(AT_FDCWD, path.c_str(), times, 0), 0);
  auto source = FileSource::open(small_blocks(path));
  EXPECT_EQ((*source)->modified(), WallTime(std::chrono::seconds(1'700'000'000) + Nanoseconds(500)));
}

TEST_F(FileSourceTest, AssemblesWholeSamplesFromAPipeThatDrips) {
  const std::string path = (folder_ / "pipe.cs16").string();
  ASSERT_EQ(::mkfifo(path.c_str(), 0600), 0);
  std::thread writer([&] {
    const int fd = ::open(path.c_str(), O_WRONLY);
    for (int i = 0; i < 4 * 6 + 1; ++i) {
      const char byte = static_cast<char>(i);
      ASSERT_EQ(::write(fd, &byte, 1), 1);
    }
    ::close(fd);
  });
  auto source = FileSource::open(small_blocks(path));
  ASSERT_TRUE(source);
  EXPECT_FALSE((*source)->info().total_samples);
  EXPECT_FALSE((*source)->modified());
  EXPECT_EQ(block_lengths(**source, 10), (std::vector<std::size_t>{4, 2}));
  EXPECT_EQ((*source)->trailing_bytes(), 1U);
  writer.join();
}

TEST_F(FileSourceTest, ReportsAnEmptyPipeAtTheFirstRead) {
  const std::string path = (folder_ / "pipe").string();
  ASSERT_EQ(::mkfifo(path.c_str(), 0600), 0);
  std::thread writer([&] { ::close(::open(path.c_str(), O_WRONLY)); });
  auto source = FileSource::open(small_blocks(path));
  writer.join();
  ASSERT_TRUE(source);
  const Result<IqBlock> block = (*source)->next();
  ASSERT_FALSE(block);
  EXPECT_EQ(block.error().code, ErrorCode::kInvalidData);
}

TEST_F(FileSourceTest, DoesNotLoopAPipe) {
  const std::string path = (folder_ / "pipe").string();
  ASSERT_EQ(::mkfifo(path.c_str(), 0600), 0);
  std::thread writer([&] { ::close(::open(path.c_str(), O_WRONLY)); });
  FileSettings settings = small_blocks(path);
  settings.loop = true;
  const auto source = FileSource::open(settings);
  writer.join();
  ASSERT_FALSE(source);
  EXPECT_EQ(source.error().code, ErrorCode::kUsage);
}

TEST_F(FileSourceTest, StopEndsTheWaitForASilentPipe) {
  const std::string path = (folder_ / "pipe").string();
  ASSERT_EQ(::mkfifo(path.c_str(), 0600), 0);
  int silent = -1;
  std::thread writer([&] { silent = ::open(path.c_str(), O_WRONLY); });
  auto source = FileSource::open(small_blocks(path));
  writer.join();
  std::thread stopper([&] { (*source)->stop(); });
  const Result<IqBlock> block = (*source)->next();
  stopper.join();
  ::close(silent);
  ASSERT_TRUE(block);
  EXPECT_EQ(block->samples(), 0U);
}

TEST_F(FileSourceTest, HandsABlockOutWhenItsLastSampleWouldHaveArrived) {
  ManualClock clock;
  std::vector<Nanoseconds> waits;
  FileSettings settings = small_blocks(write("a.cu8", 24));
  settings.sample_rate_hz = 4000;
  settings.pace = Pace::kRealTime;
  auto source = FileSource::open(settings, {&clock, [&](Nanoseconds time) {
                                              waits.push_back(time);
                                              clock.advance(time);
                                            }});
  ASSERT_TRUE((*source)->next());
  clock.advance(400us);  // the reader works; only the rest is waited for
  ASSERT_TRUE((*source)->next());
  clock.advance(5ms);  // the reader is late: no wait
  ASSERT_TRUE((*source)->next());
  EXPECT_EQ(waits, (std::vector<Nanoseconds>{1ms, 600us}));
}

TEST_F(FileSourceTest, DoesNotHurryAfterTheMachineSlept) {
  ManualClock clock;
  Nanoseconds waited{};
  FileSettings settings = small_blocks(write("a.cu8", 24));
  settings.sample_rate_hz = 4000;
  settings.pace = Pace::kRealTime;
  auto source = FileSource::open(settings, {&clock, [&](Nanoseconds time) {
                                              waited += time;
                                              clock.advance(time);
                                            }});
  ASSERT_TRUE((*source)->next());
  clock.advance(std::chrono::hours(1));
  ASSERT_TRUE((*source)->next());
  ASSERT_TRUE((*source)->next());
  EXPECT_EQ(waited, 2ms);
}

TEST_F(FileSourceTest, StopEndsARealTimeWait) {
  FileSettings settings = small_blocks(write("a.cu8", 24));
  settings.sample_rate_hz = 1;  // 4 s a block
  settings.pace = Pace::kRealTime;
  auto source = FileSource::open(settings);
  std::thread stopper([&] { (*source)->stop(); });
  const Result<IqBlock> block = (*source)->next();
  stopper.join();
  ASSERT_TRUE(block);
  EXPECT_EQ(block->samples(), 0U);
  EXPECT_EQ((*source)->next()->samples(), 0U);
}

}  // namespace
}  // namespace airspool::radio
