// SPDX-License-Identifier: Apache-2.0
#include "cli/setup_files.h"

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <pwd.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

namespace airspool::cli {
namespace {

constexpr mode_t kForAll = 0644;
constexpr mode_t kForOwner = 0600;
constexpr const char* kServiceUser = "airspool";

tl::unexpected<Error> failure(const std::string& path) {
  const int error = errno;
  const std::string what = path + ": " + std::strerror(error);
  if (error == EACCES || error == EPERM) return fail(ErrorCode::kPermissionDenied, what + "; run it with sudo");
  return fail(ErrorCode::kIo, what);
}

bool write_all(int fd, std::string_view content) {
  while (!content.empty()) {
    const ssize_t written = ::write(fd, content.data(), content.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return false;
    content.remove_prefix(static_cast<std::size_t>(written));
  }
  return true;
}

}  // namespace

Result<void> write_whole_file(const std::string& path, std::string_view content, FileFor whom) {
  const std::filesystem::path folder = std::filesystem::path(path).parent_path();
  std::error_code ignored;
  if (!folder.empty()) std::filesystem::create_directories(folder, ignored);  // what fails shows below
  std::string name = path + ".new-XXXXXX";
  const int fd = ::mkostemp(name.data(), O_CLOEXEC);
  if (fd < 0) return failure(path);
  bool good = write_all(fd, content) && ::fchmod(fd, whom == FileFor::kAll ? kForAll : kForOwner) == 0;
  // The program has one thread here, so that the entry stays ours.
  const passwd* user = good && whom == FileFor::kService && ::geteuid() == 0 ? ::getpwnam(kServiceUser) : nullptr;
  if (user != nullptr) good = ::fchown(fd, user->pw_uid, user->pw_gid) == 0;
  good = good && ::fsync(fd) == 0 && ::rename(name.c_str(), path.c_str()) == 0;
  const auto problem = failure(path);
  ::close(fd);
  if (!good) {
    ::unlink(name.c_str());
    return problem;
  }
  return {};
}

Result<SecretInMemory> SecretInMemory::create(std::string_view content) {
  SecretInMemory secret(::memfd_create("airspool-setup", MFD_CLOEXEC));
  if (secret.fd_ < 0 || ::fchmod(secret.fd_, kForOwner) != 0 || !write_all(secret.fd_, content)) {
    return failure("memory for a secret");
  }
  return secret;
}

SecretInMemory::SecretInMemory(SecretInMemory&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
SecretInMemory& SecretInMemory::operator=(SecretInMemory&& other) noexcept {
  std::swap(fd_, other.fd_);
  return *this;
}
SecretInMemory::~SecretInMemory() {
  if (fd_ >= 0) ::close(fd_);
}

std::string SecretInMemory::path() const { return "/proc/self/fd/" + std::to_string(fd_); }

}  // namespace airspool::cli
