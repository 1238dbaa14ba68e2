// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <airspool/core/result.h>
#include <airspool/spool/batch.h>
#include <airspool/spool/batch_codec.h>

namespace airspool::uplink {

// One message's worth of a batch: all of it, or some of its lines encoded anew where the other side takes only less.
struct BatchPart {
  std::string name;         // what the batch would be called if this were all of it: record_id of its first record
  std::uint32_t count = 0;  // records; a line that announces a gap or a start is none
  std::shared_ptr<const std::string> payload;
  bool whole = false;   // the batch as it lies in the spool
  bool single = false;  // one line: it cannot be cut any more
};

// Cuts the text of batches. Keeps its working memory once it was needed (about 0.7 MB). One thread.
class BatchCutter {
 public:
  using Fits = std::function<bool(const BatchPart&)>;

  explicit BatchCutter(bool compress) : compress_(compress) {}

  // Parts of `text` (NDJSON) in its order, at least two unless it is one line; each fits or is a single line. `name`:
  // for parts without a record. kInternal: out of memory.
  Result<std::vector<BatchPart>> cut(std::string_view text, const std::string& name, const Fits& fits);
  // The text inside a payload that was made here or lies in the spool.
  [[nodiscard]] Result<std::string> text_of(const std::string& payload) const;

 private:
  Result<BatchPart> part(std::string_view lines, const std::string& name);

  bool compress_;
  std::optional<spool::BatchEncoder> encoder_;
};

// Whether the text is one line at most.
bool is_one_line(std::string_view text);
// The value of a key whose value is a string without escapes, in a line as spool/record_codec.h prints it; empty when
// the line has no such key.
std::string_view text_value(std::string_view line, std::string_view key);

// Lines of a batch that can never be delivered, while all its other lines were.
class RejectedLines {
 public:
  // False: there is a line without a seq among them, so that the batch can only be rejected as a whole.
  bool add(std::string_view lines, const std::string& reason, const std::string& cause);
  [[nodiscard]] bool empty() const { return text_.empty(); }
  [[nodiscard]] std::uint32_t count() const { return count_; }
  [[nodiscard]] const std::string& reason() const { return reason_; }
  [[nodiscard]] const std::string& cause() const { return cause_; }
  // As a batch with the header of `of`, narrowed to these records.
  [[nodiscard]] Result<spool::BatchPtr> as_batch(const spool::BatchHeader& of) const;

 private:
  std::string text_;
  std::uint32_t count_ = 0;
  std::int64_t first_seq_ = 0;
  std::int64_t last_seq_ = 0;
  std::string reason_;
  std::string cause_;
};

}  // namespace airspool::uplink
