// SPDX-License-Identifier: Apache-2.0
#include "life.h"

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <map>
#include <memory>

#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <airspool/spool/batch_codec.h>
#include <airspool/spool/browse.h>

namespace airspool::campaign {
namespace {

using namespace std::chrono_literals;
using test::FaultDisk;

void append_to(const std::string& path, std::string_view text) {
  const int fd = ::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
  if (fd < 0 || ::write(fd, text.data(), text.size()) != static_cast<ssize_t>(text.size())) std::abort();
  ::close(fd);
}

[[noreturn]] void die() {
  ::raise(SIGKILL);
  std::abort();
}

class Living {
 public:
  Living(const Plan& plan, const Life& life, int number, Place place, const Times& times)
      : plan_(plan),
        life_(life),
        place_(std::move(place)),
        dice_(life.seed),
        disk_(life.seed),
        clock_(times.truth, times.boot),
        truth_(times.truth),
        next_serial_(static_cast<std::uint32_t>(number) * kSerialsOfALife + 1) {
    settings_ = plan.settings;
    settings_.path = place_.spool();
    // The disk of the build machine is nobody's business here.
    settings_.free_bytes = [](const std::string&) { return std::int64_t{1} << 40; };
    if (life.clock_unset) {
      clock_.step_wall(WallTime{} - times.truth);
      clock_.set_state(ClockState::kUnsynchronised);
    }
  }

  void watch_for_the_end() {
    disk_.watch([this](FaultDisk::Operation operation, FaultDisk::Part part) {
      if (life_.end == End::kClean || dying_) return;
      if (life_.moment.operation && *life_.moment.operation != operation) return;
      if (life_.moment.part && *life_.moment.part != part) return;
      if (++operations_ == life_.moment.number) end_now();
    });
  }

  bool open() {
    auto spool = spool::Spool::open(settings_, clock_);
    if (!spool) {
      std::fprintf(stderr, "open: %s\n", spool.error().message.c_str());
      return false;
    }
    spool_ = std::make_unique<spool::Spool>(std::move(*spool));
    return true;
  }

  void step() {
    pass_time();
    if (life_.disk_fails) change_the_disk();
    append();
    if (!spool_->step(clock_.boot_now()).empty()) std::abort();  // nobody has asked
    tell_stored();
    for (const spool::SinkSettings& sink : settings_.sinks) deliver(sink.name);
    if (dice_.one_in(30)) (void)spool_->answer(spool::kPageCommand, R"({"with_bytes":true,"rows":5})");
    if (plan_.rejects && dice_.one_in(20)) (void)spool_->answer(spool::kRequeueCommand, R"({"rows":3})");
    tell_stored();
  }

  // Whether everything that was appended is told as stored, which a disk that works owes.
  bool end_well() {
    disk_.watch({});
    heal();
    bool good = false;
    // What failed before is tried again once a second.
    for (int i = 0; i < 5 && !good; ++i) {
      clock_.advance(2s);
      good = spool_->flush().has_value();
    }
    tell_stored();
    const auto stat = spool_->stat();
    good = good && stat.unstored_batches == 0 && stat.open_records == 0;
    if (!good) std::fprintf(stderr, "not flushed: %s\n", spool::to_json(stat).c_str());
    spool_.reset();
    return good;
  }

  [[noreturn]] void end_now() {
    dying_ = true;
    if (life_.end == End::kPowerCut) disk_.cut_power();
    die();
  }

  // Everything goes out, and the notices of what was lost on the way, which need batches to travel in.
  bool drain() {
    int quiet_rounds = 0;
    for (int round = 0; round < 3000; ++round) {
      clock_.advance(round % 20 == 19 ? Nanoseconds(1min) : Nanoseconds(1s));
      spool_->step(clock_.boot_now());
      bool notices = false;
      for (const spool::SinkSettings& sink : settings_.sinks) notices |= take_all(sink.name);
      if (notices) quiet_rounds = 0;
      const auto stat = spool_->stat();
      std::int64_t left = 0;
      for (const spool::SinkStat& sink : stat.sinks) left += sink.batches;
      if (left > 0 || stat.salvaging) continue;
      if (++quiet_rounds > 3) {
        tell_stored();
        return true;
      }
      spool_->append(record());
      clock_.advance(settings_.batch_period);
    }
    std::fprintf(stderr, "never drained: %s\n", spool::to_json(spool_->stat()).c_str());
    return false;
  }

  [[nodiscard]] bool disk_works() const { return healthy_; }

 private:
  void pass_time() {
    clock_.advance(dice_.one_in(25) ? Nanoseconds(std::chrono::minutes(dice_.between(1, 90)))
                                    : Nanoseconds(std::chrono::milliseconds(dice_.between(100, 3000))));
    if (life_.clock_unset && clock_.state() != ClockState::kSynchronised && dice_.one_in(10)) {
      set_right();
    } else if (life_.clock_jumps && dice_.one_in(12)) {
      jump();
    }
  }
  void set_right() {
    clock_.step_wall(truth_ + (clock_.boot_now() - BootTime{}) - clock_.wall_now());
    clock_.set_state(ClockState::kSynchronised);
  }
  void jump() {
    constexpr std::int64_t kBeyond2038 = (std::int64_t{1} << 31) + 12'345;
    switch (dice_.roll(5)) {
      case 0:
        return clock_.step_wall(std::chrono::hours(dice_.between(1, 9000)));
      case 1:
        return clock_.step_wall(-std::chrono::hours(dice_.between(1, 9000)));
      case 2:
        return clock_.step_wall(WallTime{} + 90s - clock_.wall_now());  // 1970
      case 3:
        return clock_.step_wall(WallTime{std::chrono::seconds(kBeyond2038)} - clock_.wall_now());
      default:
        return set_right();
    }
  }

