// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>

#include <airspool/core/clock.h>
#include <airspool/core/result.h>
#include <airspool/uplink/sink.h>

namespace airspool::uplink {

struct FileSinkSettings {
  std::string name;
  std::filesystem::path folder;  // made at the start if it is not there
  std::chrono::seconds rotate_seconds{3600};
  std::uint64_t rotate_bytes = std::uint64_t{64} << 20;
};

// A sink that writes batches into files airspool-<UTC start>-<n>.ndjson.zst: the bytes of the batches one after the
// other, which is a valid .zst file (RFC 8878, section 3: frames may be concatenated). A file is NAME.part while it
// grows and gets its name when it is complete. Accepted means fdatasync. What a crash leaves as .part is cut behind its
// last whole frame and completed at the next start; a batch can be there twice if the crash came between its fdatasync
// and its answer. A full disk, a folder that is gone or may not be written: Retry, until it is better.
// Disks stall for seconds, so the writing is done by a thread of its own; `clock` is used on the polling thread only
// and outlives the sink. Destroying it completes the open file.
// Errors of open: kConfig (no folder given, a rotation of zero); kUnavailable (no thread). A folder that cannot be used
// is no error of open: health() says so.
Result<std::unique_ptr<Sink>> open_file_sink(FileSinkSettings settings, const Clock& clock);

}  // namespace airspool::uplink
