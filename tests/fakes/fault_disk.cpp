// SPDX-License-Identifier: Apache-2.0
#include "fakes/fault_disk.h"

#include <algorithm>
#include <array>
#include <condition_variable>
#include <cstring>
#include <map>
#include <mutex>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include <fcntl.h>
#include <sqlite3.h>
#include <sys/stat.h>
#include <unistd.h>

namespace airspool::test {
namespace {

constexpr const char* kName = "airspool-fault-disk";
constexpr std::size_t kSector = 512;

FaultDisk::Part part_of(std::string_view path) {
  if (path.ends_with("-wal")) return FaultDisk::Part::kWal;
  if (path.ends_with("-journal") || path.empty()) return FaultDisk::Part::kOther;
  return FaultDisk::Part::kDatabase;
}

ino_t inode_of(const std::string& path) {
  struct stat info {};
  return stat(path.c_str(), &info) == 0 ? info.st_ino : 0;
}

// One change since the last sync: enough to take it back and to make it again.
struct Change {
  bool truncate = false;
  std::int64_t offset = 0;    // of a write; the new size of a truncation
  std::int64_t old_size = 0;  // of the file
  std::string before;         // what stood there (shorter than `after` at the end of the file)
  std::string after;          // empty for a truncation
};

// What is not durable of one file.
struct Unsynced {
  ino_t inode = 0;
  bool created = false;  // and never synced
  std::vector<Change> changes;
};

// A file written with plain POSIX calls, behind SQLite's back.
class RawFile {
 public:
  explicit RawFile(const std::string& path) : fd_(::open(path.c_str(), O_RDWR | O_CLOEXEC)) {}
  ~RawFile() {
    if (fd_ >= 0) ::close(fd_);
  }
  RawFile(const RawFile&) = delete;
  RawFile& operator=(const RawFile&) = delete;
  void write(std::int64_t offset, std::string_view bytes) const {
    if (!bytes.empty() && ::pwrite(fd_, bytes.data(), bytes.size(), offset) < 0) std::abort();
  }
  void resize(std::int64_t size) const {
    if (::ftruncate(fd_, size) != 0) std::abort();
  }
  [[nodiscard]] std::int64_t size() const {
    struct stat info {};
    return ::fstat(fd_, &info) == 0 ? info.st_size : 0;
  }
  [[nodiscard]] bool valid() const { return fd_ >= 0; }

 private:
  int fd_;
};

void take_back(const RawFile& file, const Change& change) {
  file.write(change.offset, change.before);
  file.resize(change.old_size);
}

void make_again(const RawFile& file, const Change& change, const std::function<bool()>& keeps_sector) {
  if (change.truncate) {
    if (keeps_sector()) file.resize(std::min(change.offset, file.size()));
    return;
  }
  for (std::size_t at = 0; at < change.after.size();) {
    const auto offset = static_cast<std::size_t>(change.offset) + at;
    const std::size_t length = std::min(kSector - offset % kSector, change.after.size() - at);
    if (keeps_sector()) file.write(static_cast<std::int64_t>(offset), {change.after.data() + at, length});
    at += length;
  }
}

}  // namespace

class FaultDisk::Impl {
 public:
  Impl(std::uint64_t seed, bool power_cuts)
      : real_(sqlite3_vfs_find(nullptr)), random_(seed), power_cuts_(power_cuts), vfs_(*real_) {
    vfs_.iVersion = 1;
    vfs_.szOsFile = static_cast<int>(sizeof(File)) + real_->szOsFile;
    vfs_.zName = kName;
    vfs_.pNext = nullptr;
    vfs_.pAppData = this;
    vfs_.xOpen = &Impl::open;
    vfs_.xDelete = &Impl::remove;
    vfs_.xAccess = &Impl::access;
    vfs_.xFullPathname = [](sqlite3_vfs* vfs, const char* name, int size, char* out) {
      return of(vfs).real_->xFullPathname(of(vfs).real_, name, size, out);
    };
    vfs_.xRandomness = [](sqlite3_vfs* vfs, int size, char* out) {
      return of(vfs).real_->xRandomness(of(vfs).real_, size, out);
    };
    vfs_.xSleep = [](sqlite3_vfs* vfs, int microseconds) { return of(vfs).real_->xSleep(of(vfs).real_, microseconds); };
    vfs_.xCurrentTime = [](sqlite3_vfs* vfs, double* out) { return of(vfs).real_->xCurrentTime(of(vfs).real_, out); };
    vfs_.xGetLastError = [](sqlite3_vfs* vfs, int size, char* out) {
      return of(vfs).real_->xGetLastError(of(vfs).real_, size, out);
    };
    if (sqlite3_vfs_register(&vfs_, 1) != SQLITE_OK) std::abort();
  }
  ~Impl() {
    release_stall();
    sqlite3_vfs_unregister(&vfs_);
    sqlite3_vfs_register(real_, 1);
  }
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;

