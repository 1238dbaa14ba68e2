// SPDX-License-Identifier: Apache-2.0
#include "websocket_stream.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <utility>

#include <openssl/evp.h>
#include <openssl/rand.h>

#include <airspool/net/tcp_stream.h>

#include "http_exchange.h"
#include "websocket_frame.h"

namespace airspool::uplink {
namespace {

using websocket::Opcode;

constexpr std::size_t kLargestFrame = 16 * 1024;

template <std::size_t N>
std::array<std::uint8_t, N> random_bytes() {
  std::array<std::uint8_t, N> bytes{};
  RAND_bytes(bytes.data(), static_cast<int>(bytes.size()));
  return bytes;
}

std::string new_key() {
  const auto bytes = random_bytes<16>();
  return base64({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
}

// RFC 6455, 4.2.2: what only somebody who read our request can answer.
std::string accept_for(const std::string& key) {
  const std::string text = key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned length = 0;
  EVP_Digest(text.data(), text.size(), digest.data(), &length, EVP_sha1(), nullptr);
  return base64({reinterpret_cast<const char*>(digest.data()), length});
}

bool same_word(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](unsigned char x, unsigned char y) { return std::tolower(x) == std::tolower(y); });
}

class WebSocketStream final : public net::ByteStream {
 public:
  WebSocketStream(std::unique_ptr<net::ByteStream> below, const std::string& authority, const std::string& path)
      : below_(std::move(below)),
        key_(new_key()),
        path_(path),
        exchange_("GET " + path + " HTTP/1.1\r\nHost: " + authority +
                  "\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: " + key_ +
                  "\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Protocol: mqtt\r\n\r\n") {}
  ~WebSocketStream() override {
    if (!open_ || closing_) return;
    append(Opcode::kClose, {"\x03\xE8", 2});  // 1000: normal
    static_cast<void>(flush());
  }

  Result<bool> establish() override;
  Result<std::size_t> write(std::string_view bytes) override;
  Result<std::size_t> read(std::span<char> into) override;
  [[nodiscard]] int fd() const override { return below_->fd(); }
  [[nodiscard]] bool wants_write() const override {
    return below_->wants_write() || !out_.empty() || (!open_ && exchange_.wants_write());
  }

 private:
  void append(Opcode opcode, std::string_view payload) {
    websocket::append_frame(out_, opcode, payload, random_bytes<4>());
  }
  Result<bool> flush();  // true when all is out
  Result<void> take_frames();
  Result<void> take_control(Opcode opcode, std::string_view payload);

