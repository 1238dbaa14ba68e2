// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include <airspool/core/result.h>

namespace airspool::collector {

// The local socket through which `airspool` commands talk to a running collector: one JSON object a line asked, one a
// line answered, then the connection is closed. Requests: {"command":"spool.stat"}, with "arguments", an object, where
// a command takes any. An answer is
// {"ok":true,"result":...} or
// {"ok":false,"error":"..."}.

// Where it stands for a spool: `control.sock` in the folder of the spool's database.
std::string control_path(std::string_view spool_path);

// Serves the socket with a thread of its own; `answer` is called on that thread with the command's name and its
// arguments (a JSON object) and gives the result as JSON text. One client at a time, each for at most a second: a
// client that stalls delays only other clients.
class ControlServer {
 public:
  using Answer = std::function<Result<std::string>(std::string_view command, std::string_view arguments)>;

  // Takes over a socket file that nobody listens on any more. The file gets mode 0660 and goes away with the server.
  static Result<std::unique_ptr<ControlServer>> open(const std::string& path, Answer answer);
  ~ControlServer();
  ControlServer(const ControlServer&) = delete;
  ControlServer& operator=(const ControlServer&) = delete;

 private:
  class Impl;
  explicit ControlServer(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

// Asks a running collector and waits at most `timeout`. `arguments`: a JSON object. kNotFound: nobody listens there.
Result<std::string> ask_control(const std::string& path, std::string_view command, std::string_view arguments = "{}",
                                std::chrono::milliseconds timeout = std::chrono::seconds(5));

}  // namespace airspool::collector
