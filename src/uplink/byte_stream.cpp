// SPDX-License-Identifier: Apache-2.0
#include "byte_stream.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <ctime>
#include <utility>

#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace airspool::uplink {
namespace {

tl::unexpected<Error> closed_by_peer() { return fail(ErrorCode::kUnavailable, "the other side closed the connection"); }

tl::unexpected<Error> socket_error(int number) {
  switch (number) {
    case ECONNREFUSED:
      return fail(ErrorCode::kUnavailable, "connection refused: is the broker running, and is the port right?");
    case EHOSTUNREACH:
    case ENETUNREACH:
    case ENETDOWN:
      return fail(ErrorCode::kUnavailable, std::string(std::strerror(number)) + ": is the network up?");
    case ECONNRESET:
    case EPIPE:
      return closed_by_peer();
    default:
      return fail(ErrorCode::kUnavailable, std::strerror(number));
  }
}

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

Result<ContextPtr> make_context(const TlsFiles& files) {
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

}  // namespace

struct ByteStream::Tls {
  ContextPtr context;
  SSL* ssl = nullptr;
  // OpenSSL works on memory and we own the socket: its own socket writes could raise SIGPIPE.
  BIO* in = nullptr;   // cipher text from the peer; owned by ssl
  BIO* out = nullptr;  // cipher text for the peer; owned by ssl
  std::string host;

  Tls() = default;
  Tls(const Tls&) = delete;
  Tls& operator=(const Tls&) = delete;
  ~Tls() { SSL_free(ssl); }

