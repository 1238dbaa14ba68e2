// SPDX-License-Identifier: Apache-2.0
#include "sky_stage.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <memory>
#include <utility>
#include <variant>

#include <airspool/modes/decode.h>
#include <airspool/sky/snapshot.h>

#include "coverage.h"

namespace airspool::collector {
namespace {

constexpr Nanoseconds kTick = std::chrono::seconds(1);

WallTime wall_time(double unix_seconds) {
  return WallTime(std::chrono::milliseconds(std::llround(unix_seconds * 1000.0)));
}

sky::CloudRow cloud_row(opensky::OpenSkyState&& told, const opensky::OpenSkyAnswer& answer) {
  sky::CloudRow row;
  row.state = std::move(told.state);
  if (told.time_position_s) {
    row.time_position = wall_time(*told.time_position_s);
    row.position_at = answer.boot_time_of(*told.time_position_s);
  }
  row.last_contact = wall_time(told.last_contact_s);
  row.contact_at = answer.boot_time_of(told.last_contact_s);
  return row;
}

}  // namespace

SkyStage::SkyStage(const SkySettings& settings, SkyChannel& input, RecordChannel& records,
                   Board<SkySnapshot>& snapshots, const Clock& clock, metrics::Registry& metrics, CpuClock cpu_time)
    : settings_(settings),
      input_(input),
      records_(records),
      snapshots_(snapshots),
      clock_(clock),
      picture_(settings.picture),
      sampler_(settings.sampling),
      meters_(metrics),
      cpu_time_(std::move(cpu_time)),
      statistics_(clock.boot_now()) {
  publish(clock_.boot_now());
}

void SkyStage::run() {
  counted_cpu_ = cpu_time_();
  BootTime next_tick = clock_.boot_now() + kTick;
  while (!input_.drained()) {
    heart_.beat();
    const Nanoseconds left = std::max(next_tick - clock_.boot_now(), Nanoseconds::zero());
    if (auto input = input_.pop_for(left)) {
      std::visit([this](auto&& value) { take(std::forward<decltype(value)>(value)); }, std::move(*input));
    }
    const BootTime now = clock_.boot_now();
    if (now < next_tick) continue;
    tick(now);
    next_tick = std::max(next_tick + kTick, now);
  }
  sampler_.flush(picture_, clock_.boot_now(), pending_);
  deliver();
  count(clock_.boot_now());
  publish(clock_.boot_now());
  records_.close();
  heart_.rest();
}

void SkyStage::take(const FrameBlock& block) {
  for (const modes::ModeSFrame& frame : block.frames) {
    if (const auto message = modes::decode(frame)) {
      const BootTime time = block.time_of(frame);
      picture_.observe(*message, frame.signal_dbfs, time);
      sampler_.consider(picture_, message->address, time, pending_);
    } else {
      meters_.undecodable();
    }
  }
}

void SkyStage::take(opensky::OpenSkyAnswer&& answer) {
  if (coverage_ != nullptr) coverage_->store(radio_coverage(answer, picture_.radio().aircraft(), answer.received));
  for (; !answer.states.empty(); answer.states.pop_front()) {
    const Icao24 address = answer.states.front().state.icao24;
    // OpenSky repeats an aircraft for minutes after it was last heard; a record is made only of news.
    if (!picture_.take(cloud_row(std::move(answer.states.front()), answer), answer.received)) continue;
    sampler_.consider(picture_, address, answer.received, pending_);
  }
  deliver();
}

void SkyStage::take(const Statistics::Radio& heard) {
  Statistics fresh;
  fresh.radio = heard;
  statistics_.add(fresh);
}

void SkyStage::tick(BootTime now) {
  sampler_.sample(picture_, now, pending_);
  picture_.expire(now);
  deliver();
  count(now);
  publish(now);
}

void SkyStage::count(BootTime now) {
  const sky::TrackerCounts& counts = picture_.radio().counts();
  const Nanoseconds cpu = cpu_time_();
  Statistics fresh = tracker_statistics(counted_, counts);
  fresh.sky_cpu = cpu - std::exchange(counted_cpu_, cpu);
  counted_ = counts;
  statistics_.add(fresh);
  statistics_.tick(now);
}

void SkyStage::publish(BootTime now) {
  auto snapshot = std::make_shared<SkySnapshot>(sky::take_snapshot(picture_, now, clock_.wall_now()));
  snapshot->statistics = statistics_.report();
  meters_.show(picture_, *snapshot);
  snapshots_.publish(std::move(snapshot));
}

void SkyStage::deliver() {
  const std::size_t count = pending_.size();
  if (count == 0) return;
  meters_.fused(pending_);
  if (records_.try_push(std::exchange(pending_, {}))) {
    meters_.made(count);
  } else {
    meters_.dropped(count);
  }
}

}  // namespace airspool::collector
