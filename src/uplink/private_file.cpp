// SPDX-License-Identifier: Apache-2.0
#include "private_file.h"

#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace airspool::uplink {
namespace {

constexpr std::size_t kLongestFile = 65'536;
constexpr std::size_t kLongestPassword = 4'096;

class File {
 public:
  explicit File(const std::string& path) : fd_(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)) {}
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  ~File() {
    if (fd_ >= 0) ::close(fd_);
  }
  [[nodiscard]] int fd() const { return fd_; }

 private:
  int fd_;
};

bool in_credentials_folder(const std::string& path) {
  const char* const folder = std::getenv("CREDENTIALS_DIRECTORY");
  return folder != nullptr && *folder != '\0' && path.rfind(std::string(folder) + "/", 0) == 0;
}

}  // namespace

Result<std::string> read_small_file(const std::string& key, const std::string& path, Readers readers) {
  const std::string name = key + " " + path;
  const auto unreadable = [&](int number) {
    const ErrorCode code = number == ENOENT || number == ENOTDIR ? ErrorCode::kNotFound : ErrorCode::kPermissionDenied;
    return fail(code, name + " cannot be read: " + std::strerror(number) +
                          "; check the path, and that it belongs to the user who runs airspool");
  };
  const File file(path);
  if (file.fd() < 0) return unreadable(errno);
  struct stat about {};
  if (::fstat(file.fd(), &about) != 0) return unreadable(errno);
  if (!S_ISREG(about.st_mode)) return fail(ErrorCode::kConfig, name + " is no regular file");
  const mode_t too_open = in_credentials_folder(path) ? S_IRWXO : S_IRWXG | S_IRWXO;
  if (readers == Readers::kOwnerOnly && (about.st_mode & too_open) != 0) {
    return fail(ErrorCode::kPermissionDenied, name +
                                                  " holds a secret that others on this machine can read: run 'chmod "
                                                  "600 " +
                                                  path + "', and change the secret if somebody may have read it");
  }
  std::string text;
  std::array<char, 4096> piece;
  while (true) {
    const ssize_t count = ::read(file.fd(), piece.data(), piece.size());
    if (count < 0) return unreadable(errno);
    if (count == 0) return text;
    text.append(piece.data(), static_cast<std::size_t>(count));
    if (text.size() > kLongestFile) return fail(ErrorCode::kConfig, name + " is too large for what it should hold");
  }
}

Result<std::string> read_password_file(const std::string& path) {
  const auto text = read_small_file("password_file", path, Readers::kOwnerOnly);
  if (!text) return tl::unexpected(text.error());
  std::string line = text->substr(0, text->find('\n'));
  while (!line.empty() && (line.back() == '\r' || line.back() == ' ')) line.pop_back();
  if (line.empty()) {
    return fail(ErrorCode::kConfig, "password_file " + path + " is empty: write the password in its first line");
  }
  if (line.size() > kLongestPassword) {
    return fail(ErrorCode::kConfig, "password_file " + path + " holds more than a password");
  }
  return line;
}

}  // namespace airspool::uplink