  [[nodiscard]] tl::unexpected<Error> error_words() const {
    const long verdict = SSL_get_verify_result(ssl);
    if (verdict != X509_V_OK) {
      ERR_clear_error();
      std::string words = "the broker's certificate is not trusted: ";
      words += X509_verify_cert_error_string(verdict);
      if (verdict == X509_V_ERR_CERT_NOT_YET_VALID || verdict == X509_V_ERR_CERT_HAS_EXPIRED) {
        words += "; check this machine's clock, then the certificate";
      } else if (verdict == X509_V_ERR_HOSTNAME_MISMATCH || verdict == X509_V_ERR_IP_ADDRESS_MISMATCH) {
        words += "; it is not for " + host;
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
};

ByteStream::ByteStream(int fd, std::unique_ptr<Tls> tls) : fd_(fd), tls_(std::move(tls)) {}

ByteStream::~ByteStream() {
  if (tls_ && secured_) {
    SSL_shutdown(tls_->ssl);  // a word of goodbye, if it fits
    static_cast<void>(send_cipher());
    ERR_clear_error();
  }
  ::close(fd_);
}

Result<std::unique_ptr<ByteStream>> ByteStream::connect(const Endpoint& endpoint, const std::string& host,
                                                        const TlsFiles* tls_files) {
  std::unique_ptr<Tls> tls;
  if (tls_files != nullptr) {
    auto context = make_context(*tls_files);
    if (!context) return tl::unexpected(context.error());
    tls = std::make_unique<Tls>();
    tls->context = std::move(*context);
    tls->host = host;
    tls->ssl = SSL_new(tls->context.get());
    tls->in = BIO_new(BIO_s_mem());
    tls->out = BIO_new(BIO_s_mem());
    if (tls->ssl == nullptr || tls->in == nullptr || tls->out == nullptr) {
      BIO_free(tls->in);
      BIO_free(tls->out);
      return fail(ErrorCode::kInternal, "cannot set up TLS: " + openssl_words());
    }
    SSL_set_bio(tls->ssl, tls->in, tls->out);
    SSL_set_connect_state(tls->ssl);
    if (is_numeric_host(host)) {
      X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(tls->ssl), host.c_str());
    } else {
      SSL_set_tlsext_host_name(tls->ssl, host.c_str());
      SSL_set1_host(tls->ssl, host.c_str());
    }
  }
  const int fd = ::socket(endpoint.address.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, IPPROTO_TCP);
  if (fd < 0) return socket_error(errno);
  // A batch is written in one go; waiting for more would only delay its last segment.
  const int one = 1;
  ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
  std::unique_ptr<ByteStream> stream(new ByteStream(fd, std::move(tls)));
  if (::connect(fd, reinterpret_cast<const sockaddr*>(&endpoint.address), endpoint.length) != 0 &&
      errno != EINPROGRESS) {
    return socket_error(errno);
  }
  return stream;
}

Result<bool> ByteStream::establish() {
  if (!connected_) {
    pollfd waiting{fd_, POLLOUT, 0};
    if (::poll(&waiting, 1, 0) <= 0) return false;
    int error = 0;
    socklen_t length = sizeof error;
    ::getsockopt(fd_, SOL_SOCKET, SO_ERROR, &error, &length);
    if (error != 0) return socket_error(error);
    connected_ = true;
  }
  if (!tls_ || secured_) return true;
  return handshake();
}

Result<bool> ByteStream::handshake() {
  for (;;) {
    ERR_clear_error();
    const int status = SSL_do_handshake(tls_->ssl);
    const int reason = status == 1 ? SSL_ERROR_NONE : SSL_get_error(tls_->ssl, status);
    if (reason != SSL_ERROR_NONE && reason != SSL_ERROR_WANT_READ) {
      auto error = tls_->error_words();
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

std::optional<PeerCertificate> ByteStream::peer_certificate() const {
  if (!tls_ || !secured_) return std::nullopt;
  const std::unique_ptr<X509, void (*)(X509*)> certificate(SSL_get1_peer_certificate(tls_->ssl), X509_free);
  if (!certificate) return std::nullopt;
  std::tm date{};
  ASN1_TIME_to_tm(X509_get0_notAfter(certificate.get()), &date);
  return PeerCertificate{SSL_get_version(tls_->ssl), name_text(X509_get_subject_name(certificate.get())),
                         name_text(X509_get_issuer_name(certificate.get())),
                         WallTime(std::chrono::seconds(::timegm(&date)))};
}

Result<bool> ByteStream::send_cipher() {
  std::array<char, 4096> chunk{};
  for (int taken = 0; (taken = BIO_read(tls_->out, chunk.data(), static_cast<int>(chunk.size()))) > 0;) {
    cipher_out_.append(chunk.data(), static_cast<std::size_t>(taken));
  }
  while (!cipher_out_.empty()) {
    const ssize_t sent = ::send(fd_, cipher_out_.data(), cipher_out_.size(), MSG_NOSIGNAL);
    if (sent < 0) {
      if (errno == EAGAIN || errno == EINTR) return false;
      return socket_error(errno);
    }
    cipher_out_.erase(0, static_cast<std::size_t>(sent));
  }
  return true;
}

Result<bool> ByteStream::take_cipher() {
  std::array<char, 4096> chunk{};
  const ssize_t came = ::recv(fd_, chunk.data(), chunk.size(), 0);
  if (came == 0) return closed_by_peer();
  if (came < 0) {
    if (errno == EAGAIN || errno == EINTR) return false;
    return socket_error(errno);
  }
  BIO_write(tls_->in, chunk.data(), static_cast<int>(came));
  return true;
}

Result<std::size_t> ByteStream::write(std::string_view bytes) {
  if (!tls_) {
    const ssize_t sent = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent >= 0) return static_cast<std::size_t>(sent);
    if (errno == EAGAIN || errno == EINTR) return 0;
    return socket_error(errno);
  }
  // Cipher text is made only when the last of it is gone, so that it never piles up.
  const auto clear = send_cipher();
  if (!clear) return tl::unexpected(clear.error());
  if (!*clear || bytes.empty()) return 0;
  ERR_clear_error();
  constexpr std::size_t kOneTlsRecord = 16 * 1024;
  std::size_t taken = 0;
  const int status = SSL_write_ex(tls_->ssl, bytes.data(), std::min(bytes.size(), kOneTlsRecord), &taken);
  if (status != 1) {
    const int reason = SSL_get_error(tls_->ssl, status);
    if (reason == SSL_ERROR_WANT_READ || reason == SSL_ERROR_WANT_WRITE) return 0;
    return tls_->error_words();
  }
  const auto sent = send_cipher();
  if (!sent) return tl::unexpected(sent.error());
  return taken;
}

Result<std::size_t> ByteStream::read(std::span<char> into) {
  if (!tls_) {
    const ssize_t came = ::recv(fd_, into.data(), into.size(), 0);
    if (came > 0) return static_cast<std::size_t>(came);
    if (came == 0) return closed_by_peer();
    if (errno == EAGAIN || errno == EINTR) return 0;
    return socket_error(errno);
  }
  for (;;) {
    ERR_clear_error();
    std::size_t taken = 0;
    const int status = SSL_read_ex(tls_->ssl, into.data(), into.size(), &taken);
    if (status == 1) return taken;
    const int reason = SSL_get_error(tls_->ssl, status);
    if (reason == SSL_ERROR_ZERO_RETURN) return closed_by_peer();
    if (reason != SSL_ERROR_WANT_READ) return tls_->error_words();
    const auto came = take_cipher();
    if (!came) return tl::unexpected(came.error());
    if (!*came) return 0;
  }
}

}  // namespace airspool::uplink
