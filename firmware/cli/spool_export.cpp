// SPDX-License-Identifier: Apache-2.0
#include <atomic>
#include <chrono>
#include <cstdio>
#include <iostream>
#include <memory>
#include <string>

#include <CLI/CLI.hpp>
#include <signal.h>
#include <unistd.h>

#include <airspool/core/clock.h>
#include <airspool/spool/batch_codec.h>
#include <airspool/spool/record_table.h>

#include "cli/commands.h"
#include "cli/output_stream.h"
#include "cli/spool_commands.h"
#include "cli/spool_door.h"
#include "cli/stop_signal.h"
#include "cli/utc_time.h"

namespace airspool::cli {
namespace {

constexpr int kExitOfSignal = 128;  // what a shell adds to the number of the signal
constexpr Nanoseconds kRedraw = std::chrono::milliseconds(250);

struct ExportOptions {
  SpoolChoice choice;
  std::string since;
  std::string until;
  std::string format = "ndjson";
  std::string output;
  bool dead = false;
};

// How far it is, in one line on stderr that is redrawn and gone at the end. Only where a person looks at it and nothing
// else is printed there.
class Counter {
 public:
  explicit Counter(bool to_file)
      : enabled_(::isatty(STDERR_FILENO) != 0 && (to_file || ::isatty(STDOUT_FILENO) == 0)) {}
  ~Counter() {
    if (drawn_) std::fputs("\r\033[K", stderr);
  }
  Counter(const Counter&) = delete;
  Counter& operator=(const Counter&) = delete;
  void show(std::int64_t batches, std::int64_t records) {
    if (!enabled_ || (drawn_ && clock_.boot_now() - *drawn_ < kRedraw)) return;
    drawn_ = clock_.boot_now();
    std::fprintf(stderr, "\r%lld batches, %lld records\033[K", static_cast<long long>(batches),
                 static_cast<long long>(records));
    std::fflush(stderr);
  }

 private:
  SystemClock clock_;
  bool enabled_;
  std::optional<BootTime> drawn_;
};

class Export {
 public:
  Export(bool csv, std::optional<WallTime> since, std::optional<WallTime> until, OutputStream& out)
      : csv_(csv), since_(since), until_(until), out_(out) {}

  Result<void> begin() { return csv_ ? out_.write(spool::csv_header()) : Result<void>(); }

  Result<void> take(const spool::StoredBatch& batch) {
    ++batches;
    if (batch.held) {
      ++held;
      return {};
    }
    const auto text = batch.bytes ? spool::decode_batch(*batch.bytes)
                                  : Result<std::string>(fail(ErrorCode::kInvalidData, "its bytes cannot be read"));
    if (!text) {
      ++damaged;
      return {};
    }
    if (!csv_ && !since_ && !until_) {
      records += batch.header.count;
      return out_.write(*text);
    }
    return take_lines(*text);
  }

  std::int64_t batches = 0;
  std::int64_t records = 0;
  std::int64_t held = 0;
  std::int64_t damaged = 0;

 private:
  Result<void> take_lines(std::string_view text) {
    while (!text.empty()) {
      const auto end = std::min(text.find('\n'), text.size() - 1);
      const std::string_view line = text.substr(0, end + 1);
      text.remove_prefix(end + 1);
      const auto read = reader_.read(line);
      if (!read) {
        ++damaged;
        return {};
      }
      if (!read->is_record) continue;
      const WallTime time{std::chrono::milliseconds(read->event_ms)};
      if ((since_ && time < *since_) || (until_ && time >= *until_)) continue;
      ++records;
      row_.clear();
      if (csv_) reader_.append_csv(row_);
      if (auto done = out_.write(csv_ ? std::string_view(row_) : line); !done) return done;
    }
    return {};
  }

