// SPDX-License-Identifier: Apache-2.0
// What it costs to send records: bytes on the wire and processor time.
//
//   uplink_bench records ANSWER.json     an answer of OpenSky's REST API as records (NDJSON), to standard output
//   uplink_bench levels RECORDS.ndjson   zstd levels: bytes a record, processor time
//   uplink_bench wire RECORDS.ndjson     to a real mosquitto over TLS: bytes that cross a TCP proxy, both ways
#include <cmath>
#include <cstdint>
#include <cstring>
#include <ctime>
#include <fstream>
#include <iostream>
#include <iterator>
#include <string>
#include <vector>

#include <zstd.h>

#include <airspool/opensky/states_parser.h>
#include <airspool/spool/batch_codec.h>
#include <airspool/spool/record_codec.h>
#include <airspool/uplink/mqtt_sink.h>

#include "contract/mqtt_broker.h"
#include "fakes/tcp_proxy.h"

namespace airspool::bench {
namespace {

constexpr std::size_t kBatch = 500;

std::string read_all(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

// Batches of so many lines.
std::vector<std::string> batches_of(const std::string& text, std::size_t lines) {
  std::vector<std::string> batches;
  std::size_t begin = 0;
  std::size_t count = 0;
  for (std::size_t at = text.find('\n'); at != std::string::npos; at = text.find('\n', at + 1)) {
    if (++count < lines) continue;
    batches.push_back(text.substr(begin, at + 1 - begin));
    begin = at + 1;
    count = 0;
  }
  return batches;  // whole ones only
}

double cpu_seconds() {
  timespec now{};
  ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

int records(const std::string& path) {
  const std::string text = read_all(path);
  std::size_t at = 0;
  opensky::ParseReport report;
  auto answer = opensky::parse_states(
      [&](std::span<char> into) -> Result<std::size_t> {
        const std::size_t count = std::min(into.size(), text.size() - at);
        std::memcpy(into.data(), text.data() + at, count);
        at += count;
        return count;
      },
      &report);
  if (!answer) {
    std::cerr << answer.error().message << '\n';
    return 1;
  }
  const auto wall = [](double s) { return WallTime(std::chrono::milliseconds(std::llround(s * 1000.0))); };
  std::int64_t seq = 0;
  double newest = 0.0;
  for (const auto& row : answer->states) newest = std::max(newest, row.last_contact_s);
  const Calendar calendar{wall(newest)};
  std::string out;
  for (auto& row : answer->states) {
    Record record;
    record.state = std::move(row.state);
    record.station_id = "roof-1";
    record.spool_id = "kq3v7m2xw5n4thzb";
    record.seq = ++seq;
    if (row.time_position_s) record.time_position = wall(*row.time_position_s);
    record.last_contact = wall(row.last_contact_s);
    record.source = RecordSource::kOpenSky;
    spool::append_ndjson(out, record, calendar);
  }
  std::cout << out;
  return 0;
}

int levels(const std::string& path) {
  const auto batches = batches_of(read_all(path), kBatch);
  if (batches.empty()) return 1;
  const double all = static_cast<double>(batches.size() * kBatch);
  std::size_t clear = 0;
  for (const std::string& batch : batches) clear += batch.size();
  std::cout << batches.size() << " batches of " << kBatch << ", " << static_cast<double>(clear) / all
            << " bytes a record as text\n| level | bytes a record | CPU, ms a batch | encoder, KB |\n|--|--|--|--|\n";
  for (const int level : {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 12, 15, 17, 19}) {
    ZSTD_CCtx* context = ZSTD_createCCtx();
    ZSTD_CCtx_setParameter(context, ZSTD_c_compressionLevel, level);
    ZSTD_CCtx_setParameter(context, ZSTD_c_checksumFlag, 1);
    std::size_t bytes = 0;
    std::string out;
    const double begin = cpu_seconds();
    int rounds = 0;
    do {
      bytes = 0;
      for (const std::string& batch : batches) {
        out.resize(ZSTD_compressBound(batch.size()));
        bytes += ZSTD_compress2(context, out.data(), out.size(), batch.data(), batch.size());
      }
      ++rounds;
    } while (cpu_seconds() - begin < 0.3);
    const double ms = (cpu_seconds() - begin) * 1e3 / (static_cast<double>(batches.size()) * rounds);
    std::cout << "| " << level << " | " << static_cast<double>(bytes) / all << " | " << ms << " | "
              << ZSTD_sizeof_CCtx(context) / 1024 << " |\n";
    ZSTD_freeCCtx(context);
  }
  return 0;
}

int wire(const std::string& path) {
  const auto batches = batches_of(read_all(path), kBatch);
  auto encoder = spool::BatchEncoder::create();
  if (batches.empty() || !encoder) return 1;
  contract::Mosquitto broker;
  contract::make_certificates(broker.folder());
  const std::string folder = broker.folder().string();
  broker.set_listener("allow_anonymous true\ncafile " + folder + "/ca.pem\ncertfile " + folder +
                      "/server.pem\nkeyfile " + folder + "/server.key\n");
  broker.start();
  test::TcpProxy line(broker.port());
  const SystemClock clock;
  metrics::Registry metrics;
  uplink::MqttSinkSettings settings;
  settings.name = "wire";
  settings.url = "mqtts://127.0.0.1:" + std::to_string(line.port());
  settings.ca_file = folder + "/ca.pem";
  settings.topic = "airspool/{station}/states";
  contract::Client client(std::move(*uplink::open_mqtt_sink(settings, clock, metrics)), clock);
  if (!client.connect()) return 1;
  const std::uint64_t hello = line.bytes_up() + line.bytes_down();
  std::size_t payload = 0;
  std::int64_t id = 0;
  for (const std::string& text : batches) {
    auto batch = std::make_shared<spool::Batch>();
    batch->header.id = ++id;
    batch->header.station_id = "roof-1";
    batch->header.spool_id = "kq3v7m2xw5n4thzb";
    batch->header.first_seq = id * static_cast<std::int64_t>(kBatch);
    batch->header.count = kBatch;
    batch->header.sealed = clock.wall_now();
    batch->bytes = *encoder->encode(text);
    payload += batch->bytes.size();
    if (!client.deliver(batch)) return 1;
  }
  const double all = static_cast<double>(batches.size() * kBatch);
  const double up = static_cast<double>(line.bytes_up());
  const double down = static_cast<double>(line.bytes_down());
  std::cout << batches.size() << " batches of " << kBatch << "\n"
            << "payload " << static_cast<double>(payload) / all << " bytes a record\n"
            << "on the wire " << (up + down - static_cast<double>(hello)) / all
            << " bytes a record, both ways, MQTT and "
            << "TLS included; " << hello << " bytes for the connection itself\n";
  return 0;
}

}  // namespace
}  // namespace airspool::bench

int main(int argc, char** argv) {
  const std::string what = argc > 2 ? argv[1] : "";
  if (what == "records") return airspool::bench::records(argv[2]);
  if (what == "levels") return airspool::bench::levels(argv[2]);
  if (what == "wire") return airspool::bench::wire(argv[2]);
  std::cerr << "usage: uplink_bench records ANSWER.json | levels RECORDS.ndjson | wire RECORDS.ndjson\n";
  return 64;
}
