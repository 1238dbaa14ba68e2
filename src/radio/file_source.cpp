// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cctype>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <airspool/radio/file_source.h>

#include "pacer.h"

namespace airspool::radio {
namespace {

constexpr std::size_t kMaxBlockSamples = 16'777'216;
constexpr int kPollMs = 50;  // how long a silent pipe may keep us from seeing stop()

SampleFormat format_by_name(const std::string& path) {
  std::string name = path;
  std::transform(name.begin(), name.end(), name.begin(), [](unsigned char c) { return std::tolower(c); });
  for (const std::string_view ending : {".cs16", ".sc16"}) {
    if (name.size() >= ending.size() && name.compare(name.size() - ending.size(), ending.size(), ending) == 0) {
      return SampleFormat::kCs16;
    }
  }
  return SampleFormat::kCu8;
}

Error open_error(const std::string& name, int reason) {
  switch (reason) {
    case ENOENT:
    case ENOTDIR:
      return {ErrorCode::kNotFound, name + ": no such file: check the spelling and the folder"};
    case EACCES:
    case EPERM:
      return {ErrorCode::kPermissionDenied,
              name + ": permission denied: make it readable for this user (chmod +r), or run as its owner"};
    default:
      return {ErrorCode::kIo, name + ": cannot be opened: " + std::strerror(reason)};
  }
}

Error empty_error(const std::string& name, std::size_t bytes, SampleFormat format) {
  if (bytes == 0) return {ErrorCode::kInvalidData, name + ": is empty: give a recording of raw IQ samples"};
  return {ErrorCode::kInvalidData, name + ": holds " + std::to_string(bytes) + " byte(s), less than one sample of " +
                                       std::to_string(bytes_per_sample(format)) +
                                       " bytes: give a recording of raw IQ samples"};
}

// Owns a file descriptor; standard input is borrowed.
class Descriptor {
 public:
  Descriptor(int fd, bool owned) : fd_(fd), owned_(owned) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() {
    if (owned_ && fd_ >= 0) ::close(fd_);
  }
  [[nodiscard]] int get() const { return fd_; }

 private:
  int fd_;
  bool owned_;
};

int open_for_reading(const std::string& path) {
  int fd = -1;
  do {
    fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  } while (fd < 0 && errno == EINTR);
  return fd;
}

WallTime wall_time(const timespec& time) {
  return WallTime(std::chrono::seconds(time.tv_sec) + Nanoseconds(time.tv_nsec));
}

}  // namespace

struct FileSource::State {
  State(int fd, bool owned, const FileSettings& file_settings, PaceTiming timing)
      : settings(file_settings),
        file(fd, owned),
        pacer(file_settings.pace, file_settings.sample_rate_hz, std::move(timing)) {}

  // Reads until `buffer` is full, the input ends or the source is stopped. The number of bytes read.
  Result<std::size_t> fill();
  Result<std::size_t> read_samples();
  Result<IqBlock> next();

