// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace airspool::test {

// Real TLS in front of a plain server of a test: takes connections on a free port of 127.0.0.1, asks for a certificate
// where it is told whose to trust, and passes the bytes on to `backend_port` and back. Each connection has a thread of
// its own.
class TlsFront {
 public:
  struct Files {
    std::string cert;       // the server's, PEM
    std::string key;        // its key
    std::string client_ca;  // clients must show a certificate of this authority; empty: none is asked for
  };
  // Throws std::runtime_error when a file is of no use.
  TlsFront(const Files& files, std::uint16_t backend_port);
  TlsFront(const TlsFront&) = delete;
  TlsFront& operator=(const TlsFront&) = delete;
  ~TlsFront();

  [[nodiscard]] std::uint16_t port() const { return port_; }
  // The common names of the clients that were let in, in order; empty for one without a certificate.
  [[nodiscard]] std::vector<std::string> clients() const;
  // Handshakes that failed.
  [[nodiscard]] std::size_t refused() const;

 private:
  struct Context;
  void serve();
  void serve_connection(int fd);
  // False: the front is going.
  [[nodiscard]] bool wait_for(int a, int b, short* a_events, short* b_events) const;

  std::unique_ptr<Context> context_;
  const std::uint16_t backend_port_;
  int listener_ = -1;
  int wake_[2] = {-1, -1};
  std::uint16_t port_ = 0;
  mutable std::mutex mutex_;
  std::vector<std::string> clients_;
  std::size_t refused_ = 0;
  std::vector<std::thread> visitors_;  // serve()'s own
  std::thread thread_;
};

// An authority with a server's certificate for localhost and 127.0.0.1 and a client's, and another authority that knows
// neither, in a folder of their own that goes with it: ca.pem, server.pem, server.key, client.pem, client.key,
// other-ca.pem, other-ca.key. Made with the openssl program.
class TestCertificates {
 public:
  explicit TestCertificates(const std::string& client_name);
  TestCertificates(const TestCertificates&) = delete;
  TestCertificates& operator=(const TestCertificates&) = delete;
  ~TestCertificates();
  [[nodiscard]] std::string path(const std::string& name) const { return folder_ + "/" + name; }

 private:
  std::string folder_;
};

}  // namespace airspool::test
