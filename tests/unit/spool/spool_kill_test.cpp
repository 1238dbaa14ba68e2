// SPDX-License-Identifier: Apache-2.0
#include <csignal>
#include <cstdio>
#include <map>
#include <random>
#include <set>

#include <fcntl.h>
#include <sys/wait.h>

#include "spool_fixture.h"

namespace airspool::spool {
namespace {

// A collector that appends as fast as it can, is killed at a random moment, and is started again: twenty times on one
// file. Half of what is stored is delivered and acknowledged on the way. AIRSPOOL_SEED and AIRSPOOL_RUNS repeat or
// lengthen it.
class SpoolKillTest : public SpoolFixture {
 protected:
  SpoolKillTest() {
    settings_.batch_records = 20;
    settings_.sinks = {{"lake", StartAt::kOldest, LeaseOrder::kLiveFirst},
                       {"all", StartAt::kOldest, LeaseOrder::kOldestFirst}};
  }

  static unsigned number(const char* variable, unsigned otherwise) {
    const char* text = std::getenv(variable);
    return text == nullptr ? otherwise : static_cast<unsigned>(std::strtoul(text, nullptr, 10));
  }

  // Never returns: it is killed. Says "<spool_id> <seq>" after each stored batch, with one write.
  [[noreturn]] void collect(int out, unsigned seed) {
    std::mt19937 random(seed);
    auto spool = Spool::open(settings_, clock_);
    if (!spool) _exit(3);
    std::int64_t told = 0;
    for (;;) {
      spool->append(record());
      if (random() % 50 == 0) {
        clock_.advance(std::chrono::seconds(11));
        spool->step(clock_.boot_now());
        settle(*spool, lease(*spool, "lake", random() % 8),
               random() % 4 == 0 ? Settlement::kReturned : Settlement::kAccepted);
      }
      if (spool->stored_seq() == told) continue;
      told = spool->stored_seq();
      char line[64];
      const int size =
          std::snprintf(line, sizeof line, "%s %lld\n", spool->spool_id().c_str(), static_cast<long long>(told));
      if (write(out, line, static_cast<std::size_t>(size)) != size) _exit(4);
    }
  }

  // What the child said before it died.
  static std::string drain(int in) {
    std::string said;
    char buffer[4096];
    for (ssize_t size = read(in, buffer, sizeof buffer); size > 0; size = read(in, buffer, sizeof buffer)) {
      said.append(buffer, static_cast<std::size_t>(size));
    }
    return said;
  }
};

TEST_F(SpoolKillTest, NothingThatWasStoredIsLost) {
  const unsigned seed = number("AIRSPOOL_SEED", 1090);
  const unsigned runs = number("AIRSPOOL_RUNS", 20);
  RecordProperty("seed", static_cast<int>(seed));
  std::mt19937 random(seed);
  std::map<std::string, std::int64_t> stored;  // by spool_id, as it was reported

  for (unsigned run = 0; run < runs; ++run) {
    int pipe_ends[2];
    ASSERT_EQ(pipe(pipe_ends), 0);
    const unsigned child_seed = random();
    const pid_t child = fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
      close(pipe_ends[0]);
      collect(pipe_ends[1], child_seed);
    }
    close(pipe_ends[1]);
    // The moment is measured in what the child has said, plus a random piece of a batch's time.
    const unsigned lines_before_death = random() % 60;
    std::string said;
    char byte = 0;
    for (unsigned lines = 0; lines < lines_before_death && read(pipe_ends[0], &byte, 1) == 1;) {
      said += byte;
      if (byte == '\n') ++lines;
    }
    for (unsigned spin = random() % 200'000; spin > 0; --spin) asm volatile("");
    kill(child, SIGKILL);
    said += drain(pipe_ends[0]);
    close(pipe_ends[0]);
    int status = 0;
    waitpid(child, &status, 0);
    ASSERT_TRUE(WIFSIGNALED(status)) << "run " << run << " ended by itself: " << WEXITSTATUS(status);

    for (std::size_t at = 0, end = 0; (end = said.find('\n', at)) != std::string::npos; at = end + 1) {
      const std::string line = said.substr(at, end - at);
      const std::size_t space = line.find(' ');
      stored[line.substr(0, space)] = std::stoll(line.substr(space + 1));
    }

    // Read with the eyes of the sink that took nothing yet, without leaving a trace.
    Spool spool = open();
    std::map<std::string, std::int64_t> seen;
    std::set<std::string> ids;
    for (const BatchPtr& batch : lease(spool, "all", 1'000'000).batches) {
      const BatchHeader& header = batch->header;
      ASSERT_EQ(header.first_seq, seen[header.spool_id] + 1) << "run " << run << ": a hole in " << header.spool_id;
      seen[header.spool_id] = header.last_seq;
      const std::string lines = decode_batch(batch->bytes).value();
      const std::vector<std::int64_t> inside = seqs(lines);
      ASSERT_EQ(inside.size(), header.count);
      for (const std::int64_t seq : inside) {
        const std::string id = header.spool_id + "-" + std::to_string(seq);
        ASSERT_NE(lines.find("\"record_id\":\"" + id + "\""), std::string::npos);
        ASSERT_TRUE(ids.insert(id).second) << id << " twice";
      }
    }
    for (const auto& [spool_id, seq] : stored) ASSERT_GE(seen[spool_id], seq) << "run " << run << ", seed " << seed;
  }
  std::size_t records = 0;
  for (const auto& [spool_id, seq] : stored) records += static_cast<std::size_t>(seq);
  RecordProperty("records_stored", static_cast<int>(records));
  EXPECT_GT(records, 0U);
  EXPECT_FALSE(std::filesystem::exists(settings_.path + ".corrupt"));
}

}  // namespace
}  // namespace airspool::spool
