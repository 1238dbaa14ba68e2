// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>

#include <airspool/net/byte_stream.h>

namespace airspool::uplink {

struct TlsSettings {
  std::string ca_file;    // PEM; empty = what the system trusts
  std::string cert_file;  // PEM with chain; empty = no client certificate
  std::string key_file;
  std::string alpn;  // the one protocol that we offer (RFC 7301); empty = none
};

// TLS 1.2 or later over `below`. `host`: the name that the peer's certificate must bear, told to it as the server name
// (SNI) unless it is an address. The files are read now, so renewed ones count from the next connection on.
Result<std::unique_ptr<net::ByteStream>> wrap_tls(std::unique_ptr<net::ByteStream> below, const std::string& host,
                                                  const TlsSettings& settings);

}  // namespace airspool::uplink
