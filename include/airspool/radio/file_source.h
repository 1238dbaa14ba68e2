// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include <airspool/core/clock.h>
#include <airspool/radio/pace.h>
#include <airspool/radio/sample_source.h>

namespace airspool::radio {

struct FileSettings {
  std::string path;  // "-" is standard input
  // Nothing: by the name's ending (.cu8 .bin .iq .raw -> cu8, .cs16 .sc16 -> cs16), cu8 when that says nothing.
  std::optional<SampleFormat> format;
  std::uint32_t sample_rate_hz = 2'400'000;
  Pace pace = Pace::kFast;
  bool loop = false;  // start again at the end; not possible on standard input or a pipe
  std::size_t block_samples = 131'072;
};

// Recorded IQ. A recording that ends in the middle of a sample is read up to its last whole sample; `trailing_bytes`
// says how many bytes were left over. With `loop` the sample index runs on over the seam. Errors name the file and the
// next step: kNotFound, kPermissionDenied, kInvalidData (a folder, an empty file, less than one sample; of standard
// input and pipes only the first next() can tell), kUsage (settings that make no sense), kIo.
class FileSource final : public SampleSource {
 public:
  static Result<std::unique_ptr<FileSource>> open(const FileSettings& settings, PaceTiming timing = {});
  ~FileSource() override;

  [[nodiscard]] const SourceInfo& info() const override;
  Result<IqBlock> next() override;
  void stop() override;

  // Last modification of the file: the best guess of when a recording without another date ended. Nothing for a stream.
  [[nodiscard]] std::optional<WallTime> modified() const;
  // Bytes after the last whole sample, known once the end was reached.
  [[nodiscard]] std::size_t trailing_bytes() const;

 private:
  struct State;
  explicit FileSource(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace airspool::radio
