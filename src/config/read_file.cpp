// SPDX-License-Identifier: Apache-2.0
#include "read_file.h"

#include <array>
#include <cerrno>
#include <system_error>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <airspool/config/load.h>

namespace airspool::config {
namespace {

class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  [[nodiscard]] int get() const { return fd_; }

 private:
  int fd_;
};

std::string reason(int error) { return std::generic_category().message(error); }

tl::unexpected<Error> open_failure(int error) {
  switch (error) {
    case ENOENT:
    case ENOTDIR:
      return fail(
          ErrorCode::kNotFound,
          "there is no such file; name one with --config, or write a new one from what 'airspool config show' prints");
    case EACCES:
    case EPERM:
      return fail(ErrorCode::kPermissionDenied,
                  "this user may not read the file; change its owner or mode (ls -l shows them)");
    default:
      return fail(ErrorCode::kIo, "cannot open the file: " + reason(error));
  }
}

tl::unexpected<Error> too_large() {
  return fail(ErrorCode::kInvalidData, "the file is larger than " + std::to_string(kMaxFileBytes / 1024) +
                                           " KiB, which no configuration is; is it the right one?");
}

}  // namespace

Result<std::string> read_file(const std::string& path) {
  // A pipe without a writer would block open() otherwise.
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
  if (file.get() < 0) return open_failure(errno);
  struct stat status {};
  if (::fstat(file.get(), &status) != 0) return fail(ErrorCode::kIo, "cannot examine the file: " + reason(errno));
  if (S_ISDIR(status.st_mode)) {
    return fail(ErrorCode::kInvalidData, "this is a folder; name the file in it, such as airspool.toml");
  }
  if (!S_ISREG(status.st_mode)) return fail(ErrorCode::kInvalidData, "this is a device or pipe; name a regular file");
  if (status.st_size > static_cast<off_t>(kMaxFileBytes)) return too_large();

  // The size is only a promise: files of /proc say 0, and a file may grow.
  std::string content;
  std::array<char, 16384> part;
  while (true) {
    const ssize_t got = ::read(file.get(), part.data(), part.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return fail(ErrorCode::kIo, "cannot read the file: " + reason(errno));
    if (got == 0) return content;
    content.append(part.data(), static_cast<std::size_t>(got));
    if (content.size() > kMaxFileBytes) return too_large();
  }
}

}  // namespace airspool::config