  void change_the_disk() {
    if (!healthy_) {
      if (dice_.one_in(4)) heal();
      return;
    }
    if (!dice_.one_in(12)) return;
    healthy_ = false;
    switch (dice_.roll(5)) {
      case 0:
        return disk_.set_free_bytes(dice_.between(0, 60'000));
      case 1:
        return disk_.fail_writes_after(dice_.between(0, 30), true);
      case 2:
        return disk_.fail_writes_after(dice_.between(0, 30), false);
      case 3:
        return disk_.set_state(FaultDisk::State::kReadOnly);
      default:
        return disk_.set_state(FaultDisk::State::kGone);
    }
  }
  void heal() {
    disk_.set_state(FaultDisk::State::kHealthy);
    disk_.set_free_bytes({});
    disk_.fail_writes_after({}, false);
    healthy_ = true;
  }

  Record record() {
    const std::uint32_t serial = next_serial_++;
    Record record;
    record.state.icao24 = Icao24::icao(serial);
    record.state.callsign = "CAMPAIGN";
    record.state.position = GeoPosition{48.0 + static_cast<double>(serial % 1000) / 1000.0, 8.0};
    record.received = clock_.boot_now();
    record.source = RecordSource::kRadio;
    record.last_contact = clock_.boot_now();
    if (has_given_time(serial)) {
      record.source = RecordSource::kOpenSky;
      record.last_contact = WallTime(std::chrono::milliseconds(given_ms(serial)));
    }
    return record;
  }
  void append() {
    const std::int64_t most = dice_.one_in(15) ? 2000 : 100;
    std::vector<Record> records;
    for (std::int64_t i = dice_.between(0, most); i > 0; --i) records.push_back(record());
    spool_->append(std::move(records));
  }

  void tell_stored() {
    if (spool_->stored_seq() == told_) return;
    told_ = spool_->stored_seq();
    append_to(place_.journal(), spool_->spool_id() + " " + std::to_string(told_) + "\n");
  }

  std::string text_of(const spool::Batch& batch) {
    auto text = spool::decode_batch(batch.bytes);
    if (!text) {
      std::fprintf(stderr, "leased batch %lld: %s\n", static_cast<long long>(batch.header.id),
                   text.error().message.c_str());
      ::_exit(kUnreadable);
    }
    return std::move(*text);
  }

  void deliver(const std::string& sink) {
    if (dice_.one_in(15)) away_[sink] = !away_[sink];
    if (away_[sink]) return;
    const auto most = static_cast<std::size_t>(dice_.between(0, 12));
    for (const spool::BatchPtr& batch : spool_->lease({sink, most, std::size_t{1} << 20}).batches) {
      const std::string text = text_of(*batch);
      const auto chance = dice_.roll(40);
      if (chance == 0) {
        spool_->settle({sink, batch->header.id, spool::Settlement::kReturned, ""});
      } else if (chance == 1 && plan_.rejects) {
        spool_->settle({sink, batch->header.id, spool::Settlement::kRejected, "malformed"});
      } else {
        append_to(place_.lake(sink), text);
        if (chance == 2) continue;  // the ack is on its way for ever
        const auto how = chance == 3 ? spool::Settlement::kReturned : spool::Settlement::kAccepted;  // or was lost
        spool_->settle({sink, batch->header.id, how, ""});
      }
    }
  }

  // True when something else than records and the start of a run came.
  bool take_all(const std::string& sink) {
    bool notices = false;
    for (const spool::BatchPtr& batch : spool_->lease({sink, 1000, std::size_t{8} << 20}).batches) {
      const std::string text = text_of(*batch);
      notices |= text.find("\"kind\":\"gap\"") != std::string::npos;
      append_to(place_.lake(sink), text);
      spool_->settle({sink, batch->header.id, spool::Settlement::kAccepted, ""});
    }
    return notices;
  }

  const Plan& plan_;
  const Life& life_;
  Place place_;
  Dice dice_;
  FaultDisk disk_;
  ManualClock clock_;
  WallTime truth_;  // at boot time zero of this life's clock
  std::uint32_t next_serial_;
  spool::SpoolSettings settings_;
  std::unique_ptr<spool::Spool> spool_;
  std::map<std::string, bool> away_;
  std::int64_t told_ = 0;
  std::int64_t operations_ = 0;
  bool dying_ = false;
  bool healthy_ = true;
};

void log_to(const Place& place) {
  const int fd = ::open(place.log().c_str(), O_WRONLY | O_CREAT | O_APPEND, 0644);
  if (fd >= 0) ::dup2(fd, STDERR_FILENO);
  ::alarm(60);  // whatever hangs shall not hang for ever
}

}  // namespace

void live(const Plan& plan, const Life& life, int number, const Place& place, const Times& times) {
  log_to(place);
  std::fprintf(stderr, "== life %d\n", number);
  // On the heap and never destroyed: an _exit in the middle must not run anybody's destructor.
  auto* living = new Living(plan, life, number, place, times);
  living->watch_for_the_end();
  if (!living->open()) ::_exit(living->disk_works() ? kOpenFailed : kRefusedToOpen);
  for (int i = 0; i < life.steps; ++i) living->step();
  if (life.end != End::kClean) living->end_now();
  ::_exit(living->end_well() ? kEndedWell : kNotFlushed);
}

void live_happily(const Plan& plan, int number, const Place& place, const Times& times) {
  log_to(place);
  std::fprintf(stderr, "== the last life\n");
  const Life life;
  auto* living = new Living(plan, life, number, place, times);
  if (!living->open()) ::_exit(kOpenFailed);
  if (!living->drain()) ::_exit(kNeverDrained);
  ::_exit(living->end_well() ? kEndedWell : kNotFlushed);
}

}  // namespace airspool::campaign
