// SPDX-License-Identifier: Apache-2.0
#include "tls_stream.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <ctime>
#include <utility>

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <airspool/net/lookup.h>
#include <airspool/net/tcp_stream.h>

namespace airspool::uplink {
namespace {

// The oldest error that OpenSSL has to tell on this thread, in its words.
std::string openssl_words() {
  const unsigned long code = ERR_get_error();
  ERR_clear_error();
  if (code == 0) return "no reason given";
  const char* reason = ERR_reason_error_string(code);
  return reason != nullptr ? reason : "OpenSSL error " + std::to_string(code);
}

std::string name_text(const X509_NAME* name) {
  const std::unique_ptr<BIO, int (*)(BIO*)> memory(BIO_new(BIO_s_mem()), BIO_free);
  X509_NAME_print_ex(memory.get(), name, 0, XN_FLAG_ONELINE & ~ASN1_STRFLGS_ESC_MSB);
  char* text = nullptr;
  const long length = BIO_get_mem_data(memory.get(), &text);
  return {text, static_cast<std::size_t>(length)};
}

struct FreeContext {
  void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
};
using ContextPtr = std::unique_ptr<SSL_CTX, FreeContext>;

Result<ContextPtr> make_context(const TlsSettings& files) {
  ERR_clear_error();
  ContextPtr context(SSL_CTX_new(TLS_client_method()));
  if (!context) return fail(ErrorCode::kInternal, "cannot set up TLS: " + openssl_words());
  SSL_CTX_set_min_proto_version(context.get(), TLS1_2_VERSION);
  SSL_CTX_set_verify(context.get(), SSL_VERIFY_PEER, nullptr);
  SSL_CTX_set_mode(context.get(),
                   SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER | SSL_MODE_RELEASE_BUFFERS);
  if (files.ca_file.empty()) {
    SSL_CTX_set_default_verify_paths(context.get());
  } else if (SSL_CTX_load_verify_locations(context.get(), files.ca_file.c_str(), nullptr) != 1) {
    return fail(ErrorCode::kConfig, "ca_file " + files.ca_file + " cannot be used: " + openssl_words() +
                                        "; it must be a readable PEM file");
  }
  if (files.cert_file.empty()) return context;
  if (SSL_CTX_use_certificate_chain_file(context.get(), files.cert_file.c_str()) != 1) {
    return fail(ErrorCode::kConfig, "cert_file " + files.cert_file + " cannot be used: " + openssl_words() +
                                        "; it must be a readable PEM file");
  }
  if (SSL_CTX_use_PrivateKey_file(context.get(), files.key_file.c_str(), SSL_FILETYPE_PEM) != 1) {
    return fail(ErrorCode::kConfig, "key_file " + files.key_file + " cannot be used: " + openssl_words() +
                                        "; it must be a readable PEM file and belong to cert_file");
  }
  return context;
}

class TlsStream final : public net::ByteStream {
 public:
  TlsStream(std::unique_ptr<net::ByteStream> below, ContextPtr context, std::string host)
      : below_(std::move(below)), context_(std::move(context)), host_(std::move(host)) {}
  ~TlsStream() override {
    if (secured_) {
      SSL_shutdown(ssl_);  // a word of goodbye, if it fits
      static_cast<void>(send_cipher());
      ERR_clear_error();
    }
    SSL_free(ssl_);
  }

  Result<void> set_up(const std::string& alpn);
  Result<bool> establish() override;
  Result<std::size_t> write(std::string_view bytes) override;
  Result<std::size_t> read(std::span<char> into) override;
  [[nodiscard]] std::optional<net::PeerCertificate> peer_certificate() const override;
  [[nodiscard]] int fd() const override { return below_->fd(); }
  [[nodiscard]] bool wants_write() const override { return below_->wants_write() || !cipher_out_.empty(); }

 private:
  Result<bool> handshake();
  Result<bool> send_cipher();  // true when all is out
  Result<bool> take_cipher();  // true when something came
  [[nodiscard]] tl::unexpected<Error> error_words() const {
    const long verdict = SSL_get_verify_result(ssl_);
    if (verdict != X509_V_OK) {
      ERR_clear_error();
      std::string words = "the broker's certificate is not trusted: ";
      words += X509_verify_cert_error_string(verdict);
      if (verdict == X509_V_ERR_CERT_NOT_YET_VALID || verdict == X509_V_ERR_CERT_HAS_EXPIRED) {
        words += "; check this machine's clock, then the certificate";
      } else if (verdict == X509_V_ERR_HOSTNAME_MISMATCH || verdict == X509_V_ERR_IP_ADDRESS_MISMATCH) {
        words += "; it is not for " + host_;
      } else {
        words += "; set ca_file to the authority that signed it";
      }
      return fail(ErrorCode::kPermissionDenied, words);
    }
    const unsigned long code = ERR_peek_error();
    if (ERR_GET_REASON(code) == SSL_R_WRONG_VERSION_NUMBER) {
      ERR_clear_error();
      return fail(ErrorCode::kUnavailable, "the other side does not speak TLS: use mqtt:// or the broker's TLS port");
    }
    return fail(ErrorCode::kUnavailable, "TLS: " + openssl_words());
  }

