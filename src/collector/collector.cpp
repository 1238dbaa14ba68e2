// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <atomic>
#include <chrono>
#include <future>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <airspool/collector/chain_status.h>
#include <airspool/collector/collector.h>
#include <airspool/collector/control.h>
#include <airspool/core/board.h>
#include <airspool/core/log.h>
#include <airspool/core/metrics.h>
#include <airspool/core/sky_snapshot.h>
#include <airspool/feed/frame_inputs.h>
#include <airspool/feed/frame_outputs.h>
#include <airspool/feed/outgoing_frame.h>
#include <airspool/modes/demodulator.h>
#include <airspool/spool/browse.h>
#include <airspool/status/status_server.h>

#include "dongle_meters.h"
#include "forward_stage.h"
#include "gain_command.h"
#include "opensky_stage.h"
#include "radio_stage.h"
#include "settings.h"
#include "sky_stage.h"
#include "stage_watch.h"
#include "status_lines.h"
#include "store_stage.h"

namespace airspool::collector {
namespace {

// A minute of records at one vector a second: a disk may stall that long before anything is lost.
constexpr std::size_t kRecordVectors = 64;
// Some seconds of blocks, and a few answers of OpenSky.
constexpr std::size_t kSkyInputs = 128;
// Some seconds of blocks.
constexpr std::size_t kOutgoingBlocks = 64;
constexpr std::size_t kStoreRequests = 256;
constexpr std::size_t kQuestions = 4;
// Less than the patience of whoever asked us (ask_control).
constexpr std::chrono::seconds kStorePatience{4};
// How often a stop looks whether the sinks have taken everything.
constexpr std::chrono::milliseconds kLook{10};
// How long a stage may need to go round once. A disk may stall for minutes and OpenSky take its time without anything
// being wrong with us; a restart would lose what waits in memory.
constexpr std::chrono::seconds kRadioPatience{15};
constexpr std::chrono::seconds kSkyPatience{15};
constexpr std::chrono::seconds kForwardPatience{60};
constexpr std::chrono::seconds kFramesPatience{15};
constexpr std::chrono::minutes kStorePatienceOfWatch{5};
constexpr std::chrono::minutes kOpenSkyPatience{5};

}  // namespace

class Collector::Impl {
 public:
  Impl(const CollectorOptions& options, const Clock& clock, std::size_t sinks)
      : options_(options), clock_(clock), leases_(2 * sinks + 1) {}

  Result<void> open(const config::Config& config) {
    // The spool comes first: its lock keeps a second collector out before anything else is touched.
    auto spool = spool::Spool::open(spool_settings(config), clock_);
    if (!spool) return tl::unexpected(spool.error());
    auto lanes = open_sinks(config, options_.allow_sim, clock_, metrics_);
    if (!lanes) return tl::unexpected(lanes.error());
    auto source = open_radio(config, [this](const radio::DongleState& state) {
      if (!dongle_meters_) dongle_meters_.emplace(metrics_, radio_report_);
      dongle_meters_->show(state);
    });
    if (!source) return tl::unexpected(source.error());

    sky_.emplace(sky_settings(config), sky_input_, records_, snapshots_, clock_, metrics_);
    store_.emplace(std::move(*spool),
                   StoreStage::Doors{records_, requests_, leases_, questions_, spool_stat_, last_batch_leased_}, clock_,
                   metrics_);
    forward_.emplace(std::move(*lanes), ForwardStage::Doors{requests_, leases_, sink_status_},
                     HealthRecord(health_station(config), {snapshots_, spool_stat_, metrics_}, clock_), clock_,
                     metrics_);
    if (*source) {
      auto demodulator =
          modes::Demodulator::create({.sample_rate_hz = (*source)->info().sample_rate_hz, .effort = effort_of(config)});
      if (!demodulator) return tl::unexpected(demodulator.error());
      // A dongle says so itself, each time that it comes.
      if ((*source)->gain() == nullptr) log::info("radio", "listening", {{"source", (*source)->info().name}});
      radio_.emplace(std::move(*source), std::move(*demodulator),
                     RadioStage::Effort{effort_of(config), config.radio.pace == config::Pace::kRealTime}, clock_,
                     sky_input_, metrics_);
    }
    if (auto opened = open_inputs(config); !opened) return opened;
    if (auto opened = open_outputs(config); !opened) return opened;
    if (auto opened = open_opensky(config); !opened) return opened;
    status_lines_.emplace(StatusLines::Chain{station_name(config), radio_.has_value(), config.opensky.enabled},
                          StatusLines::Sources{snapshots_, radio_report_, spool_stat_, sink_status_, metrics_}, clock_);
    if (auto opened = open_control(config); !opened) return opened;
    open_status(config);
    return {};
  }

