// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <unistd.h>

#include <airspool/spool/batch_codec.h>
#include <airspool/uplink/file_sink.h>

namespace airspool::uplink {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

class FileSinkTest : public testing::Test {
 protected:
  FileSinkTest() : encoder_(std::move(*spool::BatchEncoder::create())) {
    std::string name = (fs::temp_directory_path() / "airspool-file-sink-XXXXXX").string();
    root_ = ::mkdtemp(name.data());
    settings_.name = "disk";
    settings_.folder = root_ / "out";
  }
  ~FileSinkTest() override { fs::remove_all(root_); }

  std::unique_ptr<Sink> open() { return std::move(*open_file_sink(settings_, clock_)); }

  spool::BatchPtr batch(std::int64_t id) {
    spool::Batch made;
    made.header.id = id;
    // Text that does not compress to nothing, so that sizes mean something.
    std::string text;
    std::uint32_t noise = static_cast<std::uint32_t>(id) * 2654435761U + 1;
    for (int i = 0; i < 500; ++i) {
      noise = noise * 1664525U + 1013904223U;
      text += std::to_string(noise);
    }
    made.bytes = *encoder_.encode(text + "\n");
    return std::make_shared<const spool::Batch>(std::move(made));
  }
  // Polls until as many answers are there.
  std::vector<Answer> answers(Sink& sink, std::size_t count) {
    std::vector<Answer> all;
    for (int i = 0; i < 1000 && all.size() < count; ++i) {
      for (Answer& answer : sink.poll(clock_.boot_now() + 50ms)) all.push_back(std::move(answer));
    }
    return all;
  }
  bool accepted(Sink& sink, const spool::BatchPtr& batch) {
    EXPECT_EQ(sink.offer(batch, false), Offer::kTaken);
    const auto answer = answers(sink, 1);
    return answer.size() == 1 && std::holds_alternative<Accepted>(answer[0].outcome);
  }
  std::string retry_cause(Sink& sink, const spool::BatchPtr& batch) {
    EXPECT_EQ(sink.offer(batch, false), Offer::kTaken);
    const auto answer = answers(sink, 1);
    if (answer.size() != 1 || !std::holds_alternative<Retry>(answer[0].outcome)) return "no retry";
    return std::get<Retry>(answer[0].outcome).cause;
  }
  [[nodiscard]] std::vector<std::string> names() const {
    std::vector<std::string> all;
    for (const auto& entry : fs::directory_iterator(settings_.folder)) all.push_back(entry.path().filename().string());
    std::sort(all.begin(), all.end());
    return all;
  }
  [[nodiscard]] std::string content(const std::string& name) const {
    std::ifstream file(settings_.folder / name, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
  }
  void write(const std::string& name, const std::string& bytes) const {
    fs::create_directories(settings_.folder);
    std::ofstream(settings_.folder / name, std::ios::binary) << bytes;
  }

  spool::BatchEncoder encoder_;
  fs::path root_;
  FileSinkSettings settings_;
  // 2026-03-01 12:00:00 UTC
  ManualClock clock_{WallTime{std::chrono::sys_days{std::chrono::year{2026} / 3 / 1} + 12h}, BootTime{1h}};
};

TEST_F(FileSinkTest, AFileIsPartWhileItGrowsAndGetsItsNameWhenItIsComplete) {
  auto sink = open();
  const auto one = batch(1);
  const auto two = batch(2);
  ASSERT_TRUE(accepted(*sink, one));
  EXPECT_EQ(names(), std::vector<std::string>{"airspool-20260301T120000Z-1.ndjson.zst.part"});
  ASSERT_TRUE(accepted(*sink, two));
  sink.reset();
  EXPECT_EQ(names(), std::vector<std::string>{"airspool-20260301T120000Z-1.ndjson.zst"});
  EXPECT_EQ(content("airspool-20260301T120000Z-1.ndjson.zst"), one->bytes + two->bytes);
}

TEST_F(FileSinkTest, LeavesNoFileWhenNothingWasWritten) {
  open().reset();
  EXPECT_TRUE(names().empty());
}

TEST_F(FileSinkTest, BeginsANewFileWhenTheOldOneIsBigEnough) {
  // More than any one of them has, less than any two.
  for (std::int64_t id = 1; id <= 4; ++id) {
    settings_.rotate_bytes = std::max<std::uint64_t>(id == 1 ? 0 : settings_.rotate_bytes, batch(id)->bytes.size() + 1);
  }
  auto sink = open();
  for (std::int64_t id = 1; id <= 4; ++id) ASSERT_TRUE(accepted(*sink, batch(id)));
  EXPECT_EQ(names(), (std::vector<std::string>{"airspool-20260301T120000Z-1.ndjson.zst",
                                               "airspool-20260301T120000Z-2.ndjson.zst"}));
}

TEST_F(FileSinkTest, BeginsANewFileWhenTheOldOneIsOldEnough) {
  settings_.rotate_seconds = 60s;
  auto sink = open();
  ASSERT_TRUE(accepted(*sink, batch(1)));
  clock_.advance(61s);
  ASSERT_TRUE(accepted(*sink, batch(2)));
  EXPECT_EQ(names(), (std::vector<std::string>{"airspool-20260301T120000Z-1.ndjson.zst",
                                               "airspool-20260301T120101Z-1.ndjson.zst.part"}));
}

TEST_F(FileSinkTest, NeverTakesANameThatIsThere) {
  write("airspool-20260301T120000Z-1.ndjson.zst", "somebody's");
  auto sink = open();
  ASSERT_TRUE(accepted(*sink, batch(1)));
  sink.reset();
  EXPECT_EQ(content("airspool-20260301T120000Z-1.ndjson.zst"), "somebody's");
  EXPECT_EQ(content("airspool-20260301T120000Z-2.ndjson.zst"), batch(1)->bytes);
}

TEST_F(FileSinkTest, CompletesWhatACrashLeftAndCutsTheTornTail) {
  const std::string whole = batch(1)->bytes + batch(2)->bytes;
  const std::string torn = batch(3)->bytes;
  write("airspool-20260228T000000Z-1.ndjson.zst.part", whole + torn.substr(0, torn.size() - 1));
  auto sink = open();
  ASSERT_TRUE(accepted(*sink, batch(4)));
  EXPECT_EQ(content("airspool-20260228T000000Z-1.ndjson.zst"), whole);
}

TEST_F(FileSinkTest, CutsATailWhoseBlocksNeverReachedTheDisk) {
  const std::string whole = batch(1)->bytes;
  std::string hole = batch(2)->bytes;
  std::fill(hole.begin() + 40, hole.end() - 4, '\0');
  write("airspool-20260228T000000Z-1.ndjson.zst.part", whole + hole);
  write("airspool-20260228T000000Z-2.ndjson.zst.part", whole + std::string(4096, '\0'));
  auto sink = open();
  ASSERT_TRUE(accepted(*sink, batch(4)));
  EXPECT_EQ(content("airspool-20260228T000000Z-1.ndjson.zst"), whole);
  EXPECT_EQ(content("airspool-20260228T000000Z-2.ndjson.zst"), whole);
}

TEST_F(FileSinkTest, RemovesALeftoverWithNothingWholeInIt) {
  write("airspool-20260228T000000Z-1.ndjson.zst.part", batch(1)->bytes.substr(0, 20));
  write("airspool-20260228T000000Z-2.ndjson.zst.part", "");
  auto sink = open();
  ASSERT_TRUE(accepted(*sink, batch(4)));
  EXPECT_EQ(names(), std::vector<std::string>{"airspool-20260301T120000Z-1.ndjson.zst.part"});
}

TEST_F(FileSinkTest, EveryCutOfALeftoverKeepsItsWholeFrames) {
  const std::string one = batch(1)->bytes;
  const std::string all = one + batch(2)->bytes;
  for (std::size_t size = one.size(); size < all.size(); size += 97) {
    write("airspool-20260228T000000Z-1.ndjson.zst.part", all.substr(0, size));
    auto sink = open();
    ASSERT_TRUE(accepted(*sink, batch(4)));
    sink.reset();
    ASSERT_EQ(content("airspool-20260228T000000Z-1.ndjson.zst"), one) << size;
    fs::remove_all(settings_.folder);
  }
}

TEST_F(FileSinkTest, LeavesTheFileOfAnotherWriterAlone) {
  auto first = open();
  ASSERT_TRUE(accepted(*first, batch(1)));
  auto second = open();
  ASSERT_TRUE(accepted(*second, batch(2)));
  ASSERT_TRUE(accepted(*first, batch(3)));
  first.reset();
  second.reset();
  EXPECT_EQ(content("airspool-20260301T120000Z-1.ndjson.zst"), batch(1)->bytes + batch(3)->bytes);
  EXPECT_EQ(content("airspool-20260301T120000Z-2.ndjson.zst"), batch(2)->bytes);
}

TEST_F(FileSinkTest, AFolderThatIsAFileIsToldAndHealsByItself) {
  std::ofstream(settings_.folder) << "not a folder";
  auto sink = open();
  EXPECT_EQ(retry_cause(*sink, batch(1)), "not-a-folder");
  EXPECT_FALSE(sink->health().connected);
  EXPECT_TRUE(sink->health().attention);
  EXPECT_NE(sink->health().detail.find(settings_.folder.string()), std::string::npos);
  fs::remove(settings_.folder);
  fs::create_directory(settings_.folder);
  EXPECT_TRUE(accepted(*sink, batch(1)));
  EXPECT_TRUE(sink->health().connected);
}

TEST_F(FileSinkTest, AFolderThatGoesUnderAnOpenFileIsNoticedBeforeTheAck) {
  auto sink = open();
  ASSERT_TRUE(accepted(*sink, batch(1)));
  fs::remove_all(settings_.folder);
  EXPECT_EQ(retry_cause(*sink, batch(2)), "folder-gone");
  fs::create_directory(settings_.folder);
  EXPECT_TRUE(accepted(*sink, batch(2)));
}

TEST_F(FileSinkTest, HealsWithoutABatch) {
  auto sink = open();
  ASSERT_TRUE(accepted(*sink, batch(1)));
  fs::remove_all(settings_.folder);
  ASSERT_EQ(retry_cause(*sink, batch(2)), "folder-gone");
  fs::create_directory(settings_.folder);
  for (int i = 0; i < 1000 && !sink->health().connected; ++i) {
    clock_.advance(100ms);
    sink->poll(clock_.boot_now() + 50ms);
  }
  EXPECT_TRUE(sink->health().connected);
}

TEST_F(FileSinkTest, AFolderThatMayNotBeWrittenIsTold) {
  if (::geteuid() == 0) GTEST_SKIP() << "root may write everywhere";
  fs::create_directory(settings_.folder);
  fs::permissions(settings_.folder, fs::perms::owner_read | fs::perms::owner_exec);
  auto sink = open();
  EXPECT_EQ(retry_cause(*sink, batch(1)), "not-writable");
  fs::permissions(settings_.folder, fs::perms::owner_all);
  EXPECT_TRUE(accepted(*sink, batch(1)));
}

TEST_F(FileSinkTest, AFullDiskLeavesNoHalfBatch) {
  auto sink = open();
  ASSERT_TRUE(accepted(*sink, batch(1)));
  // A limit on file sizes ends a write in its middle, as a full disk does.
  rlimit before{};
  ASSERT_EQ(::getrlimit(RLIMIT_FSIZE, &before), 0);
  const auto old_handler = std::signal(SIGXFSZ, SIG_IGN);
  rlimit tight = before;
  tight.rlim_cur = batch(1)->bytes.size() + 100;
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &tight), 0);
  const std::string cause = retry_cause(*sink, batch(2));
  const std::string part = content("airspool-20260301T120000Z-1.ndjson.zst.part");
  ::setrlimit(RLIMIT_FSIZE, &before);
  std::signal(SIGXFSZ, old_handler);
  EXPECT_EQ(cause, "disk-full");
  EXPECT_EQ(part, batch(1)->bytes);
  EXPECT_NE(sink->health().detail.find("free some space"), std::string::npos);
  EXPECT_TRUE(accepted(*sink, batch(2)));
  EXPECT_TRUE(sink->health().connected);
}

TEST_F(FileSinkTest, RefusesSettingsThatMakeNoSense) {
  settings_.folder = "";
  EXPECT_EQ(open_file_sink(settings_, clock_).error().code, ErrorCode::kConfig);
  settings_.folder = root_ / "out";
  settings_.rotate_seconds = 0s;
  EXPECT_EQ(open_file_sink(settings_, clock_).error().code, ErrorCode::kConfig);
}

}  // namespace
}  // namespace airspool::uplink
