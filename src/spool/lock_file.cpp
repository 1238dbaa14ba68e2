// SPDX-License-Identifier: Apache-2.0
#include "lock_file.h"

#include <cerrno>
#include <cstring>
#include <string_view>
#include <thread>
#include <utility>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

namespace airspool::spool {
namespace {

constexpr int kNone = -1;
constexpr mode_t kMode = 0640;
constexpr std::chrono::milliseconds kRetry{10};

// " (process 123)", or nothing where the file does not say.
std::string owner(int descriptor) {
  char text[24] = {};
  const ssize_t size = pread(descriptor, text, sizeof text - 1, 0);
  std::string_view digits(text, size > 0 ? static_cast<std::size_t>(size) : 0);
  digits = digits.substr(0, digits.find_first_not_of("0123456789"));
  return digits.empty() ? std::string() : " (process " + std::string(digits) + ")";
}

Error cannot_open(const std::string& path, int reason) {
  ErrorCode code = ErrorCode::kIo;
  if (reason == EACCES || reason == EPERM || reason == EROFS) code = ErrorCode::kPermissionDenied;
  if (reason == ENOENT || reason == ENOTDIR) code = ErrorCode::kNotFound;
  return {code, "cannot open " + path + ": " + std::strerror(reason)};
}

}  // namespace

Result<LockFile> LockFile::acquire(const std::string& path, std::chrono::milliseconds patience) {
  const int descriptor = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, kMode);
  if (descriptor < 0) return tl::unexpected(cannot_open(path, errno));
  LockFile lock(descriptor);
  const auto deadline = std::chrono::steady_clock::now() + patience;
  while (flock(descriptor, LOCK_EX | LOCK_NB) != 0) {
    if (errno == EWOULDBLOCK && std::chrono::steady_clock::now() < deadline) {
      std::this_thread::sleep_for(kRetry);
      continue;
    }
    if (errno != EWOULDBLOCK) return tl::unexpected(cannot_open(path, errno));
    return fail(ErrorCode::kUnavailable, "another airspool" + owner(descriptor) + " holds it");
  }
  const std::string pid = std::to_string(getpid()) + "\n";
  // The number is a courtesy to the reader of an error message; on a full disk the lock holds without it.
  if (ftruncate(descriptor, 0) == 0) {
    [[maybe_unused]] const ssize_t written = pwrite(descriptor, pid.data(), pid.size(), 0);
  }
  return lock;
}

LockFile::LockFile(LockFile&& other) noexcept : descriptor_(std::exchange(other.descriptor_, kNone)) {}

LockFile& LockFile::operator=(LockFile&& other) noexcept {
  std::swap(descriptor_, other.descriptor_);
  return *this;
}

LockFile::~LockFile() {
  if (descriptor_ != kNone) close(descriptor_);
}

}  // namespace airspool::spool
