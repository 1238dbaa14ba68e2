// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <airspool/core/result.h>
#include <airspool/spool/batch.h>

namespace airspool::spool {

// Looking into the queue, a page at a time, so that the thread that owns it is never busy with a page for longer than
// a disk takes for half a megabyte. The same questions go to a running collector (through its control socket: JSON
// there and back) and to a file that nobody runs (SpoolFile). Between two pages batches may come and go: a walk by id
// sees each batch at most once.

struct PageRequest {
  bool dead = false;       // dead letters instead of batches
  std::int64_t after = 0;  // rows with a greater id
  std::size_t rows = 100;  // at most; kMaxPageRows is the bound
  bool with_bytes = false;
};
inline constexpr std::size_t kMaxPageRows = 1000;
inline constexpr std::int64_t kMaxPageBytes = std::int64_t{512} << 10;  // of batches; one goes, however large

// A batch, or a dead letter, as it lies in the file.
struct StoredBatch {
  std::int64_t row = 0;  // of a dead letter; of a batch its id
  BatchHeader header;
  std::int64_t size = 0;           // bytes
  bool held = false;               // its times are not final: no sink gets it yet
  bool thinned = false;            // some of its records were given up
  std::vector<std::string> sinks;  // that still wait for it; of a dead letter the one that rejected it
  std::string reason;              // of a dead letter
  std::optional<WallTime> rejected;
  std::optional<std::string> bytes;  // when asked for; none: they are missing
};
struct StoredPage {
  std::vector<StoredBatch> batches;
  bool more = false;  // ask again, after the last row
};

// Dead letters that shall be tried again: each becomes a batch that only its sink waits for, with a new batch id and
// the same records.
struct RequeueRequest {
  std::string sink = {};    // empty: of every sink
  std::string reason = {};  // part of the reason; empty: whatever it was
  std::int64_t after = 0;   // rows with a greater id
  std::size_t rows = 50;    // looked at, at most
};
struct Requeued {
  std::int64_t batches = 0;
  std::int64_t records = 0;
  std::int64_t after = 0;         // where to go on
  bool more = false;              // ask again, after that
  std::vector<std::string> gone;  // sinks that are not configured any more: their letters stay
};

// What SQLite says of the whole file (PRAGMA quick_check). Not while a collector runs and the file is so large that
// its records would have to wait.
struct CheckResult {
  bool checked = false;
  std::string problem;  // empty: none
};

// The questions and answers as JSON objects on one line. kInvalidData: it is no such object.
inline constexpr std::string_view kPageCommand = "spool.page";
inline constexpr std::string_view kRequeueCommand = "spool.requeue-dead";
inline constexpr std::string_view kCheckCommand = "spool.check";
std::string to_json(const PageRequest& request);
std::string to_json(const RequeueRequest& request);
std::string to_json(const StoredBatch& batch);
Result<StoredPage> page_from_json(std::string_view json);
Result<Requeued> requeued_from_json(std::string_view json);
Result<CheckResult> check_from_json(std::string_view json);

// The file of a spool that nobody runs; holds its lock, so that no collector begins meanwhile. One thread.
class SpoolFile {
 public:
  // kLook changes nothing, ever; kChange brings an older format up to date. Errors as Spool::inspect().
  enum class Purpose : std::uint8_t { kLook, kChange };
  static Result<SpoolFile> open(const std::string& path, Purpose purpose = Purpose::kLook);
  SpoolFile(SpoolFile&& other) noexcept;
  SpoolFile& operator=(SpoolFile&& other) noexcept;
  ~SpoolFile();

  // `command`: one of the above; `arguments`: its request; gives its answer, all as JSON. kUsage: no such command.
  Result<std::string> answer(std::string_view command, std::string_view arguments);

 private:
  class Impl;
  explicit SpoolFile(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace airspool::spool
