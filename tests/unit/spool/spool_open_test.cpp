// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <fstream>
#include <thread>

#include <fcntl.h>
#include <poll.h>
#include <sys/file.h>

#include "spool_fixture.h"

namespace airspool::spool {
namespace {

class SpoolOpenTest : public SpoolFixture {
 protected:
  Error refused() {
    auto spool = Spool::open(settings_, clock_);
    if (!spool) return spool.error();
    ADD_FAILURE() << "was opened";
    return {};
  }
  static bool says(const Error& error, const std::string& words) {
    return error.message.find(words) != std::string::npos;
  }
  std::vector<std::string> files() const {
    std::vector<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator(folder_)) names.push_back(entry.path().filename());
    std::sort(names.begin(), names.end());
    return names;
  }
  void write_file(const std::string& content) const { std::ofstream(settings_.path, std::ios::binary) << content; }
};

// What root may do to a folder that it has no right to write in says nothing about the user who runs this.
class WithoutRoot {
 public:
  WithoutRoot() : user_(geteuid()) {
    if (user_ == 0) dropped_ = seteuid(65534) == 0;
  }
  ~WithoutRoot() {
    if (dropped_) (void)!seteuid(user_);
  }
  WithoutRoot(const WithoutRoot&) = delete;
  WithoutRoot& operator=(const WithoutRoot&) = delete;

