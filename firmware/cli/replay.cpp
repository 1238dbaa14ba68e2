// SPDX-License-Identifier: Apache-2.0
#include <charconv>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <filesystem>
#include <iostream>
#include <memory>
#include <optional>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include <CLI/CLI.hpp>
#include <signal.h>

#include <airspool/radio/file_source.h>
#include <airspool/radio/sim_source.h>
#include <airspool/spool/record_codec.h>

#include "cli/commands.h"
#include "cli/output_stream.h"
#include "cli/progress_bar.h"
#include "cli/replay_output.h"
#include "cli/replay_run.h"
#include "cli/stop_signal.h"
#include "cli/utc_time.h"

namespace airspool::cli {
namespace {

constexpr double kSimDefaultS = 60.0;
constexpr double kSimMaxS = 86'400.0;
constexpr double kIntervalMinS = 0.1;
constexpr double kIntervalMaxS = 3'600.0;
// As in the section [sampling] of the configuration.
constexpr double kToleranceMinM = 1.0;
constexpr double kPositionMaxM = 100'000.0;
constexpr double kAltitudeMaxM = 10'000.0;
constexpr double kGapMinS = 1.0;
constexpr int kExitOfSignal = 128;  // what a shell adds to the number of the signal

// A simulated sky has no date of its own. A fixed one, so that the same seconds give the same records.
constexpr WallTime kSimStart = std::chrono::sys_days(std::chrono::year(2026) / 1 / 1);

struct Options {
  std::string path;
  std::optional<std::string> format;
  std::uint32_t rate_hz = 2'400'000;
  std::optional<std::string> sim;  // empty = the default length
  std::optional<double> sim_s;
  std::optional<std::string> start;
  std::optional<double> latitude_deg;
  std::optional<double> longitude_deg;
  std::string sampling = "interval";
  double interval_s = 5.0;
  double position_m = 50.0;
  double altitude_m = 7.62;
  double max_gap_s = 30.0;
  std::vector<std::string> fields;
  std::string station = "replay";
  std::string effort = "full";
  bool json = false;
  bool frames = false;
  bool records = false;
  std::string records_to;
};

// The source, and what only a file can tell.
struct Input {
  std::unique_ptr<radio::SampleSource> source;
  radio::FileSource* file = nullptr;  // the same object, when it is one
};

Nanoseconds nanoseconds(double seconds) { return Nanoseconds(std::llround(seconds * 1e9)); }

std::optional<GeoPosition> receiver_of(const Options& options) {
  if (!options.latitude_deg) return std::nullopt;
  return GeoPosition{*options.latitude_deg, *options.longitude_deg};
}

Result<Input> open_input(const Options& options) {
  if (options.sim_s) {
    radio::SimSourceSettings settings;
    settings.sim.sample_rate_hz = options.rate_hz;
    settings.sim.seconds = options.sim_s;
    if (const auto receiver = receiver_of(options)) settings.sim.centre = *receiver;
    settings.pace = radio::Pace::kFast;
    auto source = radio::SimSource::open(settings);
    if (!source) return tl::unexpected(source.error());
    return Input{std::move(*source), nullptr};
  }
  radio::FileSettings settings;
  settings.path = options.path;
  if (options.format) settings.format = *options.format == "cu8" ? SampleFormat::kCu8 : SampleFormat::kCs16;
  settings.sample_rate_hz = options.rate_hz;
  auto source = radio::FileSource::open(settings);
  if (!source) return tl::unexpected(source.error());
  radio::FileSource* file = source->get();
  return Input{std::move(*source), file};
}

// When the first sample was taken, and how well that is known.
Calendar calendar_of(const Options& options, const Input& input, const radio::SourceInfo& info) {
  if (options.start) return {*parse_utc(*options.start), ClockQuality::kCorrectedLater};
  if (options.sim_s) return {kSimStart, ClockQuality::kSynchronised};
  const auto modified = input.file->modified();
  if (options.path != "-" && modified && info.total_samples) {
    // A recorder writes the last sample last.
    const double length_s = static_cast<double>(*info.total_samples) / info.sample_rate_hz;
    return {*modified - nanoseconds(length_s), ClockQuality::kEstimated};
  }
  // A pipe has no date, and the time of day would make each replay another one.
  return {WallTime{}, ClockQuality::kUnverified};
}

sky::SamplingSettings sampling_settings(const Options& options) {
  sky::SamplingSettings sampling;
  if (options.sampling == "every-change") sampling.policy = sky::SamplingPolicy::kEveryChange;
  if (options.sampling == "adaptive") sampling.policy = sky::SamplingPolicy::kAdaptive;
  sampling.interval = nanoseconds(options.interval_s);
  sampling.position_m = options.position_m;
  sampling.altitude_m = options.altitude_m;
  sampling.max_gap = nanoseconds(options.max_gap_s);
  sampling.station_id = options.station;
  for (const std::string& name : options.fields) {
    if (const auto field = extended_field(name)) sampling.fields.add(*field);
  }
  return sampling;
}

modes::Effort effort_of(const std::string& word) {
  if (word == "eco") return modes::Effort::kEco;
  return word == "balanced" ? modes::Effort::kBalanced : modes::Effort::kFull;
}

ReplaySettings replay_settings(const Options& options, const Input& input) {
  const radio::SourceInfo& info = input.source->info();
  ReplaySettings settings;
  settings.sample_rate_hz = info.sample_rate_hz;
  settings.format = info.format;
  settings.total_samples = info.total_samples;
  settings.receiver = receiver_of(options);
  if (options.sim_s && !settings.receiver) settings.receiver = radio::SimSettings{}.centre;
  settings.sampling = sampling_settings(options);
  settings.effort = effort_of(options.effort);
  settings.source = options.sim_s ? RecordSource::kSim : RecordSource::kRadio;
  settings.calendar = calendar_of(options, input, info);
  return settings;
}

// Where the results go: what was asked for on standard output, records in a file, or both.
class Outputs {
 public:
  static Result<Outputs> open(const Options& options) {
    Outputs outputs(options);
    if (!options.records_to.empty()) {
      auto file = OutputStream::create_file(options.records_to);
      if (!file) return tl::unexpected(file.error());
      outputs.records_file_.emplace(std::move(*file));
    }
    return outputs;
  }

