// SPDX-License-Identifier: Apache-2.0
#include "fakes/tls_front.h"

#include <array>
#include <cstdlib>
#include <filesystem>
#include <stdexcept>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

namespace airspool::test {
namespace {

sockaddr_in loopback(std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(port);
  return address;
}

struct FreeSsl {
  void operator()(SSL* ssl) const { SSL_free(ssl); }
};

std::string common_name(SSL* ssl) {
  X509* const certificate = SSL_get_peer_certificate(ssl);
  if (certificate == nullptr) return {};
  std::array<char, 256> name{};
  X509_NAME_get_text_by_NID(X509_get_subject_name(certificate), NID_commonName, name.data(), name.size());
  X509_free(certificate);
  return name.data();
}

bool send_all(int fd, const char* data, int size) {
  while (size > 0) {
    const ssize_t sent = ::send(fd, data, static_cast<std::size_t>(size), MSG_NOSIGNAL);
    if (sent <= 0) return false;
    data += sent;
    size -= static_cast<int>(sent);
  }
  return true;
}

}  // namespace

struct TlsFront::Context {
  Context() : ssl(SSL_CTX_new(TLS_server_method())) {}
  Context(const Context&) = delete;
  Context& operator=(const Context&) = delete;
  ~Context() { SSL_CTX_free(ssl); }
  SSL_CTX* const ssl;
};

TlsFront::TlsFront(const Files& files, std::uint16_t backend_port)
    : context_(std::make_unique<Context>()), backend_port_(backend_port) {
  ::signal(SIGPIPE, SIG_IGN);  // OpenSSL writes with write(2)
  SSL_CTX* const ssl = context_->ssl;
  bool good = SSL_CTX_use_certificate_chain_file(ssl, files.cert.c_str()) == 1 &&
              SSL_CTX_use_PrivateKey_file(ssl, files.key.c_str(), SSL_FILETYPE_PEM) == 1;
  if (!files.client_ca.empty()) {
    good = good && SSL_CTX_load_verify_locations(ssl, files.client_ca.c_str(), nullptr) == 1;
    SSL_CTX_set_verify(ssl, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nullptr);
  }
  if (!good) throw std::runtime_error("the test's certificates are of no use");
  listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address = loopback(0);
  socklen_t size = sizeof(address);
  if (::bind(listener_, reinterpret_cast<sockaddr*>(&address), size) != 0 || ::listen(listener_, 8) != 0 ||
      ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size) != 0 || ::pipe(wake_) != 0) {
    throw std::runtime_error("no port on 127.0.0.1 for the test's TLS");
  }
  port_ = ntohs(address.sin_port);
  thread_ = std::thread([this] { serve(); });
}

TlsFront::~TlsFront() {
  [[maybe_unused]] const ssize_t written = ::write(wake_[1], "x", 1);
  thread_.join();
  ::close(listener_);
  ::close(wake_[0]);
  ::close(wake_[1]);
}

std::vector<std::string> TlsFront::clients() const {
  const std::lock_guard lock(mutex_);
  return clients_;
}

std::size_t TlsFront::refused() const {
  const std::lock_guard lock(mutex_);
  return refused_;
}

bool TlsFront::wait_for(int a, int b, short* a_events, short* b_events) const {
  std::array<pollfd, 3> fds{{{a, POLLIN, 0}, {b, POLLIN, 0}, {wake_[0], POLLIN, 0}}};
  if (::poll(fds.data(), fds.size(), -1) < 0 || fds[2].revents != 0) return false;
  *a_events = fds[0].revents;
  if (b_events != nullptr) *b_events = fds[1].revents;
  return true;
}

void TlsFront::serve() {
  short ready = 0;
  while (wait_for(listener_, -1, &ready, nullptr)) {
    const int fd = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (fd < 0) continue;
    visitors_.emplace_back([this, fd] {
      serve_connection(fd);
      ::close(fd);
    });
  }
  for (std::thread& visitor : visitors_) visitor.join();
}

void TlsFront::serve_connection(int fd) {
  const std::unique_ptr<SSL, FreeSsl> ssl(SSL_new(context_->ssl));
  SSL_set_fd(ssl.get(), fd);
  const bool let_in = SSL_accept(ssl.get()) == 1;
  {
    const std::lock_guard lock(mutex_);
    if (let_in) {
      clients_.push_back(common_name(ssl.get()));
    } else {
      ++refused_;
    }
  }
  if (!let_in) return;
  const int backend = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const sockaddr_in address = loopback(backend_port_);
  std::array<char, 4096> piece;
  bool open = ::connect(backend, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0;
  while (open) {
    short from_client = 0;
    short from_backend = 0;
    if (!wait_for(fd, backend, &from_client, &from_backend)) break;
    if (from_client != 0) {
      do {
        const int count = SSL_read(ssl.get(), piece.data(), piece.size());
        open = count > 0 && send_all(backend, piece.data(), count);
      } while (open && SSL_pending(ssl.get()) > 0);
    }
    if (open && from_backend != 0) {
      const ssize_t count = ::recv(backend, piece.data(), piece.size(), 0);
      open = count > 0 && SSL_write(ssl.get(), piece.data(), static_cast<int>(count)) > 0;
    }
  }
  SSL_shutdown(ssl.get());
  ::close(backend);
}

TestCertificates::TestCertificates(const std::string& client_name) {
  std::string name = (std::filesystem::temp_directory_path() / "airspool-certificates-XXXXXX").string();
  if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("no folder for the test's certificates");
  folder_ = name;
  const std::string new_key = "openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes";
  const std::string sign = "openssl x509 -req -CA ca.pem -CAkey ca.key -CAcreateserial -days 2";
  const std::string command = "cd '" + folder_ + "' && exec >/dev/null 2>&1" +                                   //
                              " && printf 'subjectAltName=DNS:localhost,IP:127.0.0.1\\n' > san" +                //
                              " && " + new_key + " -x509 -days 2 -subj /CN=TestCA -keyout ca.key -out ca.pem" +  //
                              " && " + new_key + " -subj /CN=server -keyout server.key -out server.csr" +        //
                              " && " + sign + " -in server.csr -extfile san -out server.pem" +                   //
                              " && " + new_key + " -subj '/CN=" + client_name + "' -keyout client.key -out client.csr" +
                              " && " + sign + " -in client.csr -out client.pem" +  //
                              " && " + new_key +
                              " -x509 -days 2 -subj /CN=OtherCA -keyout other-ca.key -out other-ca.pem";
  if (std::system(command.c_str()) != 0) throw std::runtime_error("the openssl program makes no certificates");
}

TestCertificates::~TestCertificates() {
  std::error_code ignored;
  std::filesystem::remove_all(folder_, ignored);
}

}  // namespace airspool::test
