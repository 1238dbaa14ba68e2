// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cstddef>
#include <optional>
#include <random>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

#include <airspool/core/channel.h>
#include <airspool/core/log.h>
#include <airspool/uplink/file_sink.h>

#include "backoff.h"
#include "file_writer.h"

namespace airspool::uplink {
namespace {

using std::chrono::milliseconds;

constexpr std::size_t kWindowBatches = 16;
constexpr std::size_t kWindowBytes = std::size_t{4} << 20;

class FileSink final : public Sink {
 public:
  FileSink(FileSinkSettings settings, const Clock& clock) : settings_(std::move(settings)), clock_(clock) {}
  // Waits for the disk to finish what it was given.
  ~FileSink() override {
    jobs_.close();
    if (thread_.joinable()) thread_.join();
  }
  FileSink(const FileSink&) = delete;
  FileSink& operator=(const FileSink&) = delete;

  // Throws std::system_error when there is no thread to be had.
  void start() {
    thread_ = std::thread([this] { work(); });
    jobs_.push(Job{{}, clock_.wall_now(), clock_.boot_now(), false});
    busy_ = true;
  }

  [[nodiscard]] const std::string& name() const override { return settings_.name; }
  [[nodiscard]] SinkWindow window() const override { return {kWindowBatches, kWindowBytes}; }
  [[nodiscard]] SinkHealth health() const override {
    if (trouble_) return {false, true, trouble_->reason};
    return {true, false, "writing to " + settings_.folder.string()};
  }

  Offer offer(spool::BatchPtr batch, bool replay) override;
  std::vector<Answer> poll(BootTime deadline) override;

 private:
  struct Job {
    std::vector<spool::BatchPtr> batches;  // may be empty: rotate when it is time
    WallTime wall;
    BootTime boot;
    bool probe = false;  // try whether a file can be opened again
  };
  struct Done {
    std::vector<spool::BatchPtr> batches;
    std::optional<FileTrouble> trouble;
    std::optional<BootTime> opened;  // since when a file is open
  };

  void work();
  void begin(BootTime now);
  void finish(Done done, std::vector<Answer>& answers);

  const FileSinkSettings settings_;
  const Clock& clock_;
  Channel<Job> jobs_{1};
  Channel<Done> done_{1};
  std::thread thread_;
  bool busy_ = false;                     // a job is with the thread
  std::vector<spool::BatchPtr> waiting_;  // taken, not yet with the thread
  std::size_t held_ = 0;                  // taken and unanswered
  std::size_t held_bytes_ = 0;
  std::optional<BootTime> opened_;
  std::optional<FileTrouble> trouble_;
  // Not random: there is only one disk, and it does not mind a herd of one.
  std::minstd_rand random_;
  Backoff backoff_{milliseconds{1000}, milliseconds{60'000}};
  BootTime next_try_;
};

void FileSink::work() {
  FileWriter writer(settings_.folder, settings_.rotate_seconds, settings_.rotate_bytes);
  bool prepared = false;
  while (auto job = jobs_.pop()) {
    Done done;
    if (!prepared) {
      done.trouble = writer.prepare();
      prepared = !done.trouble;
    }
    if (!done.trouble) done.trouble = writer.rotate_if_due(job->boot);
    if (!done.trouble && (job->probe || !job->batches.empty()))
      done.trouble = writer.append(job->batches, job->wall, job->boot);
    done.batches = std::move(job->batches);
    done.opened = writer.opened();
    // There is one job at a time, so there is room.
    done_.push(std::move(done));
  }
}

Offer FileSink::offer(spool::BatchPtr batch, bool /*replay*/) {
  if (held_ >= kWindowBatches) return Offer::kFull;
  if (held_ > 0 && held_bytes_ + batch->bytes.size() > kWindowBytes) return Offer::kFull;
  ++held_;
  held_bytes_ += batch->bytes.size();
  waiting_.push_back(std::move(batch));
  return Offer::kTaken;
}

void FileSink::begin(BootTime now) {
  if (busy_) return;
  const bool rotate = opened_ && now - *opened_ >= settings_.rotate_seconds;
  // Whether there is room on a disk again is shown by writing a batch, and by nothing less.
  const bool try_again = trouble_ && trouble_->cause != "disk-full" && now >= next_try_;
  if (waiting_.empty() && !rotate && !try_again) return;
  busy_ = jobs_.try_push(Job{std::exchange(waiting_, {}), clock_.wall_now(), now, try_again});
}

void FileSink::finish(Done done, std::vector<Answer>& answers) {
  busy_ = false;
  opened_ = done.opened;
  for (const spool::BatchPtr& batch : done.batches) {
    --held_;
    held_bytes_ -= batch->bytes.size();
    Outcome outcome = Accepted{};
    if (done.trouble) outcome = Retry{milliseconds{0}, done.trouble->reason, done.trouble->cause};
    answers.push_back({batch->header.id, std::move(outcome)});
  }
  if (!done.trouble) {
    if (trouble_) log::info("uplink", "files can be written again", {{"sink", settings_.name}});
    trouble_.reset();
    backoff_.reset();
    return;
  }
  if (!trouble_ || trouble_->reason != done.trouble->reason) {
    log::error("uplink", done.trouble->reason, {{"sink", settings_.name}});
  }
  trouble_ = std::move(done.trouble);
  next_try_ = clock_.boot_now() + backoff_.next(random_);
}

std::vector<Answer> FileSink::poll(BootTime deadline) {
  std::vector<Answer> answers;
  if (auto done = done_.try_pop()) finish(std::move(*done), answers);
  const BootTime now = clock_.boot_now();
  begin(now);
  if (busy_ && answers.empty() && deadline > now) {
    if (auto done = done_.pop_for(std::min<Nanoseconds>(deadline - now, milliseconds(50)))) {
      finish(std::move(*done), answers);
      begin(now);
    }
  }
  return answers;
}

}  // namespace

Result<std::unique_ptr<Sink>> open_file_sink(FileSinkSettings settings, const Clock& clock) {
  const std::string where = "sink \"" + settings.name + "\": ";
  if (settings.folder.empty()) return fail(ErrorCode::kConfig, where + "path is empty: name the folder for the files");
  if (settings.rotate_seconds.count() <= 0)
    return fail(ErrorCode::kConfig, where + "rotate_seconds must be at least 1");
  if (settings.rotate_bytes == 0) return fail(ErrorCode::kConfig, where + "rotate_bytes must be at least 1");
  auto sink = std::make_unique<FileSink>(std::move(settings), clock);
  try {
    sink->start();
  } catch (const std::system_error& error) {
    return fail(ErrorCode::kUnavailable, where + "no thread for writing: " + error.what());
  }
  return sink;
}

}  // namespace airspool::uplink
