// SPDX-License-Identifier: Apache-2.0
#include "aws/presign.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdio>
#include <optional>

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <airspool/net/http_client.h>

namespace airspool::uplink::aws {
namespace {

constexpr std::string_view kAlgorithm = "AWS4-HMAC-SHA256";
constexpr std::size_t kDigestBytes = 32;

std::string hex(std::string_view bytes) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string out;
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    out += kDigits[byte >> 4U];
    out += kDigits[byte & 0xFU];
  }
  return out;
}

std::optional<std::string> sha256(std::string_view text) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest;
  unsigned size = 0;
  if (EVP_Digest(text.data(), text.size(), digest.data(), &size, EVP_sha256(), nullptr) != 1 || size != kDigestBytes) {
    return std::nullopt;
  }
  return std::string(reinterpret_cast<const char*>(digest.data()), size);
}

std::optional<std::string> hmac(const std::optional<std::string>& key, std::string_view text) {
  if (!key) return std::nullopt;
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest;
  unsigned size = 0;
  if (HMAC(EVP_sha256(), key->data(), static_cast<int>(key->size()),
           reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest.data(), &size) == nullptr ||
      size != kDigestBytes) {
    return std::nullopt;
  }
  return std::string(reinterpret_cast<const char*>(digest.data()), size);
}

struct Stamp {
  std::string date;  // "20261122"
  std::string time;  // "20261122T123456Z"
};

Stamp stamp(WallTime now) {
  std::string text = time_text(now);
  text.erase(std::remove_if(text.begin(), text.end(), [](char c) { return c == '-' || c == ':'; }), text.end());
  return {text.substr(0, 8), text};
}

}  // namespace

Result<std::string> presigned_url(const PresignRequest& request, const Credentials& credentials, WallTime now) {
  const Stamp when = stamp(now);
  const std::string scope = when.date + '/' + request.region + '/' + request.service + "/aws4_request";

  auto query = request.query;
  query.emplace_back("X-Amz-Algorithm", kAlgorithm);
  query.emplace_back("X-Amz-Credential", credentials.access_key_id + '/' + scope);
  query.emplace_back("X-Amz-Date", when.time);
  query.emplace_back("X-Amz-Expires", std::to_string(request.lifetime.count()));
  if (!credentials.session_token.empty()) query.emplace_back("X-Amz-Security-Token", credentials.session_token);
  query.emplace_back("X-Amz-SignedHeaders", "host");
  for (auto& [name, value] : query) {
    name = net::percent_encoded(name);
    value = net::percent_encoded(value);
  }
  std::sort(query.begin(), query.end());
  std::string text;
  for (const auto& [name, value] : query) {
    if (!text.empty()) text += '&';
    text.append(name).append("=").append(value);
  }

  const auto empty_hash = sha256("");
  if (!empty_hash) return fail(ErrorCode::kInternal, "the cryptographic library does not know SHA-256");
  const std::string canonical = "GET\n/\n" + text + "\nhost:" + request.host + "\n\nhost\n" + hex(*empty_hash);
  const auto canonical_hash = sha256(canonical);
  if (!canonical_hash) return fail(ErrorCode::kInternal, "the cryptographic library does not know SHA-256");
  const std::string to_sign = std::string(kAlgorithm) + '\n' + when.time + '\n' + scope + '\n' + hex(*canonical_hash);

  auto key = hmac("AWS4" + credentials.secret_access_key, when.date);
  for (const std::string_view part :
       {std::string_view(request.region), std::string_view(request.service), std::string_view("aws4_request")}) {
    key = hmac(key, part);
  }
  const auto signature = hmac(key, to_sign);
  if (!signature) return fail(ErrorCode::kInternal, "the cryptographic library does not know HMAC with SHA-256");
  return "https://" + request.host + "/?" + text + "&X-Amz-Signature=" + hex(*signature);
}

std::string base64url(std::string_view bytes) {
  constexpr std::string_view kDigits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  std::string out;
  out.reserve((bytes.size() * 4 + 2) / 3);
  std::uint32_t held = 0;
  unsigned bits = 0;
  for (const char c : bytes) {
    held = held << 8U | static_cast<unsigned char>(c);
    for (bits += 8; bits >= 6; bits -= 6) out += kDigits[held >> (bits - 6) & 0x3FU];
  }
  if (bits > 0) out += kDigits[held << (6 - bits) & 0x3FU];
  return out;
}

}  // namespace airspool::uplink::aws
