// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <optional>
#include <utility>

#include <nlohmann/json.hpp>

#include <airspool/collector/radio_check.h>
#include <airspool/core/clock.h>
#include <airspool/modes/demodulator.h>
#include <airspool/radio/dongle_check.h>
#include <airspool/radio/rtlsdr_source.h>

#include "settings.h"

namespace airspool::collector {
namespace {

using namespace std::chrono_literals;
using radio::GainPolicy;

constexpr Nanoseconds kListen = 2s;
// From being asked to open to the first samples: a dongle that was just plugged in needs some time.
constexpr Nanoseconds kPatience = 8s;
// Of the rate that was asked for: less came than that, and the USB loses samples.
constexpr double kAllThere = 0.99;

std::string text_of(const char* format, double value) {
  char text[64];
  std::snprintf(text, sizeof text, format, value);
  return text;
}

// What two seconds of listening gave.
struct Heard {
  radio::DongleState dongle;
  modes::DemodulatorStats stats;
  std::uint64_t samples = 0;    // after the first block, in ...
  Nanoseconds time{0};          // ... this time
  std::optional<Error> failed;  // why nothing came
};

Heard listen(const config::Config& config) {
  Heard heard;
  const SystemClock clock;
  auto demodulator =
      modes::Demodulator::create({.sample_rate_hz = static_cast<std::uint32_t>(config.radio.sample_rate_hz)});
  if (!demodulator) {
    heard.failed = demodulator.error();
    return heard;
  }
  const BootTime begin = clock.boot_now();
  radio::RtlSdrSource* running = nullptr;
  auto source = radio::RtlSdrSource::open(dongle_settings(config.radio), [&](const radio::DongleState& state) {
    heard.dongle = state;
    // It would try again and again; here the first reason is the answer.
    const bool late = state.samples == 0 && clock.boot_now() - begin > kPatience;
    if (running != nullptr && (late || state.failed_openings > 0 || state.stalls > 0)) running->stop();
  });
  if (!source) {
    heard.failed = source.error();
    return heard;
  }
  running = source->get();
  modes::FrameSink frames;
  std::optional<BootTime> first;
  while (true) {
    const auto block = (*source)->next();
    if (!block || block->samples() == 0) break;
    const BootTime now = clock.boot_now();
    if (first) heard.samples += block->samples();
    if (!first) first = now;
    heard.time = now - *first;
    demodulator->process(*block, frames);
    if (heard.time >= kListen) break;
  }
  demodulator->finish(frames);
  heard.stats = demodulator->take_stats();
  (*source)->stop();
  heard.dongle.gain = (*source)->gain()->state();
  if (heard.time < kListen) {
    const std::string& trouble = heard.dongle.trouble;
    heard.failed = Error{ErrorCode::kUnavailable,
                         trouble.empty() ? "no samples came; unplug the dongle and plug it in again" : trouble};
  }
  return heard;
}

CheckStep samples_step(const Heard& heard, std::int64_t rate_hz) {
  const double seconds = std::chrono::duration<double>(heard.time).count();
  const double rate = static_cast<double>(heard.samples) / seconds;
  const std::string detail = "tuner " + heard.dongle.tuner + ", " + text_of("%.2f", rate / 1e6) + " of " +
                             text_of("%.2f MS/s", static_cast<double>(rate_hz) / 1e6) + " in " +
                             text_of("%.1f s", seconds) + ", " + std::to_string(heard.dongle.samples_dropped) +
                             " samples dropped";
  if (rate < kAllThere * static_cast<double>(rate_hz)) {
    return {
        "samples", CheckState::kWarning, detail + ": the USB loses some",
        "use another port or cable, and no hub without power; see that nothing else keeps the USB or processor busy"};
  }
  if (heard.dongle.samples_dropped > 0) {
    return {"samples", CheckState::kWarning, detail,
            "the processor does not keep up: radio.effort = \"eco\" asks less"};
  }
  return {"samples", CheckState::kGood, detail, ""};
}

CheckStep noise_step(double noise_dbfs) {
  const std::string detail = "floor " + text_of("%.1f dBFS", noise_dbfs);
  if (noise_dbfs > GainPolicy::kNoiseTooHighDbfs) {
    return {"noise", CheckState::kWarning, detail + ": above -24, little is left for signals",
            "less gain, a filter for 1090 MHz, or more distance from what disturbs"};
  }
  if (noise_dbfs < GainPolicy::kNoiseTooLowDbfs) {
    return {"noise", CheckState::kWarning, detail + ": below -37, the converter's own noise covers weak signals",
            "more gain; if that does not raise it, look at the antenna and its cable"};
  }
  return {"noise", CheckState::kGood, detail, ""};
}

CheckStep messages_step(const modes::DemodulatorStats& stats) {
  if (stats.frames == 0) {
    return {"messages", CheckState::kWarning, "none in two seconds",
            "look at the antenna and its cable, or wait: no aircraft may be near"};
  }
  const double share = static_cast<double>(stats.strong) / static_cast<double>(stats.frames);
  const std::string detail =
      std::to_string(stats.frames) + " in two seconds, " + text_of("%.1f %%", 100.0 * share) + " above -3 dBFS";
  if (stats.frames >= GainPolicy::kEnough && share > GainPolicy::kTooStrong) {
    return {"messages", CheckState::kWarning, detail + ": more than 5 % are too strong", "less gain"};
  }
  return {"messages", CheckState::kGood, detail, ""};
}

}  // namespace

bool check_radio(const config::Config& config, const OnStep& tell) {
  bool good = true;
  const OnStep on_step = [&](const CheckStep& step) {
    good = good && step.state != CheckState::kFailed;
    tell(step);
  };
  if (config.radio.source != config::RadioSource::kAuto && config.radio.source != config::RadioSource::kRtlSdr) {
    on_step({"settings", CheckState::kWarning,
             "radio.source is neither \"auto\" nor \"rtlsdr\": no dongle will be used", "set radio.source = \"auto\""});
  }
  if (!radio::check_dongles(config.radio.device.value_or(""), on_step)) return false;
  const Heard heard = listen(config);
  if (heard.failed) {
    on_step(failed_step("samples", heard.failed->message));
    return false;
  }
  on_step(samples_step(heard, config.radio.sample_rate_hz));
  if (const auto noise = heard.stats.noise_floor_dbfs()) on_step(noise_step(*noise));
  on_step({"gain", CheckState::kGood, heard.dongle.gain.reason, ""});
  on_step(messages_step(heard.stats));
  return good;
}

std::string to_json(const std::vector<CheckStep>& steps) {
  using nlohmann::ordered_json;
  ordered_json list = ordered_json::array();
  bool good = true;
  for (const CheckStep& step : steps) {
    ordered_json one = {{"step", step.step}, {"state", to_string(step.state)}, {"detail", step.detail}};
    if (!step.next.empty()) one["next"] = step.next;
    list.push_back(std::move(one));
    good = good && step.state != CheckState::kFailed;
  }
  const ordered_json all = {{"good", good}, {"steps", std::move(list)}};
  return all.dump(2, ' ', false, ordered_json::error_handler_t::replace);
}

}  // namespace airspool::collector
