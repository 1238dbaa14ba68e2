// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <charconv>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <string_view>

#include <signal.h>
#include <sys/wait.h>
#include <sysexits.h>
#include <unistd.h>

#include "lake.h"
#include "life.h"

// The fault campaign on the spool: seeded scenarios of processes that append, deliver and die on one file, and after
// each an independent check of the promise (src/spool/README.md). See tools/campaign.sh.
namespace airspool::campaign {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

struct Totals {
  int lives = 0;
  int killed = 0;
  int power_cuts = 0;
  int damaged = 0;
  int refused = 0;
  std::int64_t stored = 0;
  std::int64_t delivered = 0;
  std::int64_t resent = 0;
  std::int64_t announced = 0;
  std::int64_t unannounced = 0;
};

fs::path scratch() {
  const fs::path memory = "/dev/shm";
  return ::access(memory.c_str(), W_OK) == 0 ? memory : fs::temp_directory_path();
}

template <typename Body>
int status_of_child(Body body) {
  std::fflush(nullptr);
  const pid_t child = ::fork();
  if (child < 0) std::abort();
  if (child == 0) body();
  int status = 0;
  ::waitpid(child, &status, 0);
  return status;
}

// Empty when the process ended as it may.
std::string complaint(int status, bool may_be_killed) {
  if (WIFSIGNALED(status)) {
    if (WTERMSIG(status) == SIGKILL && may_be_killed) return "";
    return "died of signal " + std::to_string(WTERMSIG(status));
  }
  switch (WEXITSTATUS(status)) {
    case kEndedWell:
    case kRefusedToOpen:
      return "";
    case kOpenFailed:
      return "could not open the spool, on a disk that works";
    case kUnreadable:
      return "leased bytes that are no batch";
    case kNeverDrained:
      return "never came to an end with what was left";
    case kNotFlushed:
      return "ended without storing what it had, on a disk that works";
    default:
      return "ended with status " + std::to_string(WEXITSTATUS(status));
  }
}

// What is wrong, one line each; empty: nothing.
std::vector<std::string> run(const Plan& plan, const Place& place, Totals& totals) {
  Dice dice(plan.seed ^ 0x5EED);
  if (plan.begins_with_format_1 > 0) {
    status_of_child([&] {
      write_format_1(place, plan.begins_with_format_1);
      ::_exit(0);
    });
  }
  Times times{WallTime{1'790'000'000s}, BootTime{100s}, 1};
  int number = 0;
  for (const Life& life : plan.lives) {
    if (life.damage_before) {
      damage(place, dice);
      ++totals.damaged;
    }
    if (life.new_boot) {
      times.boot = BootTime{std::chrono::seconds(dice.between(10, 60))};
      ++times.boots;
    }
    const int status = status_of_child([&] { live(plan, life, number, place, times); });
    ++totals.lives;
    ++number;
    totals.killed += life.end == End::kKilled ? 1 : 0;
    totals.power_cuts += life.end == End::kPowerCut ? 1 : 0;
    totals.refused += WIFEXITED(status) && WEXITSTATUS(status) == kRefusedToOpen ? 1 : 0;
    if (const std::string wrong = complaint(status, life.end != End::kClean); !wrong.empty()) {
      return {"life " + std::to_string(number - 1) + " " + wrong};
    }
    // No life is longer than this.
    times.truth += 200h;
    times.boot += 200h;
  }
  const int status = status_of_child([&] { live_happily(plan, number, place, times); });
  if (const std::string wrong = complaint(status, false); !wrong.empty()) return {"the last life " + wrong};

  Verdict verdict = judge(plan, place);
  totals.stored += verdict.stored;
  totals.delivered += verdict.delivered;
  totals.resent += verdict.resent;
  totals.announced += verdict.announced;
  totals.unannounced += verdict.unannounced;
  return std::move(verdict.faults);
}

struct Options {
  std::uint64_t runs = 20;
  std::uint64_t seed = 1090;
  bool keep = false;
};

int usage() {
  std::fputs(
      "usage: spool_campaign [--runs N] [--seed S] [--keep]\n"
      "Run number i of seed S is the only run of seed S+i: a failure says which. --keep leaves its folder.\n",
      stderr);
  return EX_USAGE;
}

bool parse(std::string_view text, std::uint64_t& value) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc() && end == text.data() + text.size();
}

int campaign(const Options& options) {
  const auto started = std::chrono::steady_clock::now();
  Totals totals;
  std::uint64_t failed = 0;
  for (std::uint64_t i = 0; i < options.runs; ++i) {
    const Plan plan = make_plan(options.seed + i);
    const fs::path folder = scratch() / ("airspool-campaign-" + std::to_string(::getpid()) + "-" + std::to_string(i));
    fs::remove_all(folder);
    fs::create_directories(folder);
    const auto faults = run(plan, Place{folder.string()}, totals);
    if (!faults.empty()) {
      ++failed;
      std::printf("FAILED: --seed %llu --runs 1: %s\n", static_cast<unsigned long long>(plan.seed),
                  describe(plan).c_str());
      for (const std::string& fault : faults) std::printf("    %s\n", fault.c_str());
      if (options.keep) {
        std::printf("    see %s\n", folder.c_str());
        continue;
      }
    }
    fs::remove_all(folder);
  }
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - started).count();
  std::printf(
      "seed %llu, %llu runs in %.1f s, %llu failed: %d lives (%d killed, %d power cuts, %d after damage, %d refused a "
      "disk "
      "that does not work)\n%lld records stored; at two sinks %lld delivered, %lld more than once, %lld announced as "
      "gaps, %lld lost by damage\n",
      static_cast<unsigned long long>(options.seed), static_cast<unsigned long long>(options.runs), seconds,
      static_cast<unsigned long long>(failed), totals.lives, totals.killed, totals.power_cuts, totals.damaged,
      totals.refused, static_cast<long long>(totals.stored), static_cast<long long>(totals.delivered),
      static_cast<long long>(totals.resent), static_cast<long long>(totals.announced),
      static_cast<long long>(totals.unannounced));
  return failed == 0 ? 0 : 1;
}

}  // namespace
}  // namespace airspool::campaign

int main(int argc, char** argv) {
  airspool::campaign::Options options;
  for (int i = 1; i < argc; ++i) {
    const std::string_view word = argv[i];
    if (word == "--keep") {
      options.keep = true;
    } else if ((word == "--runs" || word == "--seed") && i + 1 < argc &&
               airspool::campaign::parse(argv[i + 1], word == "--runs" ? options.runs : options.seed)) {
      ++i;
    } else {
      return airspool::campaign::usage();
    }
  }
  return airspool::campaign::campaign(options);
}