  Result<void> write(const ReplayRun::Yield& yield) {
    text_.clear();
    if (frames_) {
      for (const modes::ModeSFrame& frame : yield.frames) append_frame_line(text_, frame);
    } else if (records_) {
      append_records(yield);
    }
    if (auto done = to_stdout(); !done) return done;
    if (!records_file_) return {};
    text_.clear();
    append_records(yield);
    return records_file_->write(text_);
  }

  // The end of the stream: the summary, where one is wanted, and the files get their names. The file comes first: it
  // must be whole also when nobody reads standard output any more.
  Result<void> finish(const ReplayRun& run, const ReplaySettings& settings, const std::string& name) {
    if (records_file_) {
      if (auto done = records_file_->commit(); !done) return done;
    }
    text_.clear();
    if (json_) {
      text_ = summary_json(run.summary());
    } else if (!frames_ && !records_) {
      text_ = summary_table(run.summary(), run.aircraft(), settings, name);
    }
    return to_stdout();
  }

  // Somebody took as much of the output as they wanted and closed the pipe.
  [[nodiscard]] bool reader_gone() const {
    return stdout_.reader_gone() || (records_file_ && records_file_->reader_gone());
  }

 private:
  explicit Outputs(const Options& options) : json_(options.json), frames_(options.frames), records_(options.records) {}

  void append_records(const ReplayRun::Yield& yield) {
    for (const Record& record : yield.records) spool::append_ndjson(text_, record, yield.calendar);
  }

  // At once, for a program that follows a replay of a live pipe. When that has gone and there is a file to write, the
  // file gets its records all the same.
  Result<void> to_stdout() {
    if (stdout_.reader_gone() && records_file_) return {};
    const Result<void> done = flush_stdout();
    return stdout_.reader_gone() && records_file_ ? Result<void>() : done;
  }

