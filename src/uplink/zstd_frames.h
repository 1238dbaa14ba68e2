// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace airspool::uplink {

// How far the file holds whole zstd frames (RFC 8878, 3.1.1), from its beginning: the offset behind the last one. The
// last frame must also unpack with the right checksum, because the blocks of a file may reach the disk out of order.
// 0 when there is none, or when the file cannot be read.
std::uint64_t end_of_whole_frames(int fd);

}  // namespace airspool::uplink