  void cut_power() {
    const std::lock_guard lock(mutex_);
    if (!powered_) return;
    powered_ = false;
    ++power_life_;
    for (auto& [path, unsynced] : unsynced_) leave_behind(path, unsynced);
    unsynced_.clear();
  }
  void restore_power() {
    const std::lock_guard lock(mutex_);
    powered_ = true;
  }
  void forsake_open_files() { ++power_life_; }
  bool wait_for_stall(std::chrono::milliseconds limit) {
    std::unique_lock lock(mutex_);
    return stall_.wait_for(lock, limit, [this] { return stalled_; });
  }
  void release_stall() {
    {
      const std::lock_guard lock(mutex_);
      stall_next_ = false;
      stalled_ = false;
    }
    stall_.notify_all();
  }

  mutable std::mutex mutex_;
  State state_ = State::kHealthy;
  std::optional<std::int64_t> free_bytes_;
  std::optional<std::int64_t> writes_left_;
  bool writes_end_full_ = false;
  struct BadRange {
    std::int64_t from = 0;
    std::int64_t to = 0;
  };
  std::array<BadRange, 3> bad_{};
  std::array<Written, 3> written_{};
  bool stall_next_ = false;
  std::function<void(Operation, Part)> watcher_;

 private:
  // The object that SQLite keeps for an open file; the real one follows in memory.
  struct File {
    sqlite3_file base;
    Impl* disk;
    std::string* path;
    Part part;
    unsigned power_life;

    [[nodiscard]] sqlite3_file* real() { return reinterpret_cast<sqlite3_file*>(this + 1); }
  };
  static File& of(sqlite3_file* file) { return *reinterpret_cast<File*>(file); }
  static Impl& of(sqlite3_vfs* vfs) { return *static_cast<Impl*>(vfs->pAppData); }

  void tell(Operation operation, Part part) const {
    if (watcher_) watcher_(operation, part);
  }
  bool usable(const File& file) const { return powered_ && file.power_life == power_life_; }
  // Neither the state nor a lost connection stops an operation that only reads.
  bool readable(const File& file) const {
    return usable(file) && (state_ == State::kHealthy || state_ == State::kReadOnly);
  }
  bool writable(const File& file) const { return usable(file) && state_ == State::kHealthy; }

  static int open(sqlite3_vfs* vfs, const char* name, sqlite3_file* out, int flags, int* out_flags) {
    Impl& disk = of(vfs);
    const std::string path = name == nullptr ? "" : name;
    const Part part = part_of(path);
    disk.tell(Operation::kOpen, part);
    const std::lock_guard lock(disk.mutex_);
    File& file = of(out);
    file.base.pMethods = nullptr;
    if (!disk.powered_ || disk.state_ == State::kGone || disk.state_ == State::kFailing) return SQLITE_CANTOPEN;
    const bool existed = !path.empty() && ::access(path.c_str(), F_OK) == 0;
    if (disk.state_ == State::kReadOnly) {
      if (!existed) return SQLITE_CANTOPEN;
      flags = (flags & ~(SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE)) | SQLITE_OPEN_READONLY;
    }
    const int status = disk.real_->xOpen(disk.real_, name, file.real(), flags, out_flags);
    if (status != SQLITE_OK) return status;
    file.disk = &disk;
    file.path = new std::string(path);
    file.part = part;
    file.power_life = disk.power_life_;
    if (disk.power_cuts_ && !path.empty()) {
      Unsynced& unsynced = disk.unsynced_[path];
      const ino_t inode = inode_of(path);
      if (unsynced.inode != inode) unsynced = {inode, !existed, {}};
    }
    file.base.pMethods = &kMethods;
    return SQLITE_OK;
  }