  Result<void> flush_stdout() {
    if (auto written = stdout_.write(text_); !written) return written;
    return stdout_.flush();
  }

  bool json_;
  bool frames_;
  bool records_;
  OutputStream stdout_ = OutputStream::standard_output();
  std::optional<OutputStream> records_file_;
  std::string text_;
};

// Reads until the end or a signal. The bar goes away with this function, before anything else is printed.
Result<void> pump(radio::SampleSource& source, ReplayRun& run, Outputs& outputs) {
  const radio::SourceInfo& info = source.info();
  std::optional<double> total_s;
  if (info.total_samples) total_s = static_cast<double>(*info.total_samples) / info.sample_rate_hz;
  ProgressBar bar(total_s);
  for (;;) {
    const auto block = source.next();
    if (!block) return tl::unexpected(block.error());
    if (block->samples() == 0) break;
    if (auto written = outputs.write(run.process(*block)); !written) return written;
    const ReplaySummary so_far = run.summary();
    bar.update(so_far.seconds, so_far.accepted());
  }
  return outputs.write(run.finish());
}

// A positive decimal number, and nothing else.
std::optional<double> parse_seconds(const std::string& text) {
  double seconds = 0.0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), seconds, std::chars_format::fixed);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return seconds;
}

// Also fills in what follows from the rest.
Result<void> check_options(Options& options) {
  if (options.sim) options.sim_s = options.sim->empty() ? kSimDefaultS : parse_seconds(*options.sim).value_or(0.0);
  if (options.path.empty() && !options.sim_s) {
    return fail(ErrorCode::kUsage, "replay: which recording? Give a FILE, - for standard input, or --sim");
  }
  if (options.sim_s && !(*options.sim_s > 0.0 && *options.sim_s <= kSimMaxS)) {
    return fail(ErrorCode::kUsage,
                "--sim: '" + *options.sim + "' is no length: give seconds, above 0 and at most 86400");
  }
  if (options.start && !parse_utc(*options.start)) {
    return fail(ErrorCode::kUsage, "--start: '" + *options.start +
                                       "' is no time: write UTC as 2026-11-22T12:00:00Z, or seconds since 1970");
  }
  if (options.path.empty() || options.path == "-" || options.records_to.empty()) return {};
  std::error_code none;
  if (std::filesystem::equivalent(options.path, options.records_to, none)) {
    return fail(ErrorCode::kUsage,
                "--records-to: " + options.records_to + " is the recording itself: give the records another name");
  }
  return {};
}

Result<int> replay(Options& options) {
  if (auto checked = check_options(options); !checked) return tl::unexpected(checked.error());
  auto input = open_input(options);
  if (!input) return tl::unexpected(input.error());
  const ReplaySettings settings = replay_settings(options, *input);
  auto run = ReplayRun::create(settings);
  if (!run) return tl::unexpected(run.error());
  auto outputs = Outputs::open(options);
  if (!outputs) return tl::unexpected(outputs.error());

  radio::SampleSource& source = *input->source;
  const std::string& name = source.info().name;
  // A closed pipe and a file at its limit are errors of write(), which knows what to do.
  ::signal(SIGPIPE, SIG_IGN);
  ::signal(SIGXFSZ, SIG_IGN);
  StopSignal stop([&source] { source.stop(); });

  auto done = pump(source, *run, *outputs);
  if (done) done = outputs->finish(*run, settings, name);
  if (!done) {
    if (outputs->reader_gone()) return 0;
    return tl::unexpected(done.error());
  }
  std::cerr << run->sampling_report();
  if (input->file != nullptr && input->file->trailing_bytes() > 0) {
    std::cerr << "airspool: warning: " << name << ": the last sample is cut off (" << input->file->trailing_bytes()
              << " byte(s) left over); everything before it was replayed\n";
  }
  if (stop.received() == 0) return 0;
  std::cerr << "airspool: stopped by a signal after " << run->summary().seconds
            << " s of signal; the results are of what came before\n";
  return kExitOfSignal + stop.received();
}

}  // namespace

