// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <unordered_map>
#include <vector>

#include <gtest/gtest.h>

#include <airspool/sky/picture.h>
#include <airspool/sky/sampler.h>
#include <airspool/sky/sampling_audit.h>

#include "heard_streams.h"
#include "shared_data.h"

// What a consumer of adaptive records misses of whole flights: no more than was promised.
namespace airspool::sky {
namespace {

// What a millisecond is at the speed of an airliner, twice: times are printed in whole ones.
constexpr double kGrainM = 0.6;

class Sampled {
 public:
  Sampled(const std::vector<Heard>& stream, const SamplingSettings& settings) : sampler_(settings) {
    double next_tick = stream.front().time_s + 1.0;
    for (const Heard& heard : stream) {
      for (; next_tick <= heard.time_s; next_tick += 1.0) {
        sampler_.sample(picture_, at(next_tick), records_);
        picture_.expire(at(next_tick));
        take(next_tick);
      }
      picture_.observe(heard.message, kSignalDbfs, at(heard.time_s));
      sampler_.consider(picture_, heard.message.address, at(heard.time_s), records_);
      take(heard.time_s);
      audit.tracked(picture_.look(picture_.sides(heard.message.address)));
    }
    sampler_.flush(picture_, at(next_tick), records_);
    take(next_tick);
  }

  std::size_t records = 0;
  double longest_gap_s = 0.0;
  SamplingAudit audit{Calendar{}};

 private:
  void take(double now_s) {
    for (const Record& record : records_) {
      audit.told(record);
      const auto [last, is_new] = last_.emplace(record.state.icao24, now_s);
      if (!is_new) longest_gap_s = std::max(longest_gap_s, now_s - last->second);
      last->second = now_s;
    }
    records += records_.size();
    records_.clear();
  }

  Picture picture_{{}};
  Sampler sampler_;
  std::vector<Record> records_;
  std::unordered_map<Icao24, double> last_;
};

void expect_as_promised(const std::vector<Heard>& stream, double position_m, double altitude_m) {
  const Sampled adaptive(stream, {.policy = SamplingPolicy::kAdaptive,
                                  .position_m = position_m,
                                  .altitude_m = altitude_m,
                                  .station_id = "roof-1"});
  const Sampled every_change(stream, {.policy = SamplingPolicy::kEveryChange, .station_id = "roof-1"});
  EXPECT_GT(adaptive.audit.position_error_m().count(), 100U);
  EXPECT_LE(adaptive.audit.position_error_m().max(), position_m + kGrainM);
  EXPECT_LE(adaptive.audit.altitude_error_m().max(), altitude_m + 0.05);
  EXPECT_LT(adaptive.records, every_change.records);
}

TEST(AdaptiveFlightTest, KeepsItsTolerancesOnSimulatedFlights) {
  for (const std::uint64_t seed : {1, 2, 3}) {
    SCOPED_TRACE(seed);
    const auto stream = simulated(seed, 10, 1'800.0);
    expect_as_promised(stream, 50.0, 7.62);
    expect_as_promised(stream, 200.0, 30.48);
  }
}

TEST(AdaptiveFlightTest, SavesMostRecordsAndLeavesNoLongGap) {
  const auto stream = simulated(4, 10, 1'800.0);
  const Sampled adaptive(stream, {.policy = SamplingPolicy::kAdaptive, .station_id = "roof-1"});
  const Sampled interval(stream, {.station_id = "roof-1"});
  EXPECT_LT(adaptive.records * 2, interval.records);
  EXPECT_LE(adaptive.longest_gap_s, 31.5) << "30 s, a tick, and the wait for a message";
  EXPECT_LT(adaptive.audit.position_error_m().max(), interval.audit.position_error_m().max());
}

TEST(AdaptiveFlightTest, KeepsItsTolerancesOnRecordedFlights) {
  for (const char* name : {"frames/one-aircraft-2016.csv", "frames/short-flights-2025.csv"}) {
    const auto path = test::shared_data(name);
    AIRSPOOL_REQUIRE_SHARED(path);
    SCOPED_TRACE(name);
    expect_as_promised(recorded(path), 50.0, 7.62);
  }
}

}  // namespace
}  // namespace airspool::sky
