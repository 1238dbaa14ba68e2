// SPDX-License-Identifier: Apache-2.0
#include "lock_file.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <sstream>
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
constexpr std::size_t kKnownRuns = 8;
constexpr std::size_t kSpoolIdLength = 16;
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

// The lines after the first.
std::vector<std::string> runs_in(int descriptor) {
  std::array<char, 1024> bytes{};
  const ssize_t size = pread(descriptor, bytes.data(), bytes.size(), 0);
  std::istringstream text(std::string(bytes.data(), size > 0 ? static_cast<std::size_t>(size) : 0));
  std::vector<std::string> runs;
  std::string line;
  std::getline(text, line);
  while (runs.size() < kKnownRuns && std::getline(text, line)) {
    const auto is_base32 = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '2' && c <= '7'); };
    if (line.size() == kSpoolIdLength && std::ranges::all_of(line, is_base32)) runs.push_back(line);
  }
  return runs;
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
  lock.runs_ = runs_in(descriptor);
  lock.write();
  return lock;
}

void LockFile::add_run(const std::string& spool_id) {
  runs_.push_back(spool_id);
  if (runs_.size() > kKnownRuns) runs_.erase(runs_.begin());
  write();
}

// Nothing here is worth a complaint: on a full disk the lock holds without it.
void LockFile::write() const {
  std::string text = std::to_string(getpid()) + "\n";
  for (const std::string& run : runs_) text += run + "\n";
  if (ftruncate(descriptor_, 0) != 0) return;
  [[maybe_unused]] const ssize_t written = pwrite(descriptor_, text.data(), text.size(), 0);
}

LockFile::LockFile(LockFile&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, kNone)), runs_(std::move(other.runs_)) {}

LockFile& LockFile::operator=(LockFile&& other) noexcept {
  std::swap(descriptor_, other.descriptor_);
  std::swap(runs_, other.runs_);
  return *this;
}

LockFile::~LockFile() {
  if (descriptor_ != kNone) close(descriptor_);
}

}  // namespace airspool::spool
