// SPDX-License-Identifier: Apache-2.0
#include "cli/output_stream.h"

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace airspool::cli {
namespace {

constexpr std::size_t kBufferBytes = 65'536;
constexpr mode_t kMode = 0666;  // less the umask

std::string next_step(int reason) {
  switch (reason) {
    case ENOSPC:
    case EDQUOT:
      return ": free some space or write elsewhere";
    case EACCES:
    case EPERM:
    case EROFS:
      return ": write to a folder that is yours";
    case ENOENT:
      return ": create its folder first";
    default:
      return "";
  }
}

}  // namespace

OutputStream::OutputStream(int fd, std::string name, std::string part)
    : fd_(fd), name_(std::move(name)), part_(std::move(part)) {}

OutputStream::OutputStream(OutputStream&& other) noexcept
    : fd_(std::exchange(other.fd_, -1)),
      name_(std::move(other.name_)),
      part_(std::exchange(other.part_, {})),
      buffer_(std::exchange(other.buffer_, {})),
      reader_gone_(other.reader_gone_) {}

OutputStream::~OutputStream() {
  if (fd_ > STDERR_FILENO) ::close(fd_);
  if (!part_.empty()) ::unlink(part_.c_str());
}

OutputStream OutputStream::standard_output() { return OutputStream(STDOUT_FILENO, "standard output", ""); }

Result<OutputStream> OutputStream::create_file(const std::string& path) {
  // The file behind a link is replaced, not the link.
  std::error_code none;
  const std::filesystem::path behind_links = std::filesystem::canonical(path, none);
  const std::string target = none ? path : behind_links.string();

  struct stat about {};
  const bool exists = ::stat(target.c_str(), &about) == 0;
  const bool direct = exists && !S_ISREG(about.st_mode);
  const std::string part = direct ? std::string() : target + ".part";
  const int fd = ::open(direct ? target.c_str() : part.c_str(),
                        direct ? O_WRONLY | O_CLOEXEC : O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, kMode);
  if (fd < 0) {
    const int reason = errno;
    return tl::unexpected(OutputStream(-1, target, "").failure(reason));
  }
  return OutputStream(fd, target, part);
}

Error OutputStream::failure(int reason) const {
  const ErrorCode code = reason == EACCES || reason == EPERM ? ErrorCode::kPermissionDenied : ErrorCode::kIo;
  return {code, name_ + ": cannot be written: " + std::strerror(reason) + next_step(reason)};
}

Result<void> OutputStream::write(std::string_view text) {
  buffer_ += text;
  return buffer_.size() < kBufferBytes ? Result<void>() : flush();
}

Result<void> OutputStream::flush() {
  std::string_view rest = buffer_;
  while (!rest.empty()) {
    const ssize_t written = ::write(fd_, rest.data(), rest.size());
    if (written < 0) {
      if (errno == EINTR) continue;
      const int reason = errno;
      reader_gone_ = reason == EPIPE;
      buffer_.clear();
      return tl::unexpected(failure(reason));
    }
    rest.remove_prefix(static_cast<std::size_t>(written));
  }
  buffer_.clear();
  return {};
}

Result<void> OutputStream::commit() {
  if (auto flushed = flush(); !flushed) return flushed;
  if (fd_ <= STDERR_FILENO) return {};
  // Some file systems only tell here that there was no room. Devices and pipes cannot be synced, which is no failure.
  if (!part_.empty() && ::fsync(fd_) != 0) return tl::unexpected(failure(errno));
  if (::close(std::exchange(fd_, -1)) != 0) return tl::unexpected(failure(errno));
  if (part_.empty()) return {};
  if (std::rename(part_.c_str(), name_.c_str()) != 0) return tl::unexpected(failure(errno));
  part_.clear();
  return {};
}

}  // namespace airspool::cli
