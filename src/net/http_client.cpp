// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <cctype>
#include <utility>

#include <airspool/net/http_client.h>

namespace airspool::net {
namespace {

bool same_name(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](unsigned char x, unsigned char y) { return std::tolower(x) == std::tolower(y); });
}

}  // namespace

void HttpHeaders::add(std::string_view name, std::string_view value) {
  fields_.push_back({std::string(name), std::string(value)});
}

std::string_view HttpHeaders::find(std::string_view name) const {
  for (const Field& field : fields_) {
    if (same_name(field.name, name)) return field.value;
  }
  return {};
}

Result<HttpResponse> HttpClient::perform(const HttpRequest& request) {
  auto stream = open(request);
  if (!stream) return tl::unexpected(stream.error());
  HttpResponse response;
  std::array<char, 16'384> piece;
  while (true) {
    const auto count = (*stream)->read(piece);
    if (!count) return tl::unexpected(count.error());
    if (*count == 0) break;
    response.body.append(piece.data(), *count);
  }
  response.head = (*stream)->head();
  return response;
}

std::string percent_encoded(std::string_view text) {
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  constexpr std::string_view kPlain = "-._~";
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if ((byte < 0x80 && std::isalnum(byte) != 0) || kPlain.find(c) != std::string_view::npos) {
      out += c;
    } else {
      out += '%';
      out += kDigits[byte >> 4U];
      out += kDigits[byte & 0xFU];
    }
  }
  return out;
}

}  // namespace airspool::net
