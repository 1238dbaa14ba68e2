// SPDX-License-Identifier: Apache-2.0
#include "batch_parts.h"

#include <algorithm>
#include <charconv>
#include <utility>

namespace airspool::uplink {
namespace {

std::string_view first_line(std::string_view text) {
  const auto end = text.find('\n');
  return end == std::string_view::npos ? text : text.substr(0, end + 1);
}

// How much of the text its first half of whole lines is.
std::size_t half_of(std::string_view text) {
  const auto middle = text.find('\n', text.size() / 2 - 1);
  if (middle != std::string_view::npos && middle + 1 < text.size()) return middle + 1;
  // The last line is longer than all before it.
  const auto before = text.rfind('\n', text.size() - 2);
  return before == std::string_view::npos ? text.size() : before + 1;
}

std::int64_t seq_in(std::string_view record_id) {
  std::int64_t seq = 0;
  const std::string_view digits = record_id.substr(record_id.rfind('-') + 1);
  std::from_chars(digits.data(), digits.data() + digits.size(), seq);
  return seq;
}

}  // namespace

bool is_one_line(std::string_view text) { return first_line(text).size() == text.size(); }

std::string_view text_value(std::string_view line, std::string_view key) {
  const std::string start = "\"" + std::string(key) + "\":\"";
  const auto found = line.find(start);
  if (found == std::string_view::npos) return {};
  const std::string_view value = line.substr(found + start.size());
  const auto end = value.find('"');
  return end == std::string_view::npos ? std::string_view{} : value.substr(0, end);
}

Result<BatchPart> BatchCutter::part(std::string_view lines, const std::string& name) {
  BatchPart part;
  part.name = name;
  part.single = is_one_line(lines);
  for (std::string_view rest = lines; !rest.empty();) {
    const std::string_view line = first_line(rest);
    rest.remove_prefix(line.size());
    const std::string_view id = text_value(line, "record_id");
    if (id.empty()) continue;
    if (part.count++ == 0) part.name = std::string(id);
  }
  if (!compress_) {
    part.payload = std::make_shared<const std::string>(lines);
    return part;
  }
  if (!encoder_) {
    auto encoder = spool::BatchEncoder::create();
    if (!encoder) return tl::unexpected(encoder.error());
    encoder_.emplace(std::move(*encoder));
  }
  auto bytes = encoder_->encode(lines);
  if (!bytes) return tl::unexpected(bytes.error());
  part.payload = std::make_shared<const std::string>(std::move(*bytes));
  return part;
}

Result<std::vector<BatchPart>> BatchCutter::cut(std::string_view text, const std::string& name, const Fits& fits) {
  std::vector<BatchPart> parts;
  std::vector<std::string_view> todo;  // the next one last
  const auto halve = [&](std::string_view lines) {
    const std::size_t middle = half_of(lines);
    todo.push_back(lines.substr(middle));
    todo.push_back(lines.substr(0, middle));
  };
  if (is_one_line(text)) {
    todo.push_back(text);
  } else {
    halve(text);
  }
  while (!todo.empty()) {
    const std::string_view lines = todo.back();
    todo.pop_back();
    auto made = part(lines, name);
    if (!made) return tl::unexpected(made.error());
    if (made->single || fits(*made)) {
      parts.push_back(std::move(*made));
    } else {
      halve(lines);
    }
  }
  return parts;
}

Result<std::string> BatchCutter::text_of(const std::string& payload) const {
  if (compress_) return spool::decode_batch(payload);
  return payload;
}

bool RejectedLines::add(std::string_view lines, const std::string& reason, const std::string& cause) {
  for (std::string_view rest = lines; !rest.empty();) {
    const std::string_view line = first_line(rest);
    rest.remove_prefix(line.size());
    const std::int64_t seq = seq_in(text_value(line, "record_id"));
    if (seq <= 0) return false;
    first_seq_ = count_ == 0 ? seq : std::min(first_seq_, seq);
    last_seq_ = std::max(last_seq_, seq);
    ++count_;
  }
  text_.append(lines);
  reason_ = reason;
  cause_ = cause;
  return true;
}

Result<spool::BatchPtr> RejectedLines::as_batch(const spool::BatchHeader& of) const {
  auto encoder = spool::BatchEncoder::create();
  if (!encoder) return tl::unexpected(encoder.error());
  auto bytes = encoder->encode(text_);
  if (!bytes) return tl::unexpected(bytes.error());
  auto batch = std::make_shared<spool::Batch>();
  batch->header = of;
  batch->header.first_seq = first_seq_;
  batch->header.last_seq = last_seq_;
  batch->header.count = count_;
  batch->bytes = std::move(*bytes);
  return spool::BatchPtr(std::move(batch));
}

}  // namespace airspool::uplink
