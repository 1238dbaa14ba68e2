// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include <airspool/core/result.h>

namespace airspool::spool {

// Records as rows of a table (RFC 4180: commas, CRLF, quotes doubled), for people with a spreadsheet. One column a
// field of Record v1, in the order in which records print them; a field that a record does not have is an empty cell.
// Units as in record_codec.h.

// The first row, with its CRLF.
std::string csv_header();

// What one line of a batch is.
struct Line {
  bool is_record = false;     // else a notice
  std::int64_t event_ms = 0;  // of a record, UTC
  std::int64_t seq = 0;       // of a record
  std::string record_id;      // of a record
};

// Reads lines of a batch. Keeps its working memory; one thread.
class LineReader {
 public:
  LineReader();
  ~LineReader();
  LineReader(const LineReader&) = delete;
  LineReader& operator=(const LineReader&) = delete;

  // kInvalidData: no JSON object, or a record without its identity or time.
  Result<Line> read(std::string_view line);
  // The line read last as a row, with its CRLF.
  void append_csv(std::string& out) const;

 private:
  struct Parsed;
  std::unique_ptr<Parsed> parsed_;
};

}  // namespace airspool::spool