  static int remove(sqlite3_vfs* vfs, const char* name, int sync_folder) {
    Impl& disk = of(vfs);
    disk.tell(Operation::kRemove, part_of(name));
    const std::lock_guard lock(disk.mutex_);
    if (!disk.powered_ || disk.state_ != State::kHealthy) return SQLITE_IOERR_DELETE;
    struct stat info {};
    const std::int64_t size = ::stat(name, &info) == 0 ? info.st_size : 0;
    const int status = disk.real_->xDelete(disk.real_, name, sync_folder);
    if (status != SQLITE_OK) return status;
    disk.unsynced_.erase(name);
    if (disk.free_bytes_) *disk.free_bytes_ += size;
    return SQLITE_OK;
  }

  static int access(sqlite3_vfs* vfs, const char* name, int flags, int* out) {
    Impl& disk = of(vfs);
    const std::lock_guard lock(disk.mutex_);
    if (!disk.powered_ || disk.state_ == State::kFailing) return SQLITE_IOERR_ACCESS;
    if (disk.state_ == State::kGone) {
      *out = 0;
      return SQLITE_OK;
    }
    return disk.real_->xAccess(disk.real_, name, flags, out);
  }

  static int close(sqlite3_file* raw) {
    File& file = of(raw);
    delete file.path;
    return file.real()->pMethods->xClose(file.real());
  }

  static int read(sqlite3_file* raw, void* out, int size, sqlite3_int64 offset) {
    File& file = of(raw);
    Impl& disk = *file.disk;
    disk.tell(Operation::kRead, file.part);
    const std::lock_guard lock(disk.mutex_);
    if (!disk.readable(file)) return SQLITE_IOERR_READ;
    const BadRange& bad = disk.bad_[static_cast<std::size_t>(file.part)];
    if (offset < bad.to && offset + size > bad.from) return SQLITE_IOERR_READ;
    return file.real()->pMethods->xRead(file.real(), out, size, offset);
  }

  static int write(sqlite3_file* raw, const void* bytes, int size, sqlite3_int64 offset) {
    File& file = of(raw);
    Impl& disk = *file.disk;
    disk.tell(Operation::kWrite, file.part);
    const std::lock_guard lock(disk.mutex_);
    if (!disk.writable(file)) return SQLITE_IOERR_WRITE;
    if (disk.writes_left_) {
      if (*disk.writes_left_ <= 0) return disk.writes_end_full_ ? SQLITE_FULL : SQLITE_IOERR_WRITE;
      --*disk.writes_left_;
    }
    sqlite3_int64 old_size = 0;
    if (const int status = file.real()->pMethods->xFileSize(file.real(), &old_size); status != SQLITE_OK) return status;
    const std::int64_t growth = std::max<std::int64_t>(offset + size - old_size, 0);
    if (disk.free_bytes_ && growth > 0) {
      if (growth > *disk.free_bytes_) return SQLITE_FULL;
      *disk.free_bytes_ -= growth;
    }
    if (disk.power_cuts_ && !file.path->empty()) {
      Change change;
      change.offset = offset;
      change.old_size = old_size;
      change.before = disk.content(file, offset, std::min<std::int64_t>(size, old_size - offset));
      change.after.assign(static_cast<const char*>(bytes), static_cast<std::size_t>(size));
      disk.unsynced_[*file.path].changes.push_back(std::move(change));
    }
    Written& written = disk.written_[static_cast<std::size_t>(file.part)];
    written.bytes += size;
    ++written.writes;
    return file.real()->pMethods->xWrite(file.real(), bytes, size, offset);
  }