  bool csv_;
  std::optional<WallTime> since_;
  std::optional<WallTime> until_;
  OutputStream& out_;
  spool::LineReader reader_;
  std::string row_;
};

Result<std::optional<WallTime>> time_of(const std::string& text, const char* option) {
  if (text.empty()) return std::optional<WallTime>();
  const auto time = parse_utc(text);
  if (!time) {
    return fail(ErrorCode::kUsage, std::string(option) + " '" + text +
                                       "': not a time; give UTC such as 2026-11-22T12:00:00Z, or seconds since 1970");
  }
  return std::optional(*time);
}

Result<int> run(const ExportOptions& options) {
  const auto since = time_of(options.since, "--since");
  const auto until = time_of(options.until, "--until");
  if (!since || !until) return tl::unexpected(since ? until.error() : since.error());
  const auto path = options.choice.path();
  if (!path) return exit_status(ErrorCode::kConfig);
  auto door = SpoolDoor::open(*path);
  if (!door) return tl::unexpected(door.error());

  ::signal(SIGPIPE, SIG_IGN);
  ::signal(SIGXFSZ, SIG_IGN);
  std::atomic<bool> stopping{false};
  const StopSignal stop([&stopping] { stopping = true; });
  auto out = options.output.empty() ? Result<OutputStream>(OutputStream::standard_output())
                                    : OutputStream::create_file(options.output);
  if (!out) return tl::unexpected(out.error());
  Export to(options.format == "csv", *since, *until, *out);
  auto done = to.begin();
  {
    Counter counter(!options.output.empty());
    if (done) {
      done =
          door->each({.dead = options.dead, .with_bytes = true}, [&](const spool::StoredBatch& batch) -> Result<bool> {
            if (auto taken = to.take(batch); !taken) return tl::unexpected(taken.error());
            counter.show(to.batches, to.records);
            return !stopping;
          });
    }
  }
  if (done) done = stopping ? out->flush() : out->commit();
  if (!done) {
    if (out->reader_gone()) return 0;
    return tl::unexpected(done.error());
  }
  if (stopping) {
    std::cerr << "airspool: stopped by a signal after " << to.records << " records"
              << (options.output.empty() ? "" : "; " + options.output + " was not written") << '\n';
    return kExitOfSignal + stop.received();
  }
  if (to.held > 0) {
    std::cerr << "airspool: " << to.held
              << " batches are left out: their times are not final before the clock is synchronised (spool stat)\n";
  }
  if (to.damaged > 0) {
    return fail(ErrorCode::kInvalidData, std::to_string(to.damaged) +
                                             " batches could not be read; 'airspool spool verify' names them. All "
                                             "others were exported");
  }
  return 0;
}

}  // namespace

void add_spool_export(CLI::App& spool, int& exit_code) {
  auto options = std::make_shared<ExportOptions>();
  CLI::App* command = spool.add_subcommand("export", "The records that are stored, as NDJSON or CSV");
  options->choice.add_to(*command);
  command->add_option("--since", options->since, "Only records from this time on (event_time_ms)")->type_name("UTC");
  command->add_option("--until", options->until, "Only records before this time")->type_name("UTC");
  command->add_option("--format", options->format, "ndjson: the lines as they are stored; csv: RFC 4180, one row each")
      ->check(CLI::IsMember({"ndjson", "csv"}))
      ->capture_default_str();
  command
      ->add_option("--output", options->output, "Write to this file, complete or not at all; default: standard output")
      ->type_name("FILE");
  command->add_flag("--dead", options->dead, "The dead letters instead of the batches");
  command->footer(
      "\nTakes nothing away: what is exported is still sent. Without --since and --until, NDJSON also has the lines "
      "that\n"
      "are no records ('start', 'gap'). Times are UTC: 2026-11-22T12:00:00Z, or seconds since 1970.\n"
      "  airspool spool export --since 2026-11-22T06:00:00Z --format csv > morning.csv");
  command->callback([options, &exit_code] {
    const Result<int> done = run(*options);
    exit_code = done ? *done : report(done.error());
  });
}

}  // namespace airspool::cli
