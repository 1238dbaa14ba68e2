// SPDX-License-Identifier: Apache-2.0
#include "file_writer.h"

#include <array>
#include <cerrno>
#include <cstring>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <airspool/core/log.h>

#include "zstd_frames.h"

namespace airspool::uplink {
namespace {

constexpr std::string_view kPrefix = "airspool-";
constexpr std::string_view kSuffix = ".ndjson.zst";
constexpr std::string_view kPartSuffix = ".ndjson.zst.part";
constexpr std::string_view kPart = ".part";

std::filesystem::path final_path(const std::filesystem::path& part) {
  const std::string name = part.string();
  return name.substr(0, name.size() - kPart.size());
}

std::string utc_stamp(WallTime wall) {
  const time_t seconds =
      std::chrono::system_clock::to_time_t(std::chrono::time_point_cast<std::chrono::system_clock::duration>(wall));
  tm parts{};
  gmtime_r(&seconds, &parts);
  std::array<char, 32> text{};
  return {text.data(), strftime(text.data(), text.size(), "%Y%m%dT%H%M%SZ", &parts)};
}

class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  ~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  [[nodiscard]] int get() const { return fd_; }

 private:
  int fd_;
};

}  // namespace

FileWriter::FileWriter(std::filesystem::path folder, std::chrono::seconds rotate_after, std::uint64_t rotate_bytes)
    : folder_(std::move(folder)), rotate_after_(rotate_after), rotate_bytes_(rotate_bytes) {}

FileWriter::~FileWriter() {
  if (fd_ < 0) return;
  if (const auto problem = complete()) log::warning("uplink", problem->reason);
  abandon();
}

FileTrouble FileWriter::trouble(int number, const std::string& doing) const {
  std::string reason = "cannot " + doing + " in " + folder_.string() + ": " + std::strerror(number);
  switch (number) {
    case ENOSPC:
    case EDQUOT:
    case EFBIG:
      return {reason + "; free some space, the batches wait in the spool", "disk-full"};
    case ENOENT:
    case ESTALE:
      return {reason + "; make the folder again, or mount its disk", "folder-gone"};
    case ENOTDIR:
      return {reason + "; the path must be a folder, and something else stands there", "not-a-folder"};
    case EACCES:
    case EPERM:
    case EROFS:
      return {reason + "; let the program's user write there", "not-writable"};
    default:
      return {reason + "; the disk may be failing, see the kernel's log", "io"};
  }
}

void FileWriter::abandon() {
  if (fd_ >= 0) ::close(fd_);
  fd_ = -1;
}

std::optional<FileTrouble> FileWriter::prepare() {
  std::error_code error;
  std::filesystem::create_directories(folder_, error);
  // create_directories is content with a file of that name; recover() is not.
  if (error && error != std::errc::file_exists && error != std::errc::not_a_directory) {
    return trouble(error.value(), "make a folder");
  }
  return recover();
}

std::optional<FileTrouble> FileWriter::recover() {
  std::error_code error;
  std::vector<std::filesystem::path> parts;
  std::filesystem::directory_iterator entry(folder_, error);
  for (; !error && entry != std::filesystem::directory_iterator(); entry.increment(error)) {
    const std::string name = entry->path().filename().string();
    if (name.starts_with(kPrefix) && name.ends_with(kPartSuffix)) parts.push_back(entry->path());
  }
  if (error) return trouble(error.value(), "list files");
  for (const std::filesystem::path& part : parts) {
    const Descriptor file(::open(part.c_str(), O_RDWR | O_CLOEXEC | O_NOFOLLOW));
    if (file.get() < 0) return trouble(errno, "open a file left by a crash");
    // Locked: another process is writing it right now.
    if (::flock(file.get(), LOCK_EX | LOCK_NB) != 0) continue;
    const std::uint64_t whole = end_of_whole_frames(file.get());
    if (whole == 0) {
      if (::unlink(part.c_str()) != 0) return trouble(errno, "remove an empty file");
      continue;
    }
    if (::ftruncate(file.get(), static_cast<off_t>(whole)) != 0 || ::fsync(file.get()) != 0 ||
        ::rename(part.c_str(), final_path(part).c_str()) != 0) {
      return trouble(errno, "complete a file left by a crash");
    }
    log::info("uplink", "completed a file that was left unfinished",
              {{"file", final_path(part).string()}, {"bytes", whole}});
  }
  return parts.empty() ? std::nullopt : sync_folder();
}