  std::unique_ptr<net::ByteStream> below_;
  ContextPtr context_;
  std::string host_;
  SSL* ssl_ = nullptr;
  // OpenSSL works on memory and the layer below owns the socket: its own socket writes could raise SIGPIPE.
  BIO* in_ = nullptr;   // cipher text from the peer; owned by ssl
  BIO* out_ = nullptr;  // cipher text for the peer; owned by ssl
  bool secured_ = false;
  std::string cipher_out_;
};

Result<void> TlsStream::set_up(const std::string& alpn) {
  ssl_ = SSL_new(context_.get());
  in_ = BIO_new(BIO_s_mem());
  out_ = BIO_new(BIO_s_mem());
  if (ssl_ == nullptr || in_ == nullptr || out_ == nullptr) {
    BIO_free(in_);
    BIO_free(out_);
    return fail(ErrorCode::kInternal, "cannot set up TLS: " + openssl_words());
  }
  SSL_set_bio(ssl_, in_, out_);
  SSL_set_connect_state(ssl_);
  if (net::is_numeric_host(host_)) {
    X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl_), host_.c_str());
  } else {
    SSL_set_tlsext_host_name(ssl_, host_.c_str());
    SSL_set1_host(ssl_, host_.c_str());
  }
  if (alpn.empty()) return {};
  // RFC 7301, 3.1: each name with its length before it.
  std::string names(1, static_cast<char>(alpn.size()));
  names += alpn;
  SSL_set_alpn_protos(ssl_, reinterpret_cast<const unsigned char*>(names.data()), static_cast<unsigned>(names.size()));
  return {};
}

Result<bool> TlsStream::establish() {
  const auto ready = below_->establish();
  if (!ready || !*ready) return ready;
  return secured_ ? true : handshake();
}

Result<bool> TlsStream::handshake() {
  for (;;) {
    ERR_clear_error();
    const int status = SSL_do_handshake(ssl_);
    const int reason = status == 1 ? SSL_ERROR_NONE : SSL_get_error(ssl_, status);
    if (reason != SSL_ERROR_NONE && reason != SSL_ERROR_WANT_READ) {
      auto error = error_words();
      static_cast<void>(send_cipher());  // the alert that tells the other side why
      return error;
    }
    auto sent = send_cipher();
    if (!sent) return sent;
    if (status == 1) {
      secured_ = true;
      return true;
    }
    auto came = take_cipher();
    if (!came) return came;
    if (!*came) return false;
  }
}

std::optional<net::PeerCertificate> TlsStream::peer_certificate() const {
  if (!secured_) return std::nullopt;
  const std::unique_ptr<X509, void (*)(X509*)> certificate(SSL_get1_peer_certificate(ssl_), X509_free);
  if (!certificate) return std::nullopt;
  std::tm date{};
  ASN1_TIME_to_tm(X509_get0_notAfter(certificate.get()), &date);
  return net::PeerCertificate{SSL_get_version(ssl_), name_text(X509_get_subject_name(certificate.get())),
                              name_text(X509_get_issuer_name(certificate.get())),
                              WallTime(std::chrono::seconds(::timegm(&date)))};
}

Result<bool> TlsStream::send_cipher() {
  std::array<char, 4096> chunk{};
  for (int taken = 0; (taken = BIO_read(out_, chunk.data(), static_cast<int>(chunk.size()))) > 0;) {
    cipher_out_.append(chunk.data(), static_cast<std::size_t>(taken));
  }
  while (!cipher_out_.empty()) {
    const auto sent = below_->write(cipher_out_);
    if (!sent) return tl::unexpected(sent.error());
    if (*sent == 0) return false;
    cipher_out_.erase(0, *sent);
  }
  // What the layer below holds back.
  if (below_->wants_write()) {
    if (const auto sent = below_->write({}); !sent) return tl::unexpected(sent.error());
  }
  return true;
}

Result<bool> TlsStream::take_cipher() {
  std::array<char, 4096> chunk{};
  const auto came = below_->read(chunk);
  if (!came) return tl::unexpected(came.error());
  if (*came == 0) return false;
  BIO_write(in_, chunk.data(), static_cast<int>(*came));
  return true;
}

Result<std::size_t> TlsStream::write(std::string_view bytes) {
  // Cipher text is made only when the last of it is gone, so that it never piles up.
  const auto clear = send_cipher();
  if (!clear) return tl::unexpected(clear.error());
  if (!*clear || bytes.empty()) return 0;
  ERR_clear_error();
  constexpr std::size_t kOneTlsRecord = 16 * 1024;
  std::size_t taken = 0;
  const int status = SSL_write_ex(ssl_, bytes.data(), std::min(bytes.size(), kOneTlsRecord), &taken);
  if (status != 1) {
    const int reason = SSL_get_error(ssl_, status);
    if (reason == SSL_ERROR_WANT_READ || reason == SSL_ERROR_WANT_WRITE) return 0;
    return error_words();
  }
  const auto sent = send_cipher();
  if (!sent) return tl::unexpected(sent.error());
  return taken;
}

Result<std::size_t> TlsStream::read(std::span<char> into) {
  for (;;) {
    ERR_clear_error();
    std::size_t taken = 0;
    const int status = SSL_read_ex(ssl_, into.data(), into.size(), &taken);
    if (status == 1) return taken;
    const int reason = SSL_get_error(ssl_, status);
    if (reason == SSL_ERROR_ZERO_RETURN) return net::closed_by_peer();
    if (reason != SSL_ERROR_WANT_READ) return error_words();
    const auto came = take_cipher();
    if (!came) return tl::unexpected(came.error());
    if (!*came) return 0;
  }
}

}  // namespace

Result<std::unique_ptr<net::ByteStream>> wrap_tls(std::unique_ptr<net::ByteStream> below, const std::string& host,
                                                  const TlsSettings& settings) {
  auto context = make_context(settings);
  if (!context) return tl::unexpected(context.error());
  auto stream = std::make_unique<TlsStream>(std::move(below), std::move(*context), host);
  if (const auto set_up = stream->set_up(settings.alpn); !set_up) return tl::unexpected(set_up.error());
  return std::unique_ptr<net::ByteStream>(std::move(stream));
}

}  // namespace airspool::uplink