  void start() {
    store_thread_ = std::thread([this] { store_->run(); });
    forward_thread_ = std::thread([this] { forward_->run(); });
    sky_thread_ = std::thread([this] { sky_->run(); });
    if (radio_) radio_thread_ = std::thread([this] { radio_->run(); });
    if (inputs_) inputs_thread_ = std::thread([this] { inputs_->run(); });
    if (outputs_) outputs_thread_ = std::thread([this] { outputs_->run(); });
    if (opensky_) opensky_thread_ = std::thread([this] { opensky_->run(); });
    if (radio_) watch_.add("radio", radio_->heart(), kRadioPatience);
    if (inputs_) watch_.add("beast-in", inputs_->heart(), kFramesPatience);
    if (outputs_) watch_.add("frames-out", outputs_->heart(), kFramesPatience);
    if (opensky_) watch_.add("opensky", opensky_->heart(), kOpenSkyPatience);
    watch_.add("sky", sky_->heart(), kSkyPatience);
    watch_.add("store", store_->heart(), kStorePatienceOfWatch);
    watch_.add("forward", forward_->heart(), kForwardPatience);
  }

  std::vector<std::string> silent_stages() { return watch_.silent(clock_.boot_now()); }

  std::string state_line() const {
    std::string line = std::to_string(snapshots_.latest()->aircraft.size()) + " aircraft";
    std::int64_t batches = 0;
    for (const spool::SinkStat& sink : spool_stat_.latest()->sinks) batches += sink.batches;
    line += ", " + std::to_string(batches) + " batches to send";
    if (const auto sinks = sink_status_.latest(); sinks && !sinks->empty()) {
      const auto connected = std::ranges::count_if(*sinks, [](const auto& sink) { return sink.connected; });
      line += ", " + std::to_string(connected) + " of " + std::to_string(sinks->size()) + " sinks connected";
    }
    return line;
  }

  void stop() {
    if (!store_thread_.joinable()) return;
    // With the stream, so that what each room still holds reaches the next one.
    if (radio_) radio_->stop();
    if (inputs_) inputs_->stop();
    if (opensky_) opensky_->stop();
    if (radio_thread_.joinable()) radio_thread_.join();
    if (inputs_thread_.joinable()) inputs_thread_.join();
    if (opensky_thread_.joinable()) opensky_thread_.join();
    sky_input_.close();
    sky_thread_.join();
    outgoing_.close();
    if (outputs_thread_.joinable()) outputs_thread_.join();
    const BootTime deadline = clock_.boot_now() + options_.flush;
    // A disk that stalls does not hold the sinks' acks back for ever.
    last_batch_leased_.get_future().wait_for(options_.flush);
    while (clock_.boot_now() < deadline && !sinks_have_all()) std::this_thread::sleep_for(kLook);
    forward_->stop(std::max(deadline - clock_.boot_now(), Nanoseconds::zero()));
    forward_thread_.join();
    store_thread_.join();
    control_.reset();
    status_.reset();
  }

 private:
  // Nothing is left that a sink would take now. The forwarder cannot tell: when its hands are empty, more batches may
  // lie in the spool than a sink's window had room for. A sink that is down is not waited for.
  bool sinks_have_all() const {
    const auto sinks = sink_status_.latest();
    if (!sinks) return false;
    const auto stat = spool_stat_.latest();
    return std::ranges::none_of(stat->sinks, [&](const spool::SinkStat& left) {
      const auto takes = [&](const uplink::SinkStatus& sink) { return sink.name == left.name && sink.connected; };
      return left.batches > left.held_batches && std::ranges::any_of(*sinks, takes);
    });
  }

  static HealthRecord::Station health_station(const config::Config& config) {
    const bool radio = config.radio.source != config::RadioSource::kNone;
    return {station_name(config), config.station.position(), static_cast<int>(config.station.location_accuracy), radio,
            config.opensky.enabled};
  }

  Result<void> open_inputs(const config::Config& config) {
    if (config.inputs.empty()) return {};
    const auto settings = input_settings(config);
    std::vector<std::string> names;
    for (const feed::InputSettings& input : settings) {
      names.push_back(input.connect.empty() ? input.listen : input.connect);
    }
    sky_->expect_inputs(names);
    auto inputs = feed::FrameInputs::create(
        settings,
        {[this](feed::HeardFrames&& heard) { return sky_input_.try_push(SkyInput(std::move(heard))); },
         [this](feed::InputReport&& report) { return sky_input_.try_push(SkyInput(std::move(report))); }},
        clock_, metrics_);
    if (!inputs) return tl::unexpected(inputs.error());
    inputs_ = std::move(*inputs);
    return {};
  }

  Result<void> open_outputs(const config::Config& config) {
    if (config.outputs.empty()) return {};
    auto outputs = feed::FrameOutputs::create(output_settings(config, options_.allow_sim), outgoing_, clock_, metrics_);
    if (!outputs) return tl::unexpected(outputs.error());
    outputs_ = std::move(*outputs);
    sky_->pass_on(outgoing_);
    return {};
  }

