// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include <airspool/core/metrics.h>
#include <airspool/core/sky_snapshot.h>
#include <airspool/core/statistics.h>
#include <airspool/feed/frame_reader.h>
#include <airspool/modes/frame.h>

namespace airspool::feed {

// What one input counts: in /metrics as it happens, and in sums for the status page. Owned by the thread of the inputs.
class InputMeters {
 public:
  InputMeters(const std::string& input, metrics::Registry& metrics);

  // What a connection's reader met since the last call for it.
  void read(const ReaderCounts& before, const ReaderCounts& now);
  void accepted(const modes::ModeSFrame& frame);
  void rejected(modes::FrameReject reason);
  void dropped(std::size_t frames) { dropped_.add(frames); }
  void connected(std::size_t connections);
  void lost() { lost_.add(); }
  void failed() { failed_.add(); }
  void turned_away() { turned_away_.add(); }

  [[nodiscard]] const SkySnapshot::Input& sums() const { return sums_; }
  // Since the last call.
  Statistics::Remote take_fresh();

 private:
  SkySnapshot::Input sums_;
  Statistics::Remote fresh_;
  metrics::Counter& bytes_;
  metrics::Counter& junk_;
  metrics::Counter& mode_ac_;
  metrics::Counter& other_;
  metrics::Counter& mlat_;
  metrics::Counter& truncated_;
  metrics::Counter& malformed_;
  metrics::Counter& beast_;
  metrics::Counter& avr_;
  metrics::Counter& dropped_;
  metrics::Counter& lost_;
  metrics::Counter& failed_;
  metrics::Counter& turned_away_;
  metrics::Gauge& connected_;
  std::array<metrics::Counter*, 32> by_format_{};
  std::array<metrics::Counter*, modes::kFrameRejectCount> rejected_{};
};

}  // namespace airspool::feed
