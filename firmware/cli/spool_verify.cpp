// SPDX-License-Identifier: Apache-2.0
#include <iostream>
#include <map>
#include <memory>
#include <string>

#include <CLI/CLI.hpp>

#include <airspool/spool/batch_codec.h>
#include <airspool/spool/record_table.h>

#include "cli/commands.h"
#include "cli/spool_commands.h"
#include "cli/spool_door.h"

namespace airspool::cli {
namespace {

constexpr int kSomethingWrong = 1;
constexpr std::int64_t kMaxPrinted = 100;  // a person does not read more

struct VerifyOptions {
  SpoolChoice choice;
};

// Holds every batch against its header: bytes that zstd's checksum agrees with, lines that are what a batch consists
// of, seq that grow within the header's range, as many as it says, under its run.
class Verifier {
 public:
  void take(const spool::StoredBatch& batch, bool dead) {
    ++(dead ? dead_letters : batches);
    const std::string wrong = check(batch);
    if (wrong.empty()) return;
    if (++problems > kMaxPrinted) return;
    std::cout << (dead ? "dead letter " : "batch ") << batch.row << " (records " << batch.header.spool_id << ' '
              << batch.header.first_seq << " to " << batch.header.last_seq << "): " << wrong << '\n';
  }
  void file(const spool::CheckResult& check) {
    if (!check.checked) {
      std::cout << "not checked: the pages of the file as a whole, for that would hold the collector's records up; "
                   "stop it and verify again\n";
    } else if (!check.problem.empty()) {
      ++problems;
      std::cout << "the file: " << check.problem << '\n';
    }
  }

  std::int64_t batches = 0;
  std::int64_t dead_letters = 0;
  std::int64_t records = 0;
  std::int64_t problems = 0;

 private:
  std::string check(const spool::StoredBatch& batch) {
    const spool::BatchHeader& header = batch.header;
    if (header.spool_id.empty()) return "the run that it belongs to is missing";
    if (header.first_seq < 1 || header.last_seq < header.first_seq ||
        header.last_seq - header.first_seq + 1 < static_cast<std::int64_t>(header.count)) {
      return "its header contradicts itself";
    }
    if (!batch.bytes) return "its bytes are missing";
    if (static_cast<std::int64_t>(batch.bytes->size()) != batch.size) return "its bytes are cut off";
    const auto text = spool::decode_batch(*batch.bytes);
    if (!text) return text.error().message;
    if (batch.held) {  // kept in a form of its own until its times are final
      records += header.count;
      return "";
    }
    return check_lines(*text, header);
  }

  std::string check_lines(std::string_view text, const spool::BatchHeader& header) {
    std::int64_t count = 0;
    std::int64_t last = header.first_seq - 1;
    while (!text.empty()) {
      const auto end = text.find('\n');
      if (end == std::string_view::npos) return "its last line is cut off";
      const auto line = reader_.read(text.substr(0, end));
      text.remove_prefix(end + 1);
      if (!line) return line.error().message;
      if (!line->is_record) continue;
      ++count;
      if (line->seq <= last || line->seq > header.last_seq)
        return "seq " + std::to_string(line->seq) + " is out of order";
      last = line->seq;
      if (line->record_id != header.spool_id + "-" + std::to_string(line->seq)) {
        return "record " + line->record_id + " belongs elsewhere";
      }
    }
    if (count != static_cast<std::int64_t>(header.count)) {
      return "it has " + std::to_string(count) + " records and not " + std::to_string(header.count);
    }
    records += count;
    return "";
  }

  spool::LineReader reader_;
};

Result<int> verify(const VerifyOptions& options) {
  const auto path = options.choice.path();
  if (!path) return exit_status(ErrorCode::kConfig);
  auto door = SpoolDoor::open(*path);
  if (!door) return tl::unexpected(door.error());
  Verifier verifier;
  const auto check = door->check();
  if (!check) return tl::unexpected(check.error());
  verifier.file(*check);
  for (const bool dead : {false, true}) {
    const auto done = door->each({.dead = dead, .with_bytes = true}, [&](const spool::StoredBatch& batch) {
      verifier.take(batch, dead);
      return Result<bool>(true);
    });
    if (!done) return tl::unexpected(done.error());
  }
  if (verifier.problems == 0) {
    std::cout << "good: " << verifier.batches << " batches and " << verifier.dead_letters << " dead letters, "
              << verifier.records << " records\n";
    return 0;
  }
  if (verifier.problems > kMaxPrinted) std::cout << "and " << verifier.problems - kMaxPrinted << " more\n";
  std::cout << verifier.problems << " problems. Batches that are bad are dropped, counted and announced as a gap when "
            << "their turn comes; the others are delivered.\nTo keep what can be read: airspool spool export --output "
            << "FILE. If this comes again, look at the disk (dmesg).\n";
  return kSomethingWrong;
}

}  // namespace

void add_spool_verify(CLI::App& spool, int& exit_code) {
  auto options = std::make_shared<VerifyOptions>();
  CLI::App* command = spool.add_subcommand("verify", "Read everything that is stored and say what is wrong with it");
  options->choice.add_to(*command);
  command->footer(
      "\nReads every batch and every dead letter: the checksum of its bytes, its lines, its seq against its header; "
      "and\n"
      "the pages of the file. Changes nothing. Exit status 0: all is good; 1: what is wrong stands there.");
  command->callback([options, &exit_code] {
    const Result<int> done = verify(*options);
    exit_code = done ? *done : report(done.error());
  });
}

}  // namespace airspool::cli
