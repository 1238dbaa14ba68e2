// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <cstring>
#include <mutex>
#include <optional>
#include <string>
#include <utility>

#include <curl/curl.h>

#include <airspool/net/curl_http_client.h>

#include "failure.h"
#include "target.h"

namespace airspool::net {
namespace {

constexpr int kStopPollMs = 100;
constexpr std::size_t kMaxHeadBytes = 65'536;
// What waits for the reader; past it the socket is left alone.
constexpr std::size_t kReadAhead = 65'536;

bool has_line_break(std::string_view text) { return text.find_first_of(std::string_view("\r\n\0", 3)) != text.npos; }

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view kBlank = " \t\r\n";
  const auto first = text.find_first_not_of(kBlank);
  if (first == text.npos) return {};
  return text.substr(first, text.find_last_not_of(kBlank) - first + 1);
}

struct FreeList {
  void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};
using HeaderList = std::unique_ptr<curl_slist, FreeList>;

bool append(HeaderList& list, const std::string& line) {
  curl_slist* const longer = curl_slist_append(list.get(), line.c_str());
  if (longer == nullptr) return false;
  if (!list) list.reset(longer);  // the list's head stays the same once there is one
  return true;
}

Result<HeaderList> header_list(const HttpRequest& request, const std::string& name) {
  const auto no_memory = [] { return fail(ErrorCode::kInternal, "out of memory while building a request"); };
  HeaderList list;
  for (const auto& field : request.headers.fields()) {
    if (field.name.empty() || field.name.find(':') != std::string::npos || has_line_break(field.name) ||
        has_line_break(field.value)) {
      return fail(ErrorCode::kUsage, name + ": a request header holds a line break, or has no proper name");
    }
    // libcurl's spelling of a header without a value.
    if (!append(list, field.value.empty() ? field.name + ";" : field.name + ": " + field.value)) return no_memory();
  }
  // libcurl calls any body a form, unless it is told not to.
  const bool is_plain = request.method == HttpMethod::kPut && request.headers.find("Content-Type").empty();
  if (is_plain && !append(list, "Content-Type:")) return no_memory();
  return list;
}

}  // namespace

// libcurl's objects and the stop flag. The easy handle is driven through a multi handle, because that is how libcurl
// lets the caller pull a body, and because curl_multi_wakeup ends a wait at once.
class CurlHttpClient::Handles {
 public:
  Handles() : multi(curl_multi_init()), easy(curl_easy_init()) {}
  Handles(const Handles&) = delete;
  Handles& operator=(const Handles&) = delete;
  ~Handles() {
    curl_easy_cleanup(easy);
    curl_multi_cleanup(multi);
  }

  CURLM* const multi;
  CURL* const easy;
  std::atomic<bool> stopped{false};
  bool in_use = false;
};

class CurlHttpClient::Stream final : public HttpStream {
 public:
  Stream(Handles& handles, const HttpRequest& request, Target target, HeaderList header_lines)
      : handles_(handles),
        target_(std::move(target)),
        header_lines_(std::move(header_lines)),
        body_(request.body),
        max_body_bytes_(request.max_body_bytes) {
    handles_.in_use = true;
  }
  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;
  ~Stream() override {
    curl_multi_remove_handle(handles_.multi, handles_.easy);
    handles_.in_use = false;
  }

  [[nodiscard]] const HttpHead& head() const override { return head_; }

  Result<void> start(const HttpRequest& request) {
    set_up(request);
    if (const CURLMcode code = curl_multi_add_handle(handles_.multi, handles_.easy); code != CURLM_OK) {
      return fail(ErrorCode::kInternal, target_.name + ": libcurl: " + curl_multi_strerror(code));
    }
    while (!head_complete_ && !done_) drive();
    if (error_) return tl::unexpected(*error_);
    return {};
  }

  Result<std::size_t> read(std::span<char> into) override {
    while (taken_ == waiting_.size() && !done_) {
      waiting_.clear();
      taken_ = 0;
      if (paused_) {
        paused_ = false;
        curl_easy_pause(handles_.easy, CURLPAUSE_CONT);
        if (!waiting_.empty()) break;
      }
      drive();
    }
    const std::size_t count = std::min(into.size(), waiting_.size() - taken_);
    if (count > 0) {
      std::memcpy(into.data(), waiting_.data() + taken_, count);
      taken_ += count;
      return count;
    }
    if (error_) return tl::unexpected(*error_);
    return 0;
  }

