// SPDX-License-Identifier: Apache-2.0
#include "zstd_frames.h"

#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include <sys/stat.h>
#include <unistd.h>

#include <airspool/spool/batch_codec.h>

namespace airspool::uplink {
namespace {

// Little-endian number of `bytes` (1..4) bytes at `offset`, when they are there.
std::optional<std::uint32_t> number_at(int fd, std::uint64_t offset, std::size_t bytes) {
  std::array<std::uint8_t, 4> raw{};
  if (::pread(fd, raw.data(), bytes, static_cast<off_t>(offset)) != static_cast<ssize_t>(bytes)) return std::nullopt;
  std::uint32_t value = 0;
  for (std::size_t i = bytes; i-- > 0;) value = value << 8U | raw[i];
  return value;
}

// Where the frame that begins at `offset` ends, when it is whole.
std::optional<std::uint64_t> end_of_frame(int fd, std::uint64_t offset, std::uint64_t file_size) {
  constexpr std::uint32_t kMagic = 0xFD2FB528;
  const auto magic = number_at(fd, offset, 4);
  const auto descriptor = number_at(fd, offset + 4, 1);
  if (!magic || *magic != kMagic || !descriptor) return std::nullopt;
  // 3.1.1.1.1: Frame_Content_Size_flag (2 bits), Single_Segment_flag, unused, reserved, Content_Checksum_flag,
  // Dictionary_ID_flag (2 bits)
  const bool single_segment = (*descriptor & 0x20U) != 0;
  const bool checksum = (*descriptor & 0x04U) != 0;
  constexpr std::array<std::uint64_t, 4> kDictionaryBytes{0, 1, 2, 4};
  const std::array<std::uint64_t, 4> content_size_bytes{single_segment ? std::uint64_t{1} : 0, 2, 4, 8};
  std::uint64_t at = offset + 5 + (single_segment ? 0 : 1) + kDictionaryBytes[*descriptor & 3U] +
                     content_size_bytes[*descriptor >> 6U];
  for (;;) {
    // 3.1.1.2: Last_Block (1 bit), Block_Type (2 bits), Block_Size (21 bits)
    const auto block = number_at(fd, at, 3);
    if (!block) return std::nullopt;
    constexpr std::uint32_t kRle = 1;
    constexpr std::uint32_t kReserved = 3;
    const std::uint32_t type = (*block >> 1U) & 3U;
    if (type == kReserved) return std::nullopt;
    at += 3 + (type == kRle ? 1 : *block >> 3U);
    if (at > file_size) return std::nullopt;
    if ((*block & 1U) != 0) break;
  }
  at += checksum ? 4 : 0;
  if (at > file_size) return std::nullopt;
  return at;
}

bool unpacks(int fd, std::uint64_t begin, std::uint64_t end) {
  if (end - begin > spool::kMaxDecodedBytes) return false;
  std::string frame(end - begin, '\0');
  if (::pread(fd, frame.data(), frame.size(), static_cast<off_t>(begin)) != static_cast<ssize_t>(frame.size())) {
    return false;
  }
  return spool::decode_batch(frame).has_value();
}

}  // namespace

std::uint64_t end_of_whole_frames(int fd) {
  struct stat status {};
  if (::fstat(fd, &status) != 0) return 0;
  const auto size = static_cast<std::uint64_t>(status.st_size);
  std::vector<std::uint64_t> ends{0};
  while (const auto end = end_of_frame(fd, ends.back(), size)) ends.push_back(*end);
  while (ends.size() > 1 && !unpacks(fd, ends[ends.size() - 2], ends.back())) ends.pop_back();
  return ends.back();
}

}  // namespace airspool::uplink