  static int truncate(sqlite3_file* raw, sqlite3_int64 size) {
    File& file = of(raw);
    Impl& disk = *file.disk;
    disk.tell(Operation::kTruncate, file.part);
    const std::lock_guard lock(disk.mutex_);
    if (!disk.writable(file)) return SQLITE_IOERR_TRUNCATE;
    sqlite3_int64 old_size = 0;
    if (const int status = file.real()->pMethods->xFileSize(file.real(), &old_size); status != SQLITE_OK) return status;
    if (disk.power_cuts_ && !file.path->empty()) {
      Change change;
      change.truncate = true;
      change.offset = size;
      change.old_size = old_size;
      change.before = disk.content(file, size, old_size - size);
      disk.unsynced_[*file.path].changes.push_back(std::move(change));
    }
    if (disk.free_bytes_ && old_size > size) *disk.free_bytes_ += old_size - size;
    return file.real()->pMethods->xTruncate(file.real(), size);
  }

  static int sync(sqlite3_file* raw, int flags) {
    File& file = of(raw);
    Impl& disk = *file.disk;
    disk.tell(Operation::kSync, file.part);
    std::unique_lock lock(disk.mutex_);
    if (!disk.usable(file) || disk.state_ == State::kFailing || disk.state_ == State::kGone) return SQLITE_IOERR_FSYNC;
    ++disk.written_[static_cast<std::size_t>(file.part)].syncs;
    if (disk.stall_next_) {
      disk.stall_next_ = false;
      disk.stalled_ = true;
      disk.stall_.notify_all();
      disk.stall_.wait(lock, [&disk] { return !disk.stalled_; });
    }
    if (disk.power_cuts_) {
      // What the model calls durable need not be: the tests run on a file system in memory or on a build machine's.
      if (const auto unsynced = disk.unsynced_.find(*file.path); unsynced != disk.unsynced_.end()) {
        unsynced->second.changes.clear();
        unsynced->second.created = false;
      }
      return SQLITE_OK;
    }
    lock.unlock();
    return file.real()->pMethods->xSync(file.real(), flags);
  }

  static int file_size(sqlite3_file* raw, sqlite3_int64* out) {
    File& file = of(raw);
    const std::lock_guard lock(file.disk->mutex_);
    if (!file.disk->readable(file)) return SQLITE_IOERR_FSTAT;
    return file.real()->pMethods->xFileSize(file.real(), out);
  }

  static int control(sqlite3_file* raw, int op, void* argument) {
    File& file = of(raw);
    // Making room ahead would write past what is counted here.
    if (op == SQLITE_FCNTL_SIZE_HINT || op == SQLITE_FCNTL_CHUNK_SIZE) return SQLITE_OK;
    return file.real()->pMethods->xFileControl(file.real(), op, argument);
  }

  // Empty when there is nothing to read.
  static std::string content(File& file, std::int64_t offset, std::int64_t size) {
    if (size <= 0) return {};
    std::string bytes(static_cast<std::size_t>(size), '\0');
    file.real()->pMethods->xRead(file.real(), bytes.data(), static_cast<int>(size), offset);
    return bytes;
  }

  void leave_behind(const std::string& path, const Unsynced& unsynced) {
    if (unsynced.changes.empty() && !unsynced.created) return;
    if (inode_of(path) != unsynced.inode) return;  // renamed since
    const auto chance = random_() % 4;
    if (unsynced.created && chance == 0) {
      ::unlink(path.c_str());
      return;
    }
    const RawFile file(path);
    if (!file.valid()) return;
    for (auto change = unsynced.changes.rbegin(); change != unsynced.changes.rend(); ++change) {
      take_back(file, *change);
    }
    if (chance == 0) return;
    const std::size_t prefix = unsynced.changes.empty() ? 0 : random_() % (unsynced.changes.size() + 1);
    for (std::size_t i = 0; i < unsynced.changes.size(); ++i) {
      const auto any = [this] { return (random_() & 1U) != 0; };
      const auto all = [] { return true; };
      if (chance == 1) {
        if (i > prefix) break;
        bool torn = false;
        const auto until_torn = [&] { return !(torn = torn || (random_() & 3U) == 0); };
        make_again(file, unsynced.changes[i], i == prefix ? std::function<bool()>(until_torn) : all);
      } else {
        make_again(file, unsynced.changes[i], chance == 2 ? std::function<bool()>(any) : all);
      }
    }
  }

