// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <csignal>
#include <fstream>
#include <functional>
#include <iterator>
#include <numeric>

#include <sys/resource.h>
#include <sys/wait.h>

#include "spool_fixture.h"

namespace airspool::spool {
namespace {

class SpoolFaultTest : public SpoolFixture {
 protected:
  SpoolFaultTest() { settings_.sinks = {{"lake", StartAt::kOldest, LeaseOrder::kOldestFirst}}; }

  // In a process of its own, whose files cannot grow beyond a limit set and lifted at will: a disk that is full.
  // `story` returns what went wrong, or nothing.
  static void run(const std::function<std::string()>& story) {
    int pipe_ends[2];
    ASSERT_EQ(pipe(pipe_ends), 0);
    const pid_t child = fork();
    if (child == 0) {
      std::signal(SIGXFSZ, SIG_IGN);
      const std::string verdict = story();
      (void)!write(pipe_ends[1], verdict.data(), verdict.size());
      _exit(verdict.empty() ? 0 : 1);
    }
    close(pipe_ends[1]);
    std::string verdict(4096, '\0');
    const ssize_t size = read(pipe_ends[0], verdict.data(), verdict.size());
    verdict.resize(size > 0 ? static_cast<std::size_t>(size) : 0);
    close(pipe_ends[0]);
    int status = 0;
    waitpid(child, &status, 0);
    EXPECT_EQ(verdict, "");
    EXPECT_TRUE(WIFEXITED(status));
  }
  static void limit_files(rlim_t bytes) {
    rlimit limit{};
    getrlimit(RLIMIT_FSIZE, &limit);
    limit.rlim_cur = std::min(bytes, limit.rlim_max);
    setrlimit(RLIMIT_FSIZE, &limit);
  }
};

TEST_F(SpoolFaultTest, AFullDiskKeepsBatchesInMemoryUntilItHasRoom) {
  run([&]() -> std::string {
    Spool spool = open();
    append(spool, 10);
    if (spool.stored_seq() != 10) return "first batch not stored";
    limit_files(8192);
    append(spool, 200);
    if (spool.stored_seq() == 210) return "the limit had no effect";
    const SpoolStat full = spool.stat();
    if (full.unstored_batches != 20) return "waiting: " + std::to_string(full.unstored_batches);
    if (full.last_error.empty()) return "no error is shown";
    if (lease(spool, "lake").batches.size() != 1) return "a batch was leased that is not on disk";
    pass(spool, 3);
    limit_files(RLIM_INFINITY);
    pass(spool, 2);
    if (spool.stored_seq() != 210) return "not stored after the disk had room: " + spool.stat().last_error;
    if (!spool.stat().last_error.empty()) return "the error stayed";
    return "";
  });
  Spool spool = open();
  std::vector<std::int64_t> expected(210);
  std::iota(expected.begin(), expected.end(), 1);
  const std::string all = text(lease(spool, "lake"));
  EXPECT_EQ(seqs(all), expected);
  EXPECT_EQ(lines_of_kind(all, "start").size(), 1U);
  EXPECT_TRUE(lines_of_kind(all, "gap").empty());
}

TEST_F(SpoolFaultTest, WhatMemoryCannotHoldIsCountedAndAnnounced) {
  run([&]() -> std::string {
    Spool spool = open();
    append(spool, 10);
    limit_files(8192);
    append(spool, 1000);
    const SpoolStat full = spool.stat();
    if (full.unstored_batches != 64) return "waiting: " + std::to_string(full.unstored_batches);
    limit_files(RLIM_INFINITY);
    pass(spool, 2);
    append(spool, 10);
    return spool.stored_seq() == 1020 ? "" : "not stored: " + spool.stat().last_error;
  });
  Spool spool = open();
  const SpoolStat stat = spool.stat();
  ASSERT_EQ(stat.drops.size(), 1U);
  EXPECT_EQ(stat.drops[0].reason, "store-failed");
  EXPECT_EQ(stat.drops[0].batches, 36);
  EXPECT_EQ(stat.drops[0].records, 360);
  const std::string all = text(lease(spool, "lake"));
  EXPECT_EQ(seqs(all).size(), 660U);
  const std::vector<std::string> gaps = lines_of_kind(all, "gap");
  ASSERT_FALSE(gaps.empty());
  EXPECT_NE(gaps.back().find(R"("to":370,"reason":"store-failed")"), std::string::npos) << gaps.back();
}

TEST_F(SpoolFaultTest, TheStartIsToldByTheFirstBatchThatIsStored) {
  run([&]() -> std::string {
    Spool spool = open();
    limit_files(4096);
    append(spool, 1000);
    limit_files(RLIM_INFINITY);
    pass(spool, 2);
    append(spool, 10);
    return spool.stored_seq() == 1010 ? "" : "not stored: " + spool.stat().last_error;
  });
  Spool spool = open();
  EXPECT_GE(lines_of_kind(text(lease(spool, "lake")), "start").size(), 1U);
}

TEST_F(SpoolFaultTest, AFullDiskAtTheStartIsAnErrorInWords) {
  run([&]() -> std::string {
    limit_files(4096);
    auto spool = Spool::open(settings_, clock_);
    if (spool) return "was opened";
    if (spool.error().code != ErrorCode::kIo) return "wrong code: " + spool.error().message;
    if (spool.error().message.find("free some space") == std::string::npos) return spool.error().message;
    return "";
  });
}

TEST_F(SpoolFaultTest, AckedBatchesStayAckedWhenTheDiskIsFullForAWhile) {
  run([&]() -> std::string {
    Spool spool = open();
    append(spool, 50);
    const Lease leased = lease(spool, "lake", 3);
    limit_files(4096);
    settle(spool, leased);
    pass(spool, 20);
    limit_files(RLIM_INFINITY);
    pass(spool, 20);
    return spool.stat().last_error;
  });
  Spool spool = open();
  EXPECT_EQ(spool.stat().batches, 2);
}

TEST_F(SpoolFaultTest, ABatchWhoseBytesChangedOnDiskIsNotSent) {
  {
    Spool spool = open();
    append(spool, 30);
  }
  // A byte in the middle of the second frame: no page of SQLite is the worse for it.
  std::string bytes;
  {
    std::ifstream file(settings_.path, std::ios::binary);
    bytes.assign(std::istreambuf_iterator<char>(file), {});
  }
  const std::string magic = "\x28\xB5\x2F\xFD";
  std::vector<std::size_t> frames;
  for (auto at = bytes.find(magic); at != std::string::npos; at = bytes.find(magic, at + 1)) frames.push_back(at);
  ASSERT_EQ(frames.size(), 3U);
  std::ranges::sort(frames);
  bytes.at(frames[1] + 100) = static_cast<char>(bytes.at(frames[1] + 100) ^ 0x10);
  std::ofstream(settings_.path, std::ios::binary) << bytes;

  Spool spool = open();
  EXPECT_EQ(lease(spool, "lake").batches.size(), 2U);
  append(spool, 10);
  const auto gaps = lines_of_kind(text(lease(spool, "lake")), "gap");
  ASSERT_EQ(gaps.size(), 1U);
  EXPECT_NE(gaps[0].find("\"reason\":\"damaged\"}"), std::string::npos) << gaps[0];
}

}  // namespace
}  // namespace airspool::spool
