// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include <airspool/core/channel.h>
#include <airspool/spool/batch_codec.h>
#include <airspool/spool/spool.h>
#include <airspool/uplink/forwarder.h>
#include <airspool/uplink/kafka_sink.h>

#include "spool/sky.h"
#include "uplink/kafka_message.h"
#include "uplink/kafka_producer.h"

// How fast a full spool drains into Kafka, as the collector does it (store thread, forward thread, sink), against a
// loop that does nothing but hand the same messages, from memory, to librdkafka with the same settings. By turns, into
// topics of their own; the median of the turns' ratios is what src/uplink/README.md shows. Wall time is real.
namespace airspool::bench {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

constexpr std::size_t kBatches = 600;
constexpr std::size_t kBatchRecords = 500;
constexpr int kTurns = 3;

[[noreturn]] void give_up(const std::string& why) {
  std::fprintf(stderr, "kafka_bench: %s\n", why.c_str());
  std::exit(1);
}

double now_s() { return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count(); }

spool::SpoolSettings spool_settings(const std::string& path) {
  spool::SpoolSettings settings;
  settings.path = path;
  settings.station_id = "roof-1";
  settings.max_bytes = std::int64_t{4} << 30;
  settings.batch_records = kBatchRecords;
  settings.sinks = {{"lake", spool::StartAt::kOldest, spool::LeaseOrder::kLiveFirst}};
  return settings;
}

// Fills a spool; gives the text of all batches.
std::vector<std::string> fill(const std::string& path) {
  for (const char* suffix : {"", "-wal", ".lock"}) fs::remove(path + suffix);
  ManualClock clock{SystemClock().wall_now() - 24h, BootTime{100s}};
  auto spool = spool::Spool::open(spool_settings(path), clock);
  if (!spool) give_up(spool.error().message);
  Sky sky;
  for (std::size_t i = 0; i < kBatches * kBatchRecords; ++i) {
    if (i % 50 == 0) clock.advance(1s);
    spool->append(sky.next(clock.boot_now()));
  }
  if (const auto flushed = spool->flush(); !flushed) give_up(flushed.error().message);
  std::vector<std::string> texts;
  std::vector<spool::BatchPtr> leased = spool->lease({"lake", 2 * kBatches, std::size_t{1} << 30}).batches;
  texts.reserve(leased.size());
  for (const auto& batch : leased) {
    texts.push_back(*spool::decode_batch(batch->bytes));
    spool->settle({"lake", batch->header.id, spool::Settlement::kReturned, {}});
  }
  return texts;
}

uplink::KafkaSinkSettings sink_settings(const std::string& broker, const std::string& topic) {
  uplink::KafkaSinkSettings settings;
  settings.name = "lake";
  settings.brokers = {broker};
  settings.topic = topic;
  settings.station = "roof-1";
  return settings;
}

double drain(const std::string& path, const uplink::KafkaSinkSettings& settings) {
  SystemClock clock;
  metrics::Registry metrics;
  auto spool = spool::Spool::open(spool_settings(path), clock);
  if (!spool) give_up(spool.error().message);
  const auto to_take = static_cast<std::uint64_t>(spool->stat().sinks.front().batches);
  auto sink = uplink::open_kafka_sink(settings, clock, metrics);
  if (!sink) give_up(sink.error().message);
  while (!(*sink)->health().connected) (*sink)->poll(clock.boot_now() + 10ms);

  Channel<int> records(1);  // none come: the sky is quiet
  Channel<spool::StoreRequest> to_store(64);
  Channel<spool::Lease> from_store(64);
  std::vector<uplink::SinkLane> lanes;
  lanes.push_back({std::move(*sink), {}});
  uplink::Forwarder forwarder(std::move(lanes), to_store, from_store, clock, 1, metrics);
  std::atomic<bool> over{false};
  const double started = now_s();
  std::thread store([&] {
    while (!over) {
      records.pop_for(50ms);  // the turn of the collector's store thread
      while (auto request = to_store.try_pop()) spool->handle(std::move(*request));
      for (spool::Lease& lease : spool->step(clock.boot_now())) {
        if (!from_store.push(std::move(lease))) give_up("a lease was not taken");
      }
    }
  });
  while (forwarder.status().front().accepted < to_take) {
    const auto pause = forwarder.step(clock.boot_now());
    if (pause.count() > 0) std::this_thread::sleep_for(std::min<std::chrono::milliseconds>(pause, 5ms));
  }
  const double took = now_s() - started;
  over = true;
  store.join();
  return took;
}

double bare(const std::vector<std::string>& texts, const uplink::KafkaSinkSettings& settings) {
  auto producer = uplink::kafka::Producer::open(settings, {});
  if (!producer) give_up(producer.error().message);
  std::size_t open = 0;
  const auto serve = [&](std::chrono::milliseconds wait) {
    while (const auto event = (*producer)->next_event(wait)) {
      wait = 0ms;
      if (rd_kafka_event_type(event.get()) != RD_KAFKA_EVENT_DR) continue;
      while (const rd_kafka_message_t* message = rd_kafka_event_message_next(event.get())) {
        if (message->err != RD_KAFKA_RESP_ERR_NO_ERROR) give_up(rd_kafka_err2str(message->err));
        --open;
      }
    }
  };
  const auto produce = [&](const uplink::kafka::Message& message) {
    for (;;) {
      const auto code = (*producer)->produce(message);
      if (code == RD_KAFKA_RESP_ERR_NO_ERROR) break;
      if (code != RD_KAFKA_RESP_ERR__QUEUE_FULL) give_up(rd_kafka_err2str(code));
      serve(5ms);
    }
    ++open;
  };
  // Connected, as the other one is when its time begins.
  uplink::kafka::Message message;
  message.station = "roof-1";
  message.value = "warm";
  message.key = "warm";
  produce(message);
  while (open > 0) serve(10ms);

  const double started = now_s();
  for (const std::string& text : texts) {
    for (std::size_t at = 0; at < text.size();) {
      std::array<char, 7> key{};
      message.value = uplink::kafka::next_line(text, at);
      message.key = uplink::kafka::key_of(message.value, "roof-1", key);
      message.replay = true;
      produce(message);
    }
    serve(0ms);
  }
  while (open > 0) serve(10ms);
  return now_s() - started;
}

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

void run(const std::string& broker) {
  const std::string folder = (fs::temp_directory_path() / "airspool-kafka-bench").string();
  fs::create_directories(folder);
  std::vector<double> ratios;
  const std::string stamp = std::to_string(std::chrono::system_clock::now().time_since_epoch().count());
  for (int turn = 0; turn < kTurns; ++turn) {
    const auto texts = fill(folder + "/spool.db");
    std::size_t bytes = 0;
    std::size_t records = 0;
    for (const std::string& text : texts) {
      bytes += text.size();
      records += static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n'));
    }
    const double alone = bare(texts, sink_settings(broker, "bench.bare." + stamp + std::to_string(turn)));
    const double whole =
        drain(folder + "/spool.db", sink_settings(broker, "bench.drain." + stamp + std::to_string(turn)));
    ratios.push_back(alone / whole);
    const auto n = static_cast<double>(records);
    std::printf("turn %d: %zu records, %.0f MB; bare %.0f records/s, spool %.0f records/s, ratio %.2f\n", turn + 1,
                records, static_cast<double>(bytes) / 1e6, n / alone, n / whole, alone / whole);
    std::fflush(stdout);
  }
  std::printf("median ratio %.2f\n", median(ratios));
  fs::remove_all(folder);
}

}  // namespace
}  // namespace airspool::bench

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fprintf(stderr, "usage: kafka_bench HOST:PORT   (tools/campaign.sh kafka-bench)\n");
    return 64;
  }
  airspool::bench::run(argv[1]);
  return 0;
}
