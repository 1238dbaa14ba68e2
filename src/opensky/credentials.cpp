// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>

#include <fcntl.h>
#include <nlohmann/json.hpp>
#include <sys/stat.h>
#include <unistd.h>

#include <airspool/opensky/credentials.h>

namespace airspool::opensky {
namespace {

constexpr std::size_t kLongestFile = 65'536;
constexpr std::size_t kLongestWord = 4'096;

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

// The whole of a small file that is nobody else's business. `key` is where the configuration names it.
Result<std::string> read_private(const std::string& key, const std::string& path) {
  const std::string name = "opensky." + key + ": " + path;
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
  if ((about.st_mode & too_open) != 0) {
    return fail(ErrorCode::kPermissionDenied,
                name + " holds a secret that others on this machine can read: run 'chmod 600 " + path +
                    "', and get a new secret from OpenSky's account page if somebody may have read it");
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

// What may stand in an HTTP form or header without surprises.
bool is_word(std::string_view text) {
  return !text.empty() && text.size() <= kLongestWord &&
         std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c < '\x7f'; });
}

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view kBlank = " \t\r\n";
  const auto first = text.find_first_not_of(kBlank);
  if (first == text.npos) return {};
  return text.substr(first, text.find_last_not_of(kBlank) - first + 1);
}

}  // namespace

Result<Credentials> parse_credentials(std::string_view json) {
  const auto document = nlohmann::json::parse(json.begin(), json.end(), nullptr, false);
  const auto text = [&](const char* key) -> std::string {
    const auto found = document.find(key);
    return found != document.end() && found->is_string() ? found->get<std::string>() : std::string();
  };
  if (!document.is_object()) return fail(ErrorCode::kInvalidData, "it is not the JSON of OpenSky's account page");
  Credentials credentials{text("clientId"), text("clientSecret")};
  if (!is_word(credentials.client_id) || !is_word(credentials.client_secret)) {
    return fail(ErrorCode::kInvalidData, R"(it lacks "clientId" or "clientSecret")");
  }
  return credentials;
}

Result<Credentials> read_credentials_file(const std::string& path) {
  const auto text = read_private("credentials_file", path);
  if (!text) return tl::unexpected(text.error());
  auto credentials = parse_credentials(*text);
  if (credentials) return credentials;
  return fail(ErrorCode::kConfig, "opensky.credentials_file: " + path + ": " + credentials.error().message +
                                      "; download the API client's credentials from OpenSky's account page again");
}

Result<Credentials> read_secret_file(const std::string& client_id, const std::string& path) {
  const auto text = read_private("client_secret_file", path);
  if (!text) return tl::unexpected(text.error());
  Credentials credentials{client_id, std::string(trimmed(*text))};
  if (is_word(credentials.client_secret)) return credentials;
  return fail(ErrorCode::kConfig, "opensky.client_secret_file: " + path +
                                      " must hold the secret and nothing else; OpenSky's JSON goes into "
                                      "opensky.credentials_file");
}

}  // namespace airspool::opensky