  const FileSettings settings;
  Descriptor file;
  Pacer pacer;
  SourceInfo info;
  std::optional<WallTime> modified;
  std::vector<std::byte> buffer;
  std::uint64_t samples_read = 0;
  std::size_t trailing_bytes = 0;
  bool at_end = false;
};

Result<std::size_t> FileSource::State::fill() {
  std::size_t have = 0;
  while (have < buffer.size() && !pacer.stopped()) {
    pollfd waiting{file.get(), POLLIN, 0};
    const int ready = ::poll(&waiting, 1, kPollMs);
    if (ready == 0 || (ready < 0 && errno == EINTR)) continue;
    const ssize_t got = ready < 0 ? -1 : ::read(file.get(), buffer.data() + have, buffer.size() - have);
    if (got == 0) break;
    if (got < 0) {
      if (errno == EINTR || errno == EAGAIN) continue;
      return fail(ErrorCode::kIo, info.name + ": reading failed: " + std::strerror(errno));
    }
    have += static_cast<std::size_t>(got);
  }
  return have;
}

Result<IqBlock> FileSource::State::next() {
  pacer.start();
  Result<std::size_t> samples = read_samples();
  // The end of the file fell on the edge of the last block, or the last block was a short one: a loop starts again.
  if (samples && *samples == 0 && settings.loop && !pacer.stopped()) {
    at_end = false;
    if (::lseek(file.get(), 0, SEEK_SET) < 0) {
      return fail(ErrorCode::kIo, info.name + ": cannot go back to the start: " + std::strerror(errno));
    }
    samples = read_samples();
    if (samples && *samples == 0 && !pacer.stopped()) {
      return fail(ErrorCode::kIo, info.name + ": became empty while it was being read");
    }
  }
  if (!samples) return tl::unexpected(samples.error());

  IqBlock block{{}, info.format, samples_read};
  if (*samples == 0 || !pacer.wait_for(samples_read + *samples)) return block;
  samples_read += *samples;
  block.bytes = std::span<const std::byte>(buffer.data(), *samples * bytes_per_sample(info.format));
  return block;
}

// The number of whole samples now in the buffer; 0 at the end and after a stop.
Result<std::size_t> FileSource::State::read_samples() {
  if (at_end || pacer.stopped()) return 0;
  Result<std::size_t> bytes = fill();
  if (!bytes) {
    at_end = true;
    return bytes;
  }
  if (pacer.stopped()) return 0;
  const std::size_t sample_bytes = bytes_per_sample(info.format);
  const std::size_t samples = *bytes / sample_bytes;
  if (*bytes < buffer.size()) {
    at_end = true;
    trailing_bytes = *bytes % sample_bytes;
    if (samples == 0 && samples_read == 0) return tl::unexpected(empty_error(info.name, *bytes, info.format));
  }
  return samples;
}

FileSource::FileSource(std::unique_ptr<State> state) : state_(std::move(state)) {}
FileSource::~FileSource() = default;

Result<std::unique_ptr<FileSource>> FileSource::open(const FileSettings& settings, PaceTiming timing) {
  const bool from_stdin = settings.path == "-";
  const std::string name = from_stdin ? "standard input" : settings.path;
  if (settings.sample_rate_hz == 0) return fail(ErrorCode::kUsage, name + ": the sample rate must not be 0");
  if (settings.block_samples == 0 || settings.block_samples > kMaxBlockSamples) {
    return fail(ErrorCode::kUsage, name + ": a block must have 1 to " + std::to_string(kMaxBlockSamples) +
                                       " samples, not " + std::to_string(settings.block_samples));
  }
  const int fd = from_stdin ? STDIN_FILENO : open_for_reading(settings.path);
  if (fd < 0) return tl::unexpected(open_error(name, errno));
  auto state = std::make_unique<State>(fd, !from_stdin, settings, std::move(timing));

  struct stat about {};
  if (::fstat(fd, &about) != 0) return tl::unexpected(open_error(name, errno));
  if (S_ISDIR(about.st_mode)) {
    return fail(ErrorCode::kInvalidData, name + ": is a folder: give the recording inside it (.cu8 or .cs16)");
  }
  state->info.name = name;
  state->info.format = settings.format.value_or(format_by_name(settings.path));
  state->info.sample_rate_hz = settings.sample_rate_hz;
  if (S_ISREG(about.st_mode)) {
    // A shell may hand over standard input that was read in part.
    const off_t begin = from_stdin ? std::max<off_t>(0, ::lseek(fd, 0, SEEK_CUR)) : 0;
    const std::size_t bytes = static_cast<std::size_t>(std::max<off_t>(0, about.st_size - begin));
    const std::size_t samples = bytes / bytes_per_sample(state->info.format);
    if (samples == 0) return tl::unexpected(empty_error(name, bytes, state->info.format));
    if (!settings.loop) state->info.total_samples = samples;
    state->modified = wall_time(about.st_mtim);
  }
  if (settings.loop && (from_stdin || !S_ISREG(about.st_mode))) {
    return fail(ErrorCode::kUsage, name + ": only a file can be looped: write the samples to a file first");
  }
  state->buffer.resize(settings.block_samples * bytes_per_sample(state->info.format));
  return std::unique_ptr<FileSource>(new FileSource(std::move(state)));
}

const SourceInfo& FileSource::info() const { return state_->info; }
Result<IqBlock> FileSource::next() { return state_->next(); }
void FileSource::stop() { state_->pacer.stop(); }
std::optional<WallTime> FileSource::modified() const { return state_->modified; }
std::size_t FileSource::trailing_bytes() const { return state_->trailing_bytes; }

}  // namespace airspool::radio
