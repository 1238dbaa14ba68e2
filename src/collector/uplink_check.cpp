// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <memory>
#include <utility>

#include <airspool/collector/uplink_check.h>

#include "settings.h"

namespace airspool::collector {
namespace {

using uplink::CheckState;
using uplink::CheckStep;

// Runs the checks of one sink in the order in which a delivery meets them.
class SinkChecker {
 public:
  SinkChecker(const config::Config& config, const config::Sink& sink, const UplinkCheckOptions& options,
              const Clock& clock, const std::function<void(const SinkCheck&)>& on_step)
      : config_(config), sink_(sink), options_(options), clock_(clock), on_step_(on_step) {
    check_.sink = sink.name;
    check_.type = type_of(sink);
  }

  SinkCheck run() {
    metrics::Registry metrics;
    // The settings first: a missing file explains what would fail further down.
    auto lane = open_sink(config_, sink_, true, clock_, metrics);
    if (!lane) {
      note("", uplink::failed_step("settings", lane.error().message));
      return std::move(check_);
    }
    const auto targets = targets_of(config_, sink_);
    if (!targets) {
      note("", uplink::failed_step("settings", targets.error().message));
      return std::move(check_);
    }
    if (reachable(*targets)) deliver(*lane->sink);
    return std::move(check_);
  }

 private:
  // One peer that answers is enough to get in.
  bool reachable(const std::vector<uplink::CheckTarget>& targets) {
    if (targets.empty()) return true;
    const bool needs_time = std::any_of(targets.begin(), targets.end(), [](const auto& target) { return target.tls; });
    if (needs_time && !uplink::check_clock(clock_, hear(""))) return false;
    bool any = false;
    for (const uplink::CheckTarget& target : targets) {
      const auto heard = hear(target.host + ":" + std::to_string(target.port));
      any = uplink::check_network(target, clock_, options_.patience, heard) || any;
    }
    return any;
  }

  void deliver(uplink::Sink& sink) {
    spool::BatchPtr probe;
    if (options_.write && sink_.type == config::SinkType::kFile) {
      // A file would keep it for ever; that the folder can be written to is seen without it.
      uplink::check_delivery(sink, nullptr, clock_, options_.patience, [this](const CheckStep& step) {
        if (step.step == "login") note("", {"delivery", step.state, step.detail, step.next});
      });
      return;
    }
    if (options_.write) {
      auto batch = uplink::check_batch(station_name(config_), clock_);
      if (!batch) return note("", uplink::failed_step("delivery", batch.error().message));
      probe = std::move(*batch);
    }
    uplink::check_delivery(sink, probe, clock_, options_.patience, hear(""));
  }

  uplink::OnStep hear(std::string target) {
    return [this, target = std::move(target)](const CheckStep& step) { note(target, step); };
  }
  void note(const std::string& target, const CheckStep& step) {
    check_.good = check_.good && step.state != CheckState::kFailed;
    check_.steps.push_back({target, step});
    on_step_(check_);
  }

  const config::Config& config_;
  const config::Sink& sink_;
  const UplinkCheckOptions& options_;
  const Clock& clock_;
  const std::function<void(const SinkCheck&)>& on_step_;
  SinkCheck check_;
};

}  // namespace

Result<std::vector<SinkCheck>> check_uplink(const config::Config& config, const UplinkCheckOptions& options,
                                            const Clock& clock, const std::function<void(const SinkCheck&)>& on_step) {
  std::vector<SinkCheck> checks;
  for (const config::Sink& sink : config.sinks) {
    if (!options.only.empty() && sink.name != options.only) continue;
    checks.push_back(SinkChecker(config, sink, options, clock, on_step).run());
  }
  if (checks.empty() && !options.only.empty()) {
    return fail(ErrorCode::kUsage,
                "no sink is named \"" + options.only + "\"; 'airspool config show' lists those that are configured");
  }
  return checks;
}

}  // namespace airspool::collector