  Result<void> open_opensky(const config::Config& config) {
    if (!config.opensky.enabled) return {};
    auto settings = opensky_settings(config);
    if (!settings) return tl::unexpected(settings.error());
    if (config.opensky.only_when_needed) {
      sky_->report_coverage(coverage_);
      settings->radio_coverage = [this] { return coverage_.load(); };
    }
    auto stage = OpenSkyStage::create(std::move(*settings), sky_input_, clock_, metrics_);
    if (!stage) return tl::unexpected(stage.error());
    opensky_ = std::move(*stage);
    return {};
  }

  Result<void> open_control(const config::Config& config) {
    auto control = ControlServer::open(
        control_path(config.spool.path),
        [this](std::string_view command, std::string_view arguments) { return answer(command, arguments); });
    if (!control) return tl::unexpected(control.error());
    control_ = std::move(*control);
    return {};
  }

  // Runs on the control thread: looks at snapshots, or asks the store thread and waits.
  Result<std::string> answer(std::string_view command, std::string_view arguments) {
    if (command == "spool.stat") return spool::to_json(*spool_stat_.latest());
    if (command == kStatusCommand) return to_json(status_lines_->now());
    if (command == kGainCommand) return answer_gain(radio_ ? radio_->gain() : nullptr, arguments);
    for (const std::string_view known : {spool::kPageCommand, spool::kRequeueCommand, spool::kCheckCommand}) {
      if (command == known) return ask_store(command, arguments);
    }
    return fail(ErrorCode::kUsage, "unknown command '" + std::string(command) + "'; is this collector an older one?");
  }
  Result<std::string> ask_store(std::string_view command, std::string_view arguments) {
    SpoolQuestion question{std::string(command), std::string(arguments), {}};
    auto answer = question.answer.get_future();
    if (!questions_.try_push(std::move(question)) || answer.wait_for(kStorePatience) != std::future_status::ready) {
      return fail(ErrorCode::kUnavailable, "the disk of the spool keeps the collector busy; try again");
    }
    return answer.get();
  }

  void open_status(const config::Config& config) {
    status::StatusSettings settings;
    settings.listen = config.status.listen;
    settings.station = station_name(config);
    settings.position = config.station.position();
    settings.location_accuracy = static_cast<int>(config.station.location_accuracy);
    auto server = status::StatusServer::open(settings, snapshots_, metrics_, clock_, &radio_report_);
    if (!server) {
      log::error("status", server.error().message + "; running without the status page");
      return;
    }
    status_ = std::move(*server);
  }

  CollectorOptions options_;
  const Clock& clock_;
  metrics::Registry metrics_;

  SkyChannel sky_input_{kSkyInputs};
  RecordChannel records_{kRecordVectors};
  feed::OutgoingChannel outgoing_{kOutgoingBlocks};
  Channel<spool::StoreRequest> requests_{kStoreRequests};
  Channel<spool::Lease> leases_;
  Channel<SpoolQuestion> questions_{kQuestions};
  Board<SkySnapshot> snapshots_;
  Board<spool::SpoolStat> spool_stat_;
  SinkStatusBoard sink_status_;
  Board<RadioReport> radio_report_;
  std::optional<DongleMeters> dongle_meters_;  // with the first that is told of a dongle
  std::promise<void> last_batch_leased_;
  std::atomic<double> coverage_{0.0};  // of OpenSky's last answer by the radio: from sky to opensky

  std::optional<RadioStage> radio_;
  std::unique_ptr<feed::FrameInputs> inputs_;
  std::unique_ptr<feed::FrameOutputs> outputs_;
  std::unique_ptr<OpenSkyStage> opensky_;
  std::optional<SkyStage> sky_;
  std::optional<StoreStage> store_;
  std::optional<ForwardStage> forward_;
  std::optional<StatusLines> status_lines_;
  std::unique_ptr<ControlServer> control_;
  std::unique_ptr<status::StatusServer> status_;
  StageWatch watch_;

  std::thread radio_thread_;
  std::thread inputs_thread_;
  std::thread outputs_thread_;
  std::thread opensky_thread_;
  std::thread sky_thread_;
  std::thread store_thread_;
  std::thread forward_thread_;
};

Collector::Collector(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Collector::~Collector() { stop(); }

Result<std::unique_ptr<Collector>> Collector::create(const config::Config& config, const CollectorOptions& options,
                                                     const Clock& clock) {
  auto impl = std::make_unique<Impl>(options, clock, config.sinks.size());
  if (const auto opened = impl->open(config); !opened) return tl::unexpected(opened.error());
  return std::unique_ptr<Collector>(new Collector(std::move(impl)));
}

void Collector::start() { impl_->start(); }
void Collector::stop() { impl_->stop(); }
std::vector<std::string> Collector::silent_stages() { return impl_->silent_stages(); }
std::string Collector::state_line() const { return impl_->state_line(); }

}  // namespace airspool::collector
