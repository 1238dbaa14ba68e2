// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <span>
#include <string>
#include <vector>

#include <airspool/feed/frame_reader.h>
#include <airspool/feed/frame_writer.h>
#include <airspool/modes/frame_check.h>

// Any bytes as a stream of Beast and AVR, cut anywhere. The same frames must come however it is cut, each byte must be
// accounted for, and what is written again must be read as the same frames.
namespace {

using namespace airspool;
using namespace airspool::feed;

void require(bool holds) {
  if (!holds) std::abort();
}

bool same(const ReadFrame& a, const ReadFrame& b) {
  return a.frame.bytes == b.frame.bytes && a.frame.length == b.frame.length &&
         a.frame.timestamp_12mhz == b.frame.timestamp_12mhz &&
         beast_signal(a.frame.signal_dbfs) == beast_signal(b.frame.signal_dbfs);
}

void check_round_trip(const std::vector<ReadFrame>& frames) {
  std::string out;
  for (const ReadFrame& frame : frames) append_beast(out, frame.frame);
  FrameReader reader;
  std::vector<ReadFrame> again;
  reader.read({reinterpret_cast<const std::uint8_t*>(out.data()), out.size()}, again);
  require(std::equal(frames.begin(), frames.end(), again.begin(), again.end(), same));
  require(reader.counts().junk_bytes == 0 && reader.counts().truncated == 0);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::size_t step = 1 + data[0] % 32;
  const std::span<const std::uint8_t> bytes(data + 1, size - 1);
  FrameReader whole;
  std::vector<ReadFrame> frames;
  whole.read(bytes, frames);
  FrameReader pieces;
  std::vector<ReadFrame> same_frames;
  for (std::size_t at = 0; at < bytes.size(); at += step) {
    pieces.read(bytes.subspan(at, std::min(step, bytes.size() - at)), same_frames);
  }
  require(std::equal(frames.begin(), frames.end(), same_frames.begin(), same_frames.end(), same));
  require(whole.counts().frames() == frames.size());
  require(whole.counts().junk_bytes <= bytes.size() && whole.counts().bytes == bytes.size());
  require(frames.size() <= bytes.size() / 11);
  check_round_trip(frames);
  modes::FrameCheck check;
  std::int64_t tick = 0;
  for (const ReadFrame& read : frames) {
    require(read.frame.length == modes::kShortFrameBytes || read.frame.length == modes::kLongFrameBytes);
    check.judge(read.frame, tick += 12'000'000);
  }
  return 0;
}