void add_replay(CLI::App& app, int& exit_code) {
  auto options = std::make_shared<Options>();
  CLI::App* command =
      app.add_subcommand("replay", "Decode recorded IQ (or a simulated sky): table, JSON, frames, records");

  auto* path =
      command->add_option("FILE", options->path, "Recording of raw IQ samples at 1090 MHz; - is standard input");
  auto* format =
      command->add_option("--format", options->format, "cu8 or cs16 (default: by the ending of the name, else cu8)")
          ->check(CLI::IsMember({"cu8", "cs16"}));
  command->add_option("--rate", options->rate_hz, "Samples per second: 2000000 or 2400000 (default 2400000)")
      ->check(CLI::IsMember({2'000'000U, 2'400'000U}));
  auto* sim = command
                  ->add_option_function<std::string>(
                      "--sim", [options](const std::string& seconds) { options->sim = seconds; },
                      "Instead of a FILE: a simulated sky of so many seconds (default 60)")
                  ->expected(0, 1)
                  ->type_name("[SECONDS]");
  path->excludes(sim);
  format->excludes(sim);
  command->add_option("--start", options->start,
                      "UTC of the first sample: 2026-11-22T12:00:00Z or seconds since 1970 (default: so that the "
                      "recording ends when the file was last modified; 1970-01-01 for a pipe, 2026-01-01 for --sim)");
  auto* lat = command->add_option("--lat", options->latitude_deg, "Latitude of the antenna, degrees north")
                  ->check(CLI::Range(-90.0, 90.0));
  auto* lon = command->add_option("--lon", options->longitude_deg, "Longitude of the antenna, degrees east")
                  ->check(CLI::Range(-180.0, 180.0));
  lat->needs(lon);
  lon->needs(lat);
  command
      ->add_option("--sampling", options->sampling,
                   "When an aircraft becomes a record: interval (default), every-change, or adaptive, which tells on "
                   "standard error what it saved and the error it left")
      ->check(CLI::IsMember({"interval", "every-change", "adaptive"}));
  command->add_option("--interval", options->interval_s, "Seconds between two records of an aircraft (default 5)")
      ->check(CLI::Range(kIntervalMinS, kIntervalMaxS));
  command
      ->add_option("--position-m", options->position_m,
                   "Adaptive: metres that dead reckoning from the last record may be off (default 50)")
      ->check(CLI::Range(kToleranceMinM, kPositionMaxM));
  command->add_option("--altitude-m", options->altitude_m, "Adaptive: the same for the altitude (default 7.62, 25 ft)")
      ->check(CLI::Range(kToleranceMinM, kAltitudeMaxM));
  command
      ->add_option("--max-gap", options->max_gap_s,
                   "Adaptive: longest time in seconds without a record of an aircraft that is heard (default 30)")
      ->check(CLI::Range(kGapMinS, kIntervalMaxS));
  command
      ->add_option(
          "--fields", options->fields,
          "What records carry beside the usual, with commas: selected_altitude, roll, mach, indicated_airspeed, "
          "true_airspeed, wind, temperature, emergency")
      ->delimiter(',')
      ->check(CLI::IsMember(std::vector<std::string>(kExtendedFieldNames.begin(), kExtendedFieldNames.end())));
  command->add_option("--station", options->station, "Name of the station in the records (default replay)");
  command->add_option("--effort", options->effort, "Processor time for weak and overlapping messages (default full)")
      ->check(CLI::IsMember({"full", "balanced", "eco"}));
  auto* json = command->add_flag("--json", options->json, "Standard output is one JSON object with the numbers");
  auto* frames = command->add_flag("--frames", options->frames, "Standard output is each message as @TIMESTAMPHEX;");
  auto* records = command->add_flag("--records", options->records, "Standard output is the state vectors as NDJSON");
  json->excludes(frames)->excludes(records);
  frames->excludes(records);
  command->add_option("--records-to", options->records_to, "Also write the state vectors as NDJSON to this file");

  command->callback([options, &exit_code] {
    const Result<int> done = replay(*options);
    exit_code = done ? *done : report(done.error());
  });
}

}  // namespace airspool::cli