  static const sqlite3_io_methods kMethods;

  sqlite3_vfs* real_;
  std::mt19937_64 random_;
  const bool power_cuts_;
  bool powered_ = true;
  unsigned power_life_ = 0;
  std::map<std::string, Unsynced> unsynced_;
  std::condition_variable stall_;
  bool stalled_ = false;
  sqlite3_vfs vfs_;
};

const sqlite3_io_methods FaultDisk::Impl::kMethods = {
    1,
    &Impl::close,
    &Impl::read,
    &Impl::write,
    &Impl::truncate,
    &Impl::sync,
    &Impl::file_size,
    [](sqlite3_file* file, int level) { return of(file).real()->pMethods->xLock(of(file).real(), level); },
    [](sqlite3_file* file, int level) { return of(file).real()->pMethods->xUnlock(of(file).real(), level); },
    [](sqlite3_file* file, int* out) { return of(file).real()->pMethods->xCheckReservedLock(of(file).real(), out); },
    &Impl::control,
    [](sqlite3_file* file) { return of(file).real()->pMethods->xSectorSize(of(file).real()); },
    // Nothing is promised about what a power cut leaves of a write.
    [](sqlite3_file*) { return 0; },
    nullptr,
    nullptr,
    nullptr,
    nullptr,
    nullptr,
    nullptr,
};

FaultDisk::FaultDisk(std::uint64_t seed, bool power_cuts) : impl_(std::make_unique<Impl>(seed, power_cuts)) {}
FaultDisk::~FaultDisk() = default;

void FaultDisk::set_state(State state) {
  const std::lock_guard lock(impl_->mutex_);
  if (state == State::kGone && impl_->state_ != State::kGone) impl_->forsake_open_files();
  impl_->state_ = state;
}

void FaultDisk::set_free_bytes(std::optional<std::int64_t> bytes) {
  const std::lock_guard lock(impl_->mutex_);
  impl_->free_bytes_ = bytes;
}

void FaultDisk::fail_writes_after(std::optional<std::int64_t> writes, bool disk_full) {
  const std::lock_guard lock(impl_->mutex_);
  impl_->writes_left_ = writes;
  impl_->writes_end_full_ = disk_full;
}

void FaultDisk::fail_reads(Part part, std::int64_t from, std::int64_t to) {
  const std::lock_guard lock(impl_->mutex_);
  impl_->bad_.at(static_cast<std::size_t>(part)) = {from, to};
}

void FaultDisk::cut_power() { impl_->cut_power(); }
void FaultDisk::restore_power() { impl_->restore_power(); }

void FaultDisk::stall_next_sync() {
  const std::lock_guard lock(impl_->mutex_);
  impl_->stall_next_ = true;
}

bool FaultDisk::wait_for_stall(std::chrono::milliseconds limit) { return impl_->wait_for_stall(limit); }
void FaultDisk::release_stall() { impl_->release_stall(); }

FaultDisk::Written FaultDisk::written(Part part) const {
  const std::lock_guard lock(impl_->mutex_);
  return impl_->written_.at(static_cast<std::size_t>(part));
}

FaultDisk::Written FaultDisk::written() const {
  const std::lock_guard lock(impl_->mutex_);
  Written sum;
  for (const Written& part : impl_->written_) {
    sum.bytes += part.bytes;
    sum.writes += part.writes;
    sum.syncs += part.syncs;
  }
  return sum;
}

void FaultDisk::watch(std::function<void(Operation, Part)> watcher) { impl_->watcher_ = std::move(watcher); }

}  // namespace airspool::test