  std::unique_ptr<net::ByteStream> below_;
  std::string key_;
  std::string path_;
  HttpExchange exchange_;
  bool open_ = false;
  bool closing_ = false;
  bool in_message_ = false;       // a message that came in pieces is not over
  std::uint64_t frame_left_ = 0;  // of the data frame at hand
  std::string in_;                // not looked at yet
  std::string data_;              // for read()
  std::string out_;
};

Result<bool> WebSocketStream::establish() {
  if (open_) return true;
  const auto ready = below_->establish();
  if (!ready || !*ready) return ready;
  const auto answered = exchange_.advance(*below_);
  if (!answered || !*answered) return answered;
  if (exchange_.status() != 101) {
    std::string words = "the web server does not switch to WebSocket: " + std::to_string(exchange_.status());
    if (!exchange_.reason().empty()) words += " " + exchange_.reason();
    const bool passing = exchange_.status() >= 500 || exchange_.status() == 429;
    return fail(passing ? ErrorCode::kUnavailable : ErrorCode::kPermissionDenied,
                words + "; check the path in the url (" + path_ + ")");
  }
  if (!same_word(exchange_.field("upgrade"), "websocket") ||
      exchange_.field("sec-websocket-accept") != accept_for(key_)) {
    return fail(ErrorCode::kUnavailable, "the answer to our WebSocket request is none; is a cache in between?");
  }
  if (exchange_.field("sec-websocket-protocol") != "mqtt") {
    return fail(ErrorCode::kPermissionDenied,
                "the web server speaks WebSocket, but not MQTT over it; check the path in the url (" + path_ + ")");
  }
  in_ = exchange_.take_rest();
  open_ = true;
  return true;
}

Result<bool> WebSocketStream::flush() {
  while (!out_.empty()) {
    const auto sent = below_->write(out_);
    if (!sent) return tl::unexpected(sent.error());
    if (*sent == 0) return false;
    out_.erase(0, *sent);
  }
  if (!below_->wants_write()) return true;
  if (const auto sent = below_->write({}); !sent) return tl::unexpected(sent.error());
  return true;
}

Result<std::size_t> WebSocketStream::write(std::string_view bytes) {
  // A frame is made only when the last one is gone, so that they never pile up.
  const auto clear = flush();
  if (!clear) return tl::unexpected(clear.error());
  if (!*clear || bytes.empty()) return 0;
  const std::size_t taken = std::min(bytes.size(), kLargestFrame);
  append(Opcode::kBinary, bytes.substr(0, taken));
  const auto sent = flush();
  if (!sent) return tl::unexpected(sent.error());
  return taken;
}

Result<std::size_t> WebSocketStream::read(std::span<char> into) {
  for (;;) {
    if (const auto taken = take_frames(); !taken && data_.empty()) return tl::unexpected(taken.error());
    if (!data_.empty()) {
      const std::size_t count = std::min(into.size(), data_.size());
      std::copy_n(data_.begin(), count, into.begin());
      data_.erase(0, count);
      return count;
    }
    if (closing_) return net::closed_by_peer();
    std::array<char, 4096> chunk{};
    const auto came = below_->read(chunk);
    if (!came) return tl::unexpected(came.error());
    if (*came == 0) return 0;
    in_.append(chunk.data(), *came);
  }
}

// Moves what is data from in_ to data_ and answers what is for the protocol itself. At most one chunk lies in in_, so
// that both stay short.
Result<void> WebSocketStream::take_frames() {
  for (;;) {
    if (frame_left_ > 0) {
      const std::size_t count = std::min<std::uint64_t>(frame_left_, in_.size());
      data_.append(in_, 0, count);
      in_.erase(0, count);
      frame_left_ -= count;
      if (frame_left_ > 0) return {};
    }
    const auto read = websocket::read_frame_head(in_);
    if (!read) return {};
    if (const auto* bad = std::get_if<websocket::BadFrame>(&*read)) {
      return fail(ErrorCode::kUnavailable, std::string("the broker's WebSocket sent ") + bad->what);
    }
    const auto head = std::get<websocket::FrameHead>(*read);
    if (head.opcode >= Opcode::kClose) {
      if (in_.size() < head.head_bytes + head.payload_bytes) return {};
      const std::string payload = in_.substr(head.head_bytes, static_cast<std::size_t>(head.payload_bytes));
      in_.erase(0, head.head_bytes + payload.size());
      if (auto done = take_control(head.opcode, payload); !done) return done;
      continue;
    }
    // 5.4: pieces of one message follow each other. MQTT 5.0, 6: anything but binary is an error.
    const bool fits = (head.opcode == Opcode::kContinuation) == in_message_ && head.opcode != Opcode::kText;
    if (!fits) return fail(ErrorCode::kUnavailable, "the broker's WebSocket sent a frame that is no MQTT");
    in_message_ = !head.last;
    in_.erase(0, head.head_bytes);
    frame_left_ = head.payload_bytes;
  }
}

Result<void> WebSocketStream::take_control(Opcode opcode, std::string_view payload) {
  // 5.5.3: it is enough to answer the last of several pings; a peer that asks and does not read gets no more.
  if (opcode == Opcode::kPing && out_.size() < kLargestFrame) append(Opcode::kPong, payload);
  if (opcode == Opcode::kClose && !closing_) {
    append(Opcode::kClose, payload.substr(0, 2));
    closing_ = true;
  }
  if (opcode != Opcode::kPong) static_cast<void>(flush());
  if (opcode == Opcode::kClose) return net::closed_by_peer();
  return {};
}

}  // namespace

std::unique_ptr<net::ByteStream> wrap_websocket(std::unique_ptr<net::ByteStream> below, const std::string& authority,
                                                const std::string& path) {
  return std::make_unique<WebSocketStream>(std::move(below), authority, path);
}

}  // namespace airspool::uplink