 private:
  uid_t user_;
  bool dropped_ = false;
};

TEST_F(SpoolOpenTest, MakesTheLastFolderOfThePathOnly) {
  settings_.path = folder_ / "data" / "spool.db";
  open();
  EXPECT_TRUE(std::filesystem::exists(settings_.path));
  settings_.path = folder_ / "no" / "such" / "spool.db";
  const Error error = refused();
  EXPECT_EQ(error.code, ErrorCode::kNotFound);
  EXPECT_TRUE(says(error, "mkdir -p")) << error.message;
  EXPECT_TRUE(says(error, "spool.path")) << error.message;
}

TEST_F(SpoolOpenTest, AFolderIsNoSpool) {
  settings_.path = folder_;
  const Error error = refused();
  EXPECT_EQ(error.code, ErrorCode::kConfig);
  EXPECT_TRUE(says(error, "is a folder")) << error.message;
}

TEST_F(SpoolOpenTest, AReadOnlyFolderIsNamed) {
  std::filesystem::permissions(folder_, std::filesystem::perms{0555});
  Error error;
  {
    const WithoutRoot unprivileged;
    error = refused();
  }
  EXPECT_EQ(error.code, ErrorCode::kPermissionDenied);
  EXPECT_TRUE(says(error, folder_)) << error.message;
  EXPECT_TRUE(says(error, "spool.path")) << error.message;
  std::filesystem::permissions(folder_, std::filesystem::perms{0755});
}

TEST_F(SpoolOpenTest, ASpoolOfAnotherUserIsNamed) {
  open();
  std::filesystem::permissions(settings_.path, std::filesystem::perms{0444});
  std::filesystem::permissions(settings_.path + ".lock", std::filesystem::perms{0666});
  std::filesystem::permissions(folder_, std::filesystem::perms{0555});
  Error error;
  {
    const WithoutRoot unprivileged;
    error = refused();
  }
  EXPECT_EQ(error.code, ErrorCode::kPermissionDenied) << error.message;
  std::filesystem::permissions(folder_, std::filesystem::perms{0755});
}

TEST_F(SpoolOpenTest, ASecondInstanceIsToldWhoHoldsIt) {
  const Spool first = open();
  const Error error = refused();
  EXPECT_EQ(error.code, ErrorCode::kUnavailable);
  EXPECT_TRUE(says(error, "process " + std::to_string(getpid()))) << error.message;
  EXPECT_TRUE(says(error, "stop it first")) << error.message;
}

TEST_F(SpoolOpenTest, TheLockGoesWithItsOwner) {
  { const Spool first = open(); }
  const Spool second = open();
  EXPECT_EQ(files(), (std::vector<std::string>{"spool.db", "spool.db-wal", "spool.db.lock"})) << "no -shm";
}

TEST_F(SpoolOpenTest, SettingsThatCannotWorkAreRefused) {
  settings_.max_bytes = 1000;
  EXPECT_TRUE(says(refused(), "spool.max_bytes"));
  settings_.max_bytes = kMinSpoolBytes;
  settings_.batch_records = 0;
  EXPECT_TRUE(says(refused(), "spool.batch_records"));
  settings_.batch_records = 10;
  settings_.sinks = {{"lake"}, {"lake"}};
  EXPECT_TRUE(says(refused(), "lake"));
  settings_.sinks.clear();
  settings_.station_id.clear();
  EXPECT_TRUE(says(refused(), "station.name"));
}

TEST_F(SpoolOpenTest, AFileThatIsNoDatabaseIsMovedAside) {
  write_file(std::string(10'000, 'x'));
  Spool spool = open();
  append(spool, 10);
  EXPECT_EQ(spool.stored_seq(), 10);
  EXPECT_TRUE(std::filesystem::exists(settings_.path + ".corrupt-20260921T141320Z"));
}

TEST_F(SpoolOpenTest, ADamagedPageIsFoundAndTheFileMovedAside) {
  settings_.sinks = {{"lake", StartAt::kOldest}};
  {
    Spool spool = open();
    append(spool, 100);
  }
  {
    std::fstream file(settings_.path, std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(4096 * 3);
    file << std::string(8192, '\x5A');
  }
  Spool spool = open();
  EXPECT_EQ(spool.stat().batches, 0);
  EXPECT_EQ(files().size(), 4U);
}

TEST_F(SpoolOpenTest, ATruncatedFileIsMovedAside) {
  {
    Spool spool = open();
    append(spool, 100);
  }
  std::filesystem::resize_file(settings_.path, 4096 * 4);
  open();
  EXPECT_TRUE(std::filesystem::exists(settings_.path + ".corrupt-20260921T141320Z"));
}

TEST_F(SpoolOpenTest, DamageTwiceInASecondKeepsBothFiles) {
  write_file(std::string(5000, 'x'));
  open();
  write_file(std::string(5000, 'y'));
  open();
  EXPECT_TRUE(std::filesystem::exists(settings_.path + ".corrupt-20260921T141320Z"));
  EXPECT_TRUE(std::filesystem::exists(settings_.path + ".corrupt-20260921T141320Z-2"));
}

TEST_F(SpoolOpenTest, AnEmptyFileBecomesASpool) {
  write_file("");
  open();
  EXPECT_EQ(files(), (std::vector<std::string>{"spool.db", "spool.db.lock"}));
}

TEST_F(SpoolOpenTest, AnotherProgramsDatabaseIsLeftAlone) {
  open();
  {  // the application id at offset 68 of the header (SQLite file format 1.3)
    std::fstream file(settings_.path, std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(68);
    file << "GPKG";
  }
  const Error error = refused();
  EXPECT_EQ(error.code, ErrorCode::kConfig);
  EXPECT_TRUE(says(error, "another program")) << error.message;
  EXPECT_EQ(files().size(), 2U);
}

TEST_F(SpoolOpenTest, ANewerFormatIsRefusedWithTheNextStep) {
  open();
  {  // the user version at offset 60
    std::fstream file(settings_.path, std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(63);
    file.put(9);
  }
  const Error error = refused();
  EXPECT_TRUE(says(error, "format 9")) << error.message;
  EXPECT_TRUE(says(error, "newer airspool")) << error.message;
}

TEST_F(SpoolOpenTest, InspectChangesNothing) {
  settings_.sinks = {{"lake", StartAt::kOldest}, {"home", StartAt::kOldest}};
  std::string spool_id;
  {
    Spool spool = open();
    append(spool, 25);
    settle(spool, lease(spool, "lake", 1));
    spool_id = spool.spool_id();
  }
  for (int i = 0; i < 2; ++i) {
    const auto stat = Spool::inspect(settings_.path);
    ASSERT_TRUE(stat) << stat.error().message;
    EXPECT_FALSE(stat->running);
    EXPECT_EQ(stat->spool_id, spool_id);
    EXPECT_EQ(stat->last_seq, 25);
    EXPECT_EQ(stat->batches, 3);
    EXPECT_EQ(stat->records, 25);
    ASSERT_EQ(stat->sinks.size(), 2U);
    EXPECT_EQ(stat->sinks[0].name, "home");
    EXPECT_EQ(stat->sinks[0].batches, 3);
    EXPECT_EQ(stat->sinks[1].name, "lake");
    EXPECT_EQ(stat->sinks[1].records, 15);
  }
}

TEST_F(SpoolOpenTest, InspectSaysWhoHoldsTheSpool) {
  const Spool running = open();
  const auto stat = Spool::inspect(settings_.path);
  ASSERT_FALSE(stat);
  EXPECT_EQ(stat.error().code, ErrorCode::kUnavailable);
  EXPECT_TRUE(says(stat.error(), "airspool spool stat")) << stat.error().message;
}

TEST_F(SpoolOpenTest, InspectOfNothingMakesNothing) {
  const auto stat = Spool::inspect(settings_.path);
  ASSERT_FALSE(stat);
  EXPECT_EQ(stat.error().code, ErrorCode::kNotFound);
  EXPECT_TRUE(files().empty());
  EXPECT_EQ(Spool::inspect(folder_ / "no" / "spool.db").error().code, ErrorCode::kNotFound);
}

TEST_F(SpoolOpenTest, InspectOfADamagedFileLeavesItThere) {
  write_file(std::string(10'000, 'x'));
  const auto stat = Spool::inspect(settings_.path);
  ASSERT_FALSE(stat);
  EXPECT_EQ(stat.error().code, ErrorCode::kInvalidData);
  EXPECT_TRUE(std::filesystem::exists(settings_.path));
}

TEST_F(SpoolOpenTest, SomebodyWhoOnlyLooksDoesNotKeepACollectorFromStarting) {
  const int looking = ::open((settings_.path + ".lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0640);
  ASSERT_EQ(::flock(looking, LOCK_EX), 0);
  std::thread looker([looking] {
    ::poll(nullptr, 0, 30);
    ::close(looking);
  });
  EXPECT_TRUE(Spool::open(settings_, clock_));
  looker.join();
}

}  // namespace
}  // namespace airspool::spool
