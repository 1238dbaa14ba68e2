// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include <airspool/spool/batch_codec.h>
#include <airspool/spool/record_codec.h>
#include <airspool/spool/spool.h>

#include "measure.h"
#include "sky.h"

// What the spool costs, in numbers: the tables of src/spool/README.md. Time is simulated; bytes, CPU and memory are
// real.
namespace airspool::bench {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;
using spool::Settlement;

constexpr int kRecordsPerSecond = 50;
constexpr std::size_t kAllBytes = std::size_t{64} << 20;

[[noreturn]] void give_up(const std::string& why) {
  std::fprintf(stderr, "spool_bench: %s\n", why.c_str());
  std::exit(1);
}

struct Box {
  explicit Box(const std::string& folder) {
    fs::create_directories(folder);
    for (const char* suffix : {"", "-wal", ".lock"}) fs::remove(folder + "/spool.db" + suffix);
    settings.path = folder + "/spool.db";
    settings.station_id = "roof-1";
    settings.max_bytes = std::int64_t{4} << 30;
    settings.sinks = {{"lake", spool::StartAt::kOldest, spool::LeaseOrder::kLiveFirst}};
  }
  spool::Spool open() const {
    auto spool = spool::Spool::open(settings, clock);
    if (!spool) give_up(spool.error().message);
    return std::move(*spool);
  }
  // A second of the sky.
  void second(spool::Spool& spool) {
    clock.advance(1s);
    for (int i = 0; i < kRecordsPerSecond; ++i) spool.append(sky.next(clock.boot_now()));
    spool.step(clock.boot_now());
  }