 private:
  void set_up(const HttpRequest& request) {
    CURL* const easy = handles_.easy;
    curl_easy_reset(easy);  // keeps connections, DNS answers and TLS sessions
    curl_easy_setopt(easy, CURLOPT_URL, request.url.c_str());
    curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
    curl_easy_setopt(easy, CURLOPT_USERAGENT, "airspool/" AIRSPOOL_VERSION);
    curl_easy_setopt(easy, CURLOPT_ACCEPT_ENCODING, "gzip");
    curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    // A name server that does not answer must hold up neither a stop nor the next request.
    curl_easy_setopt(easy, CURLOPT_QUICK_EXIT, 1L);
    curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(request.connect_timeout.count()));
    curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, static_cast<long>(request.total_timeout.count()));
    curl_easy_setopt(easy, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
    if (target_.loopback || request.no_proxy) curl_easy_setopt(easy, CURLOPT_PROXY, "");
    if (request.method == HttpMethod::kPut) curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, "PUT");
    if (request.method != HttpMethod::kGet) {
      curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(body_.size()));
      curl_easy_setopt(easy, CURLOPT_POSTFIELDS, body_.data());
    }
    if (!request.ca_file.empty()) {
      curl_easy_setopt(easy, CURLOPT_CAINFO, request.ca_file.c_str());
      curl_easy_setopt(easy, CURLOPT_CAPATH, nullptr);  // in place of the system's, not beside them
    }
    if (!request.cert_file.empty()) {
      curl_easy_setopt(easy, CURLOPT_SSLCERT, request.cert_file.c_str());
      curl_easy_setopt(easy, CURLOPT_SSLKEY, request.key_file.c_str());
    }
    curl_easy_setopt(easy, CURLOPT_HTTPHEADER, header_lines_.get());
    curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, detail_.data());
    curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, &Stream::on_header);
    curl_easy_setopt(easy, CURLOPT_HEADERDATA, this);
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, &Stream::on_body);
    curl_easy_setopt(easy, CURLOPT_WRITEDATA, this);
    curl_easy_setopt(easy, CURLOPT_NOPROGRESS, 0L);
    curl_easy_setopt(easy, CURLOPT_XFERINFOFUNCTION, &Stream::on_progress);
    curl_easy_setopt(easy, CURLOPT_XFERINFODATA, this);
  }

  // Lets libcurl work once; waits only when nothing came of it.
  void drive() {
    int running = 0;
    CURLMcode code = curl_multi_perform(handles_.multi, &running);
    int left = 0;
    while (const CURLMsg* message = curl_multi_info_read(handles_.multi, &left)) {
      if (message->msg == CURLMSG_DONE) finish(message->data.result);
    }
    if (handles_.stopped) finish(CURLE_ABORTED_BY_CALLBACK);
    if (done_ || !waiting_.empty()) return;
    if (code == CURLM_OK) code = curl_multi_poll(handles_.multi, nullptr, 0, kStopPollMs, nullptr);
    if (code != CURLM_OK) {
      error_ = Error{ErrorCode::kInternal, target_.name + ": libcurl: " + curl_multi_strerror(code)};
      done_ = true;
    }
  }

  void finish(CURLcode code) {
    if (done_) return;
    done_ = true;
    if (handles_.stopped) {
      error_ = Error{ErrorCode::kUnavailable, target_.name + ": stopped"};
    } else if (error_) {
      return;  // we refused to take more, which libcurl reports as a write error
    } else if (code != CURLE_OK) {
      Failure failure;
      failure.curl_code = code;
      curl_easy_getinfo(handles_.easy, CURLINFO_SSL_VERIFYRESULT, &failure.tls_verify_result);
      curl_off_t connect_us = 0;
      curl_off_t ready_us = 0;  // also on a connection that is used again
      curl_easy_getinfo(handles_.easy, CURLINFO_CONNECT_TIME_T, &connect_us);
      curl_easy_getinfo(handles_.easy, CURLINFO_PRETRANSFER_TIME_T, &ready_us);
      failure.connected = connect_us > 0 || ready_us > 0;
      failure.head_received = head_complete_;
      failure.detail = detail_.data();
      error_ = describe(failure, target_.name);
    } else if (!head_complete_) {
      error_ = Error{ErrorCode::kInvalidData, target_.name + ": what answers does not speak HTTP"};
    }
  }

  static std::size_t on_header(char* data, std::size_t /*one*/, std::size_t size, void* self) {
    return static_cast<Stream*>(self)->take_header({data, size}) ? size : 0;
  }
  bool take_header(std::string_view line) {
    if (head_complete_) return true;  // trailers of a chunked body
    head_bytes_ += line.size();
    if (head_bytes_ > kMaxHeadBytes) {
      refuse("the head of the answer is larger than " + std::to_string(kMaxHeadBytes) + " bytes");
      return false;
    }
    if (line.substr(0, 5) == "HTTP/") {
      head_ = {};
      return true;
    }
    line = trimmed(line);
    if (line.empty()) {
      long status = 0;
      curl_easy_getinfo(handles_.easy, CURLINFO_RESPONSE_CODE, &status);
      head_.status = static_cast<int>(status);
      head_complete_ = status >= 200;  // 1xx: the real one follows
      return true;
    }
    const auto colon = line.find(':');
    if (colon != line.npos) head_.headers.add(trimmed(line.substr(0, colon)), trimmed(line.substr(colon + 1)));
    return true;
  }

  static std::size_t on_body(char* data, std::size_t /*one*/, std::size_t size, void* self) {
    return static_cast<Stream*>(self)->take_body({data, size});
  }
  std::size_t take_body(std::string_view piece) {
    if (!waiting_.empty() && waiting_.size() + piece.size() > kReadAhead) {
      paused_ = true;
      return CURL_WRITEFUNC_PAUSE;
    }
    if (piece.size() > max_body_bytes_ - body_bytes_) {
      refuse("the answer is larger than " + std::to_string(max_body_bytes_) + " bytes");
      return 0;
    }
    body_bytes_ += piece.size();
    waiting_.append(piece);
    return piece.size();
  }

  void refuse(const std::string& why) { error_ = Error{ErrorCode::kInvalidData, target_.name + ": " + why}; }

  static int on_progress(void* self, curl_off_t /*dltotal*/, curl_off_t /*dlnow*/, curl_off_t /*ultotal*/,
                         curl_off_t /*ulnow*/) {
    return static_cast<Stream*>(self)->handles_.stopped ? 1 : 0;
  }

  Handles& handles_;
  const Target target_;
  const HeaderList header_lines_;
  const std::string body_;
  const std::size_t max_body_bytes_;
  std::array<char, CURL_ERROR_SIZE> detail_{};
  HttpHead head_;
  std::size_t head_bytes_ = 0;
  std::string waiting_;  // received, of which `taken_` bytes have been read
  std::size_t taken_ = 0;
  std::size_t body_bytes_ = 0;
  bool head_complete_ = false;
  bool paused_ = false;
  bool done_ = false;
  std::optional<Error> error_;
};