std::optional<FileTrouble> FileWriter::sync_folder() const {
  const Descriptor folder(::open(folder_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (folder.get() < 0 || ::fsync(folder.get()) != 0) return trouble(errno, "sync the folder");
  return std::nullopt;
}

std::optional<FileTrouble> FileWriter::open_part(WallTime wall, BootTime boot) {
  if (auto problem = recover()) return problem;
  const std::string stem = std::string(kPrefix) + utc_stamp(wall) + "-";
  constexpr int kMostInOneSecond = 1000;
  for (int n = 1; n <= kMostInOneSecond; ++n) {
    const std::filesystem::path complete_name = folder_ / (stem + std::to_string(n) + std::string(kSuffix));
    struct stat status {};
    if (::stat(complete_name.c_str(), &status) == 0) continue;
    part_ = complete_name.string() + std::string(kPart);
    fd_ = ::open(part_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
    if (fd_ < 0 && errno == EEXIST) continue;
    if (fd_ < 0) return trouble(errno, "create a file");
    ::flock(fd_, LOCK_EX | LOCK_NB);
    durable_ = 0;
    opened_ = boot;
    if (auto problem = sync_folder()) {
      ::unlink(part_.c_str());
      abandon();
      return problem;
    }
    return std::nullopt;
  }
  return trouble(EEXIST, "find a free file name");
}

bool FileWriter::part_is_in_place() const {
  struct stat by_name {};
  struct stat by_descriptor {};
  return ::stat(part_.c_str(), &by_name) == 0 && ::fstat(fd_, &by_descriptor) == 0 &&
         by_name.st_dev == by_descriptor.st_dev && by_name.st_ino == by_descriptor.st_ino;
}

std::optional<FileTrouble> FileWriter::append(const std::vector<spool::BatchPtr>& batches, WallTime wall,
                                              BootTime boot) {
  if (fd_ >= 0 && !part_is_in_place()) abandon();
  if (fd_ < 0) {
    if (auto problem = open_part(wall, boot)) return problem;
  }
  if (batches.empty()) return std::nullopt;
  if (auto problem = write_all(batches)) return problem;
  // Somebody may have removed the folder under us: a deleted file takes writes and keeps nothing.
  if (!part_is_in_place()) {
    abandon();
    return trouble(ENOENT, "keep a file");
  }
  if (durable_ < rotate_bytes_) return std::nullopt;
  // The batches are safe either way; what does not get its name now gets it at the next opening.
  if (const auto problem = complete()) log::warning("uplink", problem->reason);
  return std::nullopt;
}

std::optional<FileTrouble> FileWriter::write_all(const std::vector<spool::BatchPtr>& batches) {
  std::uint64_t end = durable_;
  int error = 0;
  for (const spool::BatchPtr& batch : batches) {
    std::size_t done = 0;
    while (error == 0 && done < batch->bytes.size()) {
      const ssize_t written =
          ::pwrite(fd_, batch->bytes.data() + done, batch->bytes.size() - done, static_cast<off_t>(end));
      if (written < 0 && errno == EINTR) continue;
      if (written <= 0) {
        error = written < 0 ? errno : EIO;
        break;
      }
      done += static_cast<std::size_t>(written);
      end += static_cast<std::uint64_t>(written);
    }
  }
  bool sync_failed = false;
  if (error == 0 && ::fdatasync(fd_) != 0) {
    error = errno;
    sync_failed = true;
  }
  if (error == 0) {
    durable_ = end;
    return std::nullopt;
  }
  FileTrouble problem = trouble(error, "write");
  // Half a batch must not stay. After a failed sync nobody knows what the file holds: a new one is begun.
  if (::ftruncate(fd_, static_cast<off_t>(durable_)) != 0 || sync_failed) abandon();
  return problem;
}

std::optional<FileTrouble> FileWriter::complete() {
  if (durable_ == 0) {
    ::unlink(part_.c_str());
    abandon();
    return std::nullopt;
  }
  std::optional<FileTrouble> problem;
  if (::fsync(fd_) != 0 || ::rename(part_.c_str(), final_path(part_).c_str()) != 0) {
    problem = trouble(errno, "complete a file");
  } else {
    problem = sync_folder();
  }
  abandon();
  return problem;
}

std::optional<FileTrouble> FileWriter::rotate_if_due(BootTime boot) {
  if (fd_ < 0 || boot - opened_ < rotate_after_) return std::nullopt;
  return complete();
}

}  // namespace airspool::uplink