  spool::SpoolSettings settings;
  ManualClock clock{WallTime{1'790'000'000s}, BootTime{100s}};
  Sky sky;
};

void take_all(spool::Spool& spool) {
  for (const auto& batch : spool.lease({"lake", 1000, kAllBytes}).batches) {
    spool.settle({"lake", batch->header.id, Settlement::kAccepted, ""});
  }
}

// Bytes to the device. ext4 writes the times of a changed file within its commit interval (5 s): the file system is
// synced after every batch, as that would do.
void writes(const std::string& folder) {
  constexpr int kBatches = 120;
  std::printf("%-24s %8s %12s %12s %10s %10s\n", "", "batch", "payload, B", "device, B", "x payload", "GB a day");
  for (const bool spill : {false, true}) {
    for (const int seconds : {10, 30}) {
      for (const bool online : {true, false}) {
        if (spill && !online) continue;
        Box box(folder);
        box.settings.batch_records = static_cast<std::size_t>(seconds * kRecordsPerSecond);
        box.settings.batch_period = std::chrono::seconds(seconds);
        box.settings.durability = spill ? spool::Durability::kSpill : spool::Durability::kWriteThrough;
        std::int64_t payload = 0;
        std::int64_t begun = 0;
        std::int64_t done = 0;
        {
          auto spool = box.open();
          for (int batch = -5; batch < kBatches; ++batch) {
            if (batch == 0) {
              sync_file_system(folder);
              begun = device_bytes(folder);
              payload = 0;
            }
            for (int i = 0; i < seconds; ++i) box.second(spool);
            for (const auto& leased : spool.lease({"lake", 10, kAllBytes}).batches) {
              payload += static_cast<std::int64_t>(leased->bytes.size());
              if (online) spool.settle({"lake", leased->header.id, Settlement::kAccepted, ""});
            }
            sync_file_system(folder);
          }
          done = device_bytes(folder);
        }
        if (begun < 0) give_up(folder + ": no block device that counts");
        const double device = static_cast<double>(done - begun) / kBatches;
        const double each = static_cast<double>(payload) / kBatches;
        std::printf("%-24s %6d s %12.0f %12.0f %10.2f %10.4f\n",
                    ((spill ? "spill, " : "write-through, ") + std::string(online ? "online" : "offline")).c_str(),
                    seconds, each, device, device / each, device * 86'400.0 / seconds / 1e9);
        std::fflush(stdout);
      }
    }
  }
}

// CPU of append against the same records as NDJSON and zstd alone, batch by batch, in turns.
void append(const std::string& folder) {
  constexpr int kBatches = 1000;
  Box box(folder);
  auto spool = box.open();
  auto encoder = spool::BatchEncoder::create();
  if (!encoder) give_up(encoder.error().message);
  std::vector<double> ratios;
  double alone = 0.0;
  double whole = 0.0;
  std::string text;
  for (int batch = 0; batch < kBatches; ++batch) {
    box.clock.advance(10s);
    std::vector<Record> records;
    for (std::size_t i = 0; i < box.settings.batch_records; ++i) records.push_back(box.sky.next(box.clock.boot_now()));
    std::vector<Record> same = records;

    double started = cpu_s();
    text.clear();
    const Calendar calendar{box.clock.wall_now() - box.clock.boot_now().time_since_epoch()};
    std::int64_t seq = batch * 500;
    for (Record& record : same) {
      record.spool_id = "aaaabbbbccccdddd";
      record.station_id = "roof-1";
      record.seq = ++seq;
      spool::append_ndjson(text, record, calendar);
    }
    if (!encoder->encode(text)) give_up("zstd");
    const double first = cpu_s() - started;

    started = cpu_s();
    spool.append(std::move(records));
    spool.step(box.clock.boot_now());
    const double second = cpu_s() - started;
    take_all(spool);
    if (batch < 20) continue;  // memory and file come to their size
    alone += first;
    whole += second;
    ratios.push_back(second / first);
  }
  std::ranges::sort(ratios);
  std::printf(
      "append: %.2f ms a batch of 500, NDJSON and zstd alone %.2f ms; ratio %.3f (sums), %.3f (median of pairs)\n",
      whole / (kBatches - 20) * 1e3, alone / (kBatches - 20) * 1e3, whole / alone, ratios[ratios.size() / 2]);
}

// A backlog of 10 million records, taken by a sink that is never slow.
void backlog(const std::string& folder) {
  constexpr int kMillions = 10;
  constexpr int kBatchesOfAMillion = 2000;
  Box box(folder);
  {
    auto spool = box.open();
    for (int i = 0; i < kMillions * 1'000'000 / kRecordsPerSecond; ++i) box.second(spool);
  }
  box.clock.advance(1h);
  auto spool = box.open();
  std::int64_t peak = rss_anon_kb();
  std::vector<double> seconds;
  std::int64_t records = 0;
  int batches = 0;
  double started = cpu_s();
  for (;;) {
    const auto lease = spool.lease({"lake", 16, std::size_t{1} << 20});
    if (lease.batches.empty()) break;
    for (const auto& batch : lease.batches) {
      records += batch->header.count;
      spool.settle({"lake", batch->header.id, Settlement::kAccepted, ""});
      if (++batches % kBatchesOfAMillion == 0) {
        seconds.push_back(cpu_s() - started);
        peak = std::max(peak, rss_anon_kb());
        started = cpu_s();
      }
    }
    box.clock.advance(10ms);
    spool.step(box.clock.boot_now());
  }
  if (records != kMillions * 1'000'000LL) give_up("only " + std::to_string(records) + " records came");
  std::printf("peek and ack, CPU s a million records:");
  for (const double s : seconds) std::printf(" %.2f", s);
  std::printf("\nlast against first %.3f; RssAnon at most %.1f MB\n", seconds.back() / seconds.front(),
              static_cast<double>(peak) / 1024.0);
}

// Three days without a network, and the reconnect.
void three_days(const std::string& folder) {
  constexpr int kHours = 72;
  constexpr double kReplayRate = 2000.0;  // records/s
  Box box(folder);
  box.settings.sinks[0].replay_rate = kReplayRate;
  auto spool = box.open();
  std::int64_t peak = 0;
  for (int hour = 0; hour < kHours; ++hour) {
    for (int i = 0; i < 3600; ++i) box.second(spool);
    peak = std::max(peak, rss_anon_kb());
  }
  const auto full = spool.stat();
  std::printf(
      "%d h offline: %lld records in %lld batches, %.0f MB of batches (%.1f B a record), file %.0f MB, RssAnon %.1f "
      "MB\n",
      kHours, static_cast<long long>(full.records), static_cast<long long>(full.batches),
      static_cast<double>(full.bytes) / 1e6, static_cast<double>(full.bytes) / static_cast<double>(full.records),
      static_cast<double>(full.file_bytes) / 1e6, static_cast<double>(peak) / 1024.0);
  std::fflush(stdout);

  std::vector<bool> arrived(static_cast<std::size_t>(full.last_seq) * 2);
  std::int64_t twice = 0;
  std::int64_t backwards = 0;  // a batch of the backlog before one that is live
  std::int64_t late_live = 0;
  double most_in_a_second = 0.0;
  int seconds = 0;
  const std::int64_t first_live = full.last_seq + 1;
  for (std::int64_t left = 1; left > 0; ++seconds) {
    if (seconds > 100'000) give_up("it never drains");
    box.second(spool);
    double replayed = 0.0;
    bool backlog_seen = false;
    for (const auto& batch : spool.lease({"lake", 1000, kAllBytes}).batches) {
      const auto& header = batch->header;
      const auto text = spool::decode_batch(batch->bytes);
      if (!text) give_up(text.error().message);
      const auto lines = std::count(text->begin(), text->end(), '\n');
      if (lines < static_cast<std::int64_t>(header.count)) give_up("a batch with fewer lines than records");
      for (std::int64_t seq = header.first_seq; seq <= header.last_seq; ++seq) {
        if (arrived.at(static_cast<std::size_t>(seq))) ++twice;
        arrived.at(static_cast<std::size_t>(seq)) = true;
      }
      if (header.first_seq < first_live) {
        backlog_seen = true;
        replayed += header.count;
      } else {
        backwards += backlog_seen ? 1 : 0;
        late_live += box.clock.wall_now() - header.sealed > 2s ? 1 : 0;
      }
      spool.settle({"lake", header.id, Settlement::kAccepted, ""});
    }
    if (seconds > 0) most_in_a_second = std::max(most_in_a_second, replayed);
    peak = std::max(peak, rss_anon_kb());
    left = spool.stat().sinks.at(0).batches;
  }
  const auto empty = spool.stat();
  std::int64_t missing = 0;
  for (std::int64_t seq = 1; seq <= empty.last_seq; ++seq) missing += arrived.at(static_cast<std::size_t>(seq)) ? 0 : 1;
  if (const auto done = spool.flush(); !done) give_up(done.error().message);
  std::printf(
      "reconnected at replay_rate %.0f: drained after %d s (%.1f h) of simulated time, %.0f records/s of backlog on "
      "average, at most %.0f in a second\n%lld records stored, %lld missing, %lld twice; live batches behind backlog "
      "%lld, later than 2 s %lld; drops %zu\nfile then %.1f MB; RssAnon at most %.1f MB (with %.1f MB of our own "
      "book-keeping)\n",
      kReplayRate, seconds, seconds / 3600.0, static_cast<double>(full.records) / seconds, most_in_a_second,
      static_cast<long long>(empty.last_seq), static_cast<long long>(missing), static_cast<long long>(twice),
      static_cast<long long>(backwards), static_cast<long long>(late_live), empty.drops.size(),
      static_cast<double>(spool.stat().file_bytes) / 1e6, static_cast<double>(peak) / 1024.0,
      static_cast<double>(arrived.size()) / 8.0 / 1048576.0);
  if (missing > 0 || backwards > 0 || most_in_a_second > kReplayRate + 500.0) give_up("that is not what was promised");
}

}  // namespace
}  // namespace airspool::bench

int main(int argc, char** argv) {
  namespace bench = airspool::bench;
  const std::string_view what = argc > 1 ? argv[1] : "";
  const std::string folder = argc > 2 ? argv[2] : "";
  if (argc == 3 && (what == "writes" || what == "append" || what == "backlog" || what == "72h")) {
    if (what == "writes") bench::writes(folder);
    if (what == "append") bench::append(folder);
    if (what == "backlog") bench::backlog(folder);
    if (what == "72h") bench::three_days(folder);
    return 0;
  }
  std::fputs("usage: spool_bench writes|append|backlog|72h FOLDER\n", stderr);
  return 64;
}
