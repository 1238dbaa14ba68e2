// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include <airspool/core/result.h>

namespace airspool::cli {

// kService: mode 0600, and the service's user (airspool) owns it where there is one and we are root.
enum class FileFor : std::uint8_t { kAll, kRoot, kService };

// Puts a whole file in the place of another, or nothing: written beside it, fsynced, renamed. Makes the folders of the
// path.
Result<void> write_whole_file(const std::string& path, std::string_view content, FileFor whom);

// A secret that was typed and lies in no file yet: readable under `path` by this process alone, and gone with it.
class SecretInMemory {
 public:
  static Result<SecretInMemory> create(std::string_view content);
  SecretInMemory(SecretInMemory&& other) noexcept;
  SecretInMemory& operator=(SecretInMemory&& other) noexcept;
  ~SecretInMemory();

  [[nodiscard]] std::string path() const;

 private:
  explicit SecretInMemory(int fd) : fd_(fd) {}
  int fd_ = -1;
};

}  // namespace airspool::cli
