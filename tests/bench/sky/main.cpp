// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include <airspool/sky/picture.h>
#include <airspool/sky/sampler.h>
#include <airspool/sky/sampling_audit.h>
#include <airspool/sky/snapshot.h>
#include <airspool/spool/record_codec.h>

#include "shared_data.h"
#include "unit/sky/heard_streams.h"
#include "unit/sky/told.h"

// The numbers in src/sky/README.md: what adaptive sampling saves and leaves, and what the sky thread costs.
namespace airspool::sky {
namespace {

// One policy on a stream: how much comes out, and what it leaves of the truth.
struct Outcome {
  std::uint64_t records = 0;
  std::uint64_t bytes = 0;
  SamplingAudit audit{Calendar{}};
};

void run(const std::vector<Heard>& stream, const SamplingSettings& settings, Outcome& outcome) {
  Picture picture{{}};
  Sampler sampler(settings);
  std::vector<Record> records;
  std::string text;
  const auto take = [&] {
    for (const Record& record : records) {
      outcome.audit.told(record);
      text.clear();
      spool::append_ndjson(text, record, Calendar{});
      outcome.bytes += text.size();
    }
    outcome.records += records.size();
    records.clear();
  };
  double next_tick = stream.front().time_s + 1.0;
  for (const Heard& heard : stream) {
    for (; next_tick <= heard.time_s; next_tick += 1.0) {
      sampler.sample(picture, at(next_tick), records);
      picture.expire(at(next_tick));
      take();
    }
    picture.observe(heard.message, kSignalDbfs, at(heard.time_s));
    sampler.consider(picture, heard.message.address, at(heard.time_s), records);
    take();
    outcome.audit.tracked(picture.look(picture.sides(heard.message.address)));
  }
  sampler.flush(picture, at(next_tick), records);
  take();
}

void compare(const char* name, const std::vector<Heard>& stream) {
  struct Policy {
    const char* name;
    SamplingSettings settings;
  };
  const Policy policies[] = {
      {"every-change", {.policy = SamplingPolicy::kEveryChange, .station_id = "roof-1"}},
      {"interval 5 s", {.policy = SamplingPolicy::kInterval, .station_id = "roof-1"}},
      {"adaptive 20 m", {.policy = SamplingPolicy::kAdaptive, .position_m = 20.0, .station_id = "roof-1"}},
      {"adaptive 50 m", {.policy = SamplingPolicy::kAdaptive, .station_id = "roof-1"}},
      {"adaptive 200 m",
       {.policy = SamplingPolicy::kAdaptive, .position_m = 200.0, .altitude_m = 30.48, .station_id = "roof-1"}},
  };
  std::uint64_t all_records = 0;
  std::uint64_t all_bytes = 0;
  for (const Policy& policy : policies) {
    Outcome outcome;
    run(stream, policy.settings, outcome);
    if (all_records == 0) all_records = outcome.records;
    if (all_bytes == 0) all_bytes = outcome.bytes;
    const auto percent = [](std::uint64_t part, std::uint64_t whole) {
      return 100.0 * static_cast<double>(part) / static_cast<double>(whole);
    };
    std::printf("| %s | %s | %llu (%.1f %%) | %.1f (%.1f %%) | %.1f / %.1f | %.1f / %.1f |\n", name, policy.name,
                static_cast<unsigned long long>(outcome.records), percent(outcome.records, all_records),
                static_cast<double>(outcome.bytes) / 1e3, percent(outcome.bytes, all_bytes),
                outcome.audit.position_error_m().percentile(0.95), outcome.audit.position_error_m().max(),
                outcome.audit.altitude_error_m().percentile(0.95), outcome.audit.altitude_error_m().max());
  }
}

double milliseconds(const std::function<void()>& work) {
  const auto start = std::chrono::steady_clock::now();
  work();
  return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start).count();
}

// The median of some runs, each on a state of its own.
double median_ms(const std::function<double()>& once) {
  std::vector<double> all;
  for (int i = 0; i < 9; ++i) all.push_back(once());
  std::sort(all.begin(), all.end());
  return all[all.size() / 2];
}

CloudRow row_of(std::uint32_t number, double time_s) {
  return told({-60.0 + 0.01 * number, -170.0 + 0.02 * number}, time_s, time_s, Icao24::icao(number));
}

void measure_cost() {
  constexpr std::uint32_t kRows = 12'000;
  constexpr std::uint32_t kHeard = 2'000;
  const auto sky = [&](SamplingPolicy policy, auto&& use) {
    Picture picture{{}};
    Sampler sampler({.policy = policy, .station_id = "roof-1"});
    std::vector<Record> records;
    for (std::uint32_t n = 0; n < kHeard; ++n) {
      const GeoPosition place{-60.0 + 0.01 * n, -170.0 + 0.02 * n};
      picture.observe(airborne(place, false, Icao24::icao(n)), kSignalDbfs, at(99.0));
      picture.observe(airborne(place, true, Icao24::icao(n)), kSignalDbfs, at(99.5));
    }
    for (std::uint32_t n = 0; n < kRows; ++n) picture.take(row_of(n, 95.0), at(100.0));
    sampler.sample(picture, at(100.0), records);
    records.clear();
    return use(picture, sampler, records);
  };
  std::printf("\n12,000 aircraft of OpenSky's, 2,000 of them heard, median of 9:\n");
  std::printf("an answer of news taken in, every-change: %.1f ms\n", median_ms([&] {
                return sky(SamplingPolicy::kEveryChange, [&](Picture& picture, Sampler& sampler, auto& records) {
                  return milliseconds([&] {
                    for (std::uint32_t n = 0; n < kRows; ++n) {
                      if (picture.take(row_of(n, 105.0), at(110.0))) {
                        sampler.consider(picture, Icao24::icao(n), at(110.0), records);
                      }
                    }
                  });
                });
              }));
  std::printf("a tick with nothing due (sample, expire): %.1f ms\n", median_ms([&] {
                return sky(SamplingPolicy::kInterval, [&](Picture& picture, Sampler& sampler, auto& records) {
                  return milliseconds([&] {
                    sampler.sample(picture, at(101.0), records);
                    picture.expire(at(101.0));
                  });
                });
              }));
  std::printf("a tick with 12,000 records due: %.1f ms\n", median_ms([&] {
                return sky(SamplingPolicy::kInterval, [&](Picture& picture, Sampler& sampler, auto& records) {
                  for (std::uint32_t n = 0; n < kRows; ++n) picture.take(row_of(n, 105.0), at(110.0));
                  return milliseconds([&] { sampler.sample(picture, at(111.0), records); });
                });
              }));
  std::printf("a snapshot: %.1f ms\n", median_ms([&] {
                return sky(SamplingPolicy::kInterval, [&](Picture& picture, Sampler&, auto&) {
                  return milliseconds([&] { take_snapshot(picture, at(101.0), WallTime()); });
                });
              }));
  const auto stream = simulated(7, 200, 120.0);
  for (const auto policy : {SamplingPolicy::kInterval, SamplingPolicy::kAdaptive}) {
    const double ms = median_ms([&] {
      Picture picture{{}};
      Sampler sampler({.policy = policy, .station_id = "roof-1"});
      std::vector<Record> records;
      return milliseconds([&] {
        for (const Heard& heard : stream) {
          picture.observe(heard.message, kSignalDbfs, at(heard.time_s));
          sampler.consider(picture, heard.message.address, at(heard.time_s), records);
        }
      });
    });
    std::printf("a message (observe, consider), %s: %.2f us\n",
                policy == SamplingPolicy::kInterval ? "interval" : "adaptive",
                ms * 1e3 / static_cast<double>(stream.size()));
  }
  std::printf("sizes: radio %zu, OpenSky %zu, record %zu bytes\n", sizeof(Aircraft), sizeof(CloudAircraft),
              sizeof(Record));
}

void measure_sampling() {
  std::printf("| frames | policy | records | kB | position error m, 95 %% / max | altitude error m, 95 %% / max |\n");
  std::printf("|---|---|---|---|---|---|\n");
  compare("20 simulated flights, 30 min, seed 1", simulated(1, 20, 1'800.0));
  compare("20 simulated flights, 30 min, seed 2", simulated(2, 20, 1'800.0));
  for (const char* name : {"frames/one-aircraft-2016.csv", "frames/short-flights-2025.csv"}) {
    const auto path = test::shared_data(name);
    if (!std::filesystem::exists(path)) {
      std::fprintf(stderr, "skipped: %s is not here; set AIRSPOOL_SHARED_DATA to the folder with recordings\n", name);
      continue;
    }
    compare(name, recorded(path));
  }
}

}  // namespace
}  // namespace airspool::sky

int main() {
  airspool::sky::measure_sampling();
  airspool::sky::measure_cost();
}
