// SPDX-License-Identifier: Apache-2.0
#include "http_exchange.h"

#include <array>
#include <cctype>

namespace airspool::uplink {
namespace {

constexpr std::size_t kLongestHead = 16 * 1024;

std::string_view trimmed(std::string_view text) {
  const auto first = text.find_first_not_of(" \t\r");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t\r") - first + 1);
}

tl::unexpected<Error> no_http() {
  return fail(ErrorCode::kUnavailable, "what answers is no HTTP server; check the address and port");
}

}  // namespace

Result<bool> HttpExchange::advance(net::ByteStream& stream) {
  while (!request_.empty()) {
    const auto sent = stream.write(request_);
    if (!sent) return tl::unexpected(sent.error());
    if (*sent == 0) return false;
    request_.erase(0, *sent);
  }
  for (;;) {
    std::array<char, 1024> chunk{};
    const auto came = stream.read(chunk);
    if (!came) return tl::unexpected(came.error());
    if (*came == 0) {
      // What a layer below could not send at once.
      const auto flushed = stream.write({});
      if (!flushed) return tl::unexpected(flushed.error());
      return false;
    }
    answer_.append(chunk.data(), *came);
    constexpr std::string_view kStart = "HTTP/1.";
    if (std::string_view(answer_).substr(0, kStart.size()) != kStart.substr(0, answer_.size())) return no_http();
    const auto end = answer_.find("\r\n\r\n");
    if (end != std::string::npos) return read_head(end);
    if (answer_.size() > kLongestHead) return no_http();
  }
}

Result<bool> HttpExchange::read_head(std::size_t end) {
  const std::string head = answer_.substr(0, end);
  answer_.erase(0, end + 4);
  std::size_t at = head.find("\r\n");
  const std::string_view line = std::string_view(head).substr(0, at);
  // "HTTP/1.1 101 Switching Protocols"
  if (line.size() < 12 || line[8] != ' ') return no_http();
  for (std::size_t i = 9; i < 12; ++i) {
    if (line[i] < '0' || line[i] > '9') return no_http();
    status_ = status_ * 10 + (line[i] - '0');
  }
  reason_ = std::string(trimmed(line.substr(12)));
  while (at != std::string::npos) {
    const std::size_t next = head.find("\r\n", at + 2);
    const std::string_view field =
        std::string_view(head).substr(at + 2, next == std::string::npos ? next : next - at - 2);
    at = next;
    const auto colon = field.find(':');
    if (colon == std::string_view::npos) continue;
    std::string name(field.substr(0, colon));
    for (char& c : name) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    fields_.emplace_back(std::move(name), trimmed(field.substr(colon + 1)));
  }
  return true;
}

std::string_view HttpExchange::field(std::string_view name) const {
  for (const auto& [candidate, value] : fields_) {
    if (candidate == name) return value;
  }
  return {};
}

std::string base64(std::string_view bytes) {
  constexpr std::string_view kDigits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string text;
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    const std::size_t count = bytes.size() - i < 3 ? bytes.size() - i : 3;
    unsigned group = 0;
    for (std::size_t k = 0; k < 3; ++k)
      group = group << 8U | (k < count ? static_cast<unsigned char>(bytes[i + k]) : 0U);
    for (std::size_t k = 0; k < 4; ++k) {
      text.push_back(k <= count ? kDigits[(group >> (18U - 6U * static_cast<unsigned>(k))) & 0x3FU] : '=');
    }
  }
  return text;
}

}  // namespace airspool::uplink
