// SPDX-License-Identifier: Apache-2.0
#include "wal_check.h"

#include <array>
#include <cstddef>
#include <fstream>
#include <span>
#include <vector>

#include <unistd.h>

// Names and numbers are those of https://sqlite.org/fileformat2.html section 4.
namespace airspool::spool {
namespace {

constexpr std::size_t kHeaderBytes = 32;
constexpr std::size_t kFrameHeaderBytes = 24;
constexpr std::size_t kSaltsEnd = 16;  // in a frame header
constexpr std::uint32_t kMagic = 0x377f0682;
constexpr std::uint32_t kVersion = 3007000;
constexpr std::uint32_t kLeastPage = 512;
constexpr std::uint32_t kMostPage = 65536;

using Bytes = std::span<const unsigned char>;

std::uint32_t big_endian(Bytes bytes, std::size_t at) {
  return std::uint32_t{bytes[at]} << 24U | std::uint32_t{bytes[at + 1]} << 16U | std::uint32_t{bytes[at + 2]} << 8U |
         std::uint32_t{bytes[at + 3]};
}

std::uint32_t little_endian(Bytes bytes, std::size_t at) {
  return std::uint32_t{bytes[at + 3]} << 24U | std::uint32_t{bytes[at + 2]} << 16U |
         std::uint32_t{bytes[at + 1]} << 8U | std::uint32_t{bytes[at]};
}

// Goes on over the whole log. The bit in the magic says in which order the bytes of its words are taken.
struct Checksum {
  bool big = false;
  std::uint32_t first = 0, second = 0;

  void add(Bytes bytes) {
    const auto word = big ? big_endian : little_endian;
    for (std::size_t at = 0; at + 8 <= bytes.size(); at += 8) {
      first += word(bytes, at) + second;
      second += word(bytes, at + 4) + first;
    }
  }
  [[nodiscard]] bool fits(Bytes bytes, std::size_t at) const {
    return big_endian(bytes, at) == first && big_endian(bytes, at + 4) == second;
  }
};

// As many bytes as there are.
std::size_t read(std::ifstream& file, std::span<unsigned char> into) {
  file.read(reinterpret_cast<char*>(into.data()), static_cast<std::streamsize>(into.size()));
  return static_cast<std::size_t>(file.gcount());
}

struct Header {
  std::uint32_t page = 0, rounds = 0, salt1 = 0, salt2 = 0;

  // A log is begun anew from its start, with salt-1 one greater and another salt-2, and so often `rounds` says.
  [[nodiscard]] bool is_of_earlier_round(Bytes frame) const {
    const std::uint32_t ago = salt1 - big_endian(frame, 8);
    return ago >= 1 && ago <= rounds && big_endian(frame, 12) != salt2;
  }
  [[nodiscard]] bool owns(Bytes frame) const { return big_endian(frame, 8) == salt1 && big_endian(frame, 12) == salt2; }
};

}  // namespace

WalEnd check_wal(const std::string& path) {
  WalEnd end;
  std::ifstream file(path, std::ios::binary);
  std::array<unsigned char, kHeaderBytes> head{};
  const std::size_t got = file ? read(file, head) : 0;
  if (got == 0) return end;

  const Bytes bytes(head);
  Checksum sum;
  sum.big = (head[3] & 1U) != 0;
  sum.add(bytes.first(kFrameHeaderBytes));
  const Header header{big_endian(bytes, 8), big_endian(bytes, 12), big_endian(bytes, 16), big_endian(bytes, 20)};
  const bool sound = got == kHeaderBytes && (big_endian(bytes, 0) & ~1U) == kMagic && sum.fits(bytes, 24) &&
                     big_endian(bytes, 4) == kVersion && header.page >= kLeastPage && header.page <= kMostPage &&
                     (header.page & (header.page - 1)) == 0;
  if (!sound) {
    end.suspicious = true;
    return end;
  }

  end.bytes = static_cast<std::int64_t>(kHeaderBytes);
  bool chain = true;  // every frame so far is what was written
  std::int64_t open = 0;
  std::vector<unsigned char> frame(kFrameHeaderBytes + header.page);
  for (std::size_t length = read(file, frame); length > 0; length = read(file, frame)) {
    const Bytes all(frame);
    const bool readable = length >= kSaltsEnd;
    if (chain && length == frame.size() && header.owns(all) && big_endian(all, 0) != 0) {
      sum.add(all.first(8));
      sum.add(all.subspan(kFrameHeaderBytes));
      chain = sum.fits(all, 16);
    } else {
      chain = false;
    }
    if (chain) {
      ++open;
      if (big_endian(all, 4) == 0) continue;  // the frame is no commit
      end.committed += open;
      end.bytes = static_cast<std::int64_t>(kHeaderBytes) + end.committed * static_cast<std::int64_t>(frame.size());
      open = 0;
    } else if (!readable || !header.is_of_earlier_round(all)) {
      ++end.behind;
    }
  }
  end.behind += open;
  end.suspicious = end.behind > 0;
  return end;
}

void cut_behind_last_commit(const std::string& path, const WalEnd& before) {
  const WalEnd end = check_wal(path);
  if (!end.suspicious || before.suspicious || end.bytes < before.bytes) return;
  (void)!truncate(path.c_str(), end.bytes);  // else the next start warns of damage, no more
}

}  // namespace airspool::spool