CurlHttpClient::CurlHttpClient(std::unique_ptr<Handles> handles) : handles_(std::move(handles)) {}
CurlHttpClient::~CurlHttpClient() = default;

Result<std::unique_ptr<CurlHttpClient>> CurlHttpClient::create() {
  static std::once_flag once;
  static CURLcode global = CURLE_OK;
  std::call_once(once, [] { global = curl_global_init(CURL_GLOBAL_DEFAULT); });
  if (global != CURLE_OK) return fail(ErrorCode::kInternal, std::string("libcurl: ") + curl_easy_strerror(global));
  auto handles = std::make_unique<Handles>();
  if (handles->multi == nullptr || handles->easy == nullptr) {
    return fail(ErrorCode::kInternal, "libcurl: out of memory");
  }
  return std::unique_ptr<CurlHttpClient>(new CurlHttpClient(std::move(handles)));
}

Result<std::unique_ptr<HttpStream>> CurlHttpClient::open(const HttpRequest& request) {
  auto target = parse_target(request.url);
  if (!target) return tl::unexpected(target.error());
  if (request.carries_secret && !target->https && !target->loopback) {
    return fail(ErrorCode::kUsage, target->name + ": a secret is not sent over plain http: use https");
  }
  if (request.cert_file.empty() != request.key_file.empty()) {
    return fail(ErrorCode::kUsage, target->name + ": a certificate needs its key, and a key its certificate");
  }
  if (handles_->in_use) return fail(ErrorCode::kUsage, target->name + ": the last answer is still being read");
  auto header_lines = header_list(request, target->name);
  if (!header_lines) return tl::unexpected(header_lines.error());
  auto stream = std::make_unique<Stream>(*handles_, request, std::move(*target), std::move(*header_lines));
  if (auto started = stream->start(request); !started) return tl::unexpected(started.error());
  return stream;
}

void CurlHttpClient::stop() {
  handles_->stopped = true;
  curl_multi_wakeup(handles_->multi);
}

bool CurlHttpClient::stopped() const { return handles_->stopped; }

}  // namespace airspool::net
