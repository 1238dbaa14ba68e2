// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include <airspool/core/result.h>

namespace airspool::spool {

// NDJSON text into the bytes of a batch: one zstd frame (RFC 8878) with content size and checksum. The same
// text always gives the same bytes with the same zstd. Keeps its working memory between calls (700 KB). One thread.
class BatchEncoder {
 public:
  // kInternal: out of memory.
  static Result<BatchEncoder> create();

  Result<std::string> encode(std::string_view ndjson);

 private:
  struct Context;
  struct FreeContext {
    void operator()(Context* context) const;
  };
  explicit BatchEncoder(std::unique_ptr<Context, FreeContext> context) : context_(std::move(context)) {}
  std::unique_ptr<Context, FreeContext> context_;
};

// No batch of ours comes near this: it is the bound on what a damaged or foreign frame may ask of memory.
inline constexpr std::size_t kMaxDecodedBytes = std::size_t{64} << 20;

// The NDJSON text inside the bytes of a batch. kInvalidData: not exactly one whole zstd frame, a checksum that does not
// fit, or more than `max_bytes` of text (memory never grows beyond it, whatever the frame claims). Any thread.
Result<std::string> decode_batch(std::string_view bytes, std::size_t max_bytes = kMaxDecodedBytes);

}  // namespace airspool::spool
