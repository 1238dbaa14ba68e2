// SPDX-License-Identifier: Apache-2.0
// dump1090-mutability on both sides: it hears a signal and we read its Beast; it reads ours and says what it read.
#include <array>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include <airspool/core/geo.h>
#include <airspool/core/hex.h>
#include <airspool/feed/frame_inputs.h>
#include <airspool/feed/frame_outputs.h>
#include <airspool/feed/frame_reader.h>
#include <airspool/modes/decode.h>
#include <airspool/modes/demodulator.h>
#include <airspool/radio/signal_simulator.h>
#include <airspool/sky/tracker.h>

#include "contract/child_process.h"
#include "fakes/loopback.h"

namespace airspool {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;
using test::LoopbackListener;
using test::LoopbackPeer;

constexpr const char* kWitness = "dump1090-mutability";
constexpr std::uint32_t kRate = 2'400'000;

bool installed() {
  const char* path = std::getenv("PATH");
  std::istringstream folders(path != nullptr ? path : "");
  for (std::string folder; std::getline(folders, folder, ':');) {
    if (fs::exists(fs::path(folder) / kWitness)) return true;
  }
  return false;
}

std::string hex(std::span<const std::uint8_t> bytes) {
  std::string out;
  append_hex(out, bytes);
  return out;
}

std::string free_port() { return std::to_string(LoopbackListener().port()); }

bool eventually(std::chrono::milliseconds limit, const std::function<bool()>& holds) {
  const auto end = std::chrono::steady_clock::now() + limit;
  while (!holds()) {
    if (std::chrono::steady_clock::now() >= end) return false;
    ::poll(nullptr, 0, 10);
  }
  return true;
}

// A strong, quiet sky in a file, and what was sent in it.
class Recording {
 public:
  explicit Recording(int seconds) {
    folder_ = (fs::temp_directory_path() / "airspool-peers-XXXXXX").string();
    EXPECT_NE(::mkdtemp(folder_.data()), nullptr);
    radio::SimSettings settings = *radio::sim_preset("clean100");
    settings.snr_low_db = 15.0;
    settings.aircraft = 25;
    settings.messages_per_s = 250.0;
    settings.seconds = seconds;
    auto simulator = radio::SignalSimulator::create(settings);
    EXPECT_TRUE(simulator);
    (*simulator)->record_sent(true);
    std::ofstream file(path(), std::ios::binary);
    auto demodulator = modes::Demodulator::create({.sample_rate_hz = kRate});
    std::vector<std::byte> second(kRate * 2U);
    for (int n = 0; n < seconds; ++n) {
      (*simulator)->fill(second);
      file.write(reinterpret_cast<const char*>(second.data()), static_cast<std::streamsize>(second.size()));
      demodulator->process({second, SampleFormat::kCu8, static_cast<std::uint64_t>(n) * kRate}, sink_);
    }
    demodulator->finish(sink_);
    for (const radio::SentMessage& message : (*simulator)->take_sent()) {
      sent_.insert(hex({message.bytes.data(), message.length}));
    }
  }
  ~Recording() { fs::remove_all(folder_); }
  Recording(const Recording&) = delete;
  Recording& operator=(const Recording&) = delete;

  [[nodiscard]] std::string path() const { return folder_ + "/sky.cu8"; }
  [[nodiscard]] std::string log() const { return folder_ + "/witness"; }
  // Our own demodulation.
  [[nodiscard]] const std::vector<modes::ModeSFrame>& frames() const { return sink_.frames; }
  [[nodiscard]] const std::set<std::string>& sent() const { return sent_; }

 private:
  std::string folder_;
  modes::FrameSink sink_;
  std::set<std::string> sent_;
};

TEST(FramePeersTest, ReadsTheSameSkyFromAnotherDecoder) {
  if (!installed()) GTEST_SKIP() << "needs " << kWitness << " (apt install dump1090-mutability)";
  const Recording recording(5);
  sky::Tracker own({});
  for (const modes::ModeSFrame& frame : recording.frames()) {
    const BootTime time{Nanoseconds(static_cast<Nanoseconds::rep>(frame.timestamp_12mhz * 250 / 3))};
    own.observe(*modes::decode(frame), frame.signal_dbfs, time);
  }

  const std::string port = free_port();
  contract::ChildProcess witness(
      {kWitness, "--ifile", recording.path(), "--throttle", "--net", "--quiet", "--net-bind-address", "127.0.0.1",
       "--net-bo-port", port, "--net-ro-port", "0", "--net-ri-port", "0", "--net-bi-port", "0", "--net-sbs-port", "0"},
      recording.log());
  const SystemClock clock;
  metrics::Registry metrics;
  sky::Tracker theirs({});
  std::size_t count = 0;
  std::size_t made_up = 0;
  const auto take = [&](feed::HeardFrames&& heard) {
    for (const feed::HeardFrame& one : heard.frames) {
      ++count;
      if (!recording.sent().contains(hex(one.frame.view()))) ++made_up;
      theirs.observe(*modes::decode(one.frame), one.frame.signal_dbfs, one.time);
    }
    return true;
  };
  auto inputs = feed::FrameInputs::create({{"127.0.0.1:" + port, ""}}, {take, [](feed::InputReport&&) { return true; }},
                                          clock, metrics);
  ASSERT_TRUE(inputs);
  // It ends with the file.
  ASSERT_TRUE(eventually(30s, [&] {
    (*inputs)->step(20ms);
    return witness.wait_for(0ms).has_value();
  }));
  for (int n = 0; n < 10; ++n) (*inputs)->step(10ms);

  const metrics::Labels input{{"input", "127.0.0.1:" + port}};
  std::printf("own %zu frames, by its Beast %zu, made up %zu, rejected %g\n", recording.frames().size(), count, made_up,
              metrics
                  .value("airspool_input_frames_rejected_total",
                         {{"input", "127.0.0.1:" + port}, {"reason", "unknown_address"}})
                  .value_or(-1));
  EXPECT_EQ(metrics.value("airspool_input_junk_bytes_total", input), 0.0);
  EXPECT_GT(count, recording.frames().size() * 3 / 4) << "less the first half second";
  EXPECT_LE(made_up, count / 300) << "it may read a wrong bit; we must not";

  std::size_t both = 0;
  for (const auto& [address, aircraft] : theirs.aircraft()) {
    const auto found = own.aircraft().find(address);
    ASSERT_NE(found, own.aircraft().end()) << address.hex();
    if (!aircraft.position.value || !found->second.position.value) continue;
    ++both;
    EXPECT_LT(distance_m(*aircraft.position.value, *found->second.position.value), 400.0) << address.hex();
    if (aircraft.callsign.value && found->second.callsign.value) {
      EXPECT_EQ(aircraft.callsign.value, found->second.callsign.value);
    }
  }
  std::printf("aircraft: own %zu, theirs %zu, with a position in both %zu\n", own.aircraft().size(),
              theirs.aircraft().size(), both);
  EXPECT_GE(theirs.aircraft().size(), own.aircraft().size() * 9 / 10);
  EXPECT_GE(both, own.aircraft().size() / 2);
}

// One line of BaseStation, taken apart as a reader of it would.
struct SbsLine {
  int type = 0;
  std::string address;
  std::string callsign;
  std::string altitude;
  std::optional<GeoPosition> position;
};

std::optional<SbsLine> parse_sbs(std::string line) {
  if (!line.empty() && line.back() == '\r') line.pop_back();
  std::vector<std::string> fields;
  std::istringstream text(line + ",");
  for (std::string field; std::getline(text, field, ',');) fields.push_back(field);
  if (fields.size() != 22 || fields[0] != "MSG" || fields[4].size() != 6) return std::nullopt;
  SbsLine parsed{std::atoi(fields[1].c_str()), fields[4], fields[10], fields[11], {}};
  while (!parsed.callsign.empty() && parsed.callsign.back() == ' ') parsed.callsign.pop_back();
  if (!fields[14].empty()) parsed.position = GeoPosition{std::atof(fields[14].c_str()), std::atof(fields[15].c_str())};
  if (fields[6].size() != 10 || fields[7].size() != 12) return std::nullopt;
  return parsed;
}

// Reads lines from a port until nothing comes for a while.
std::vector<std::string> lines_of(const LoopbackPeer& peer, std::string& rest) {
  std::vector<std::string> lines;
  while (peer.has_something()) {
    const std::string more = peer.receive();
    if (more.empty()) break;
    rest += more;
  }
  for (std::size_t end = rest.find('\n'); end != std::string::npos; end = rest.find('\n')) {
    lines.push_back(rest.substr(0, end));
    rest.erase(0, end + 1);
  }
  return lines;
}

TEST(FramePeersTest, AnotherDecoderReadsWhatWeSend) {
  if (!installed()) GTEST_SKIP() << "needs " << kWitness << " (apt install dump1090-mutability)";
  const Recording recording(5);
  const std::string beast_in = free_port();
  const std::string raw_in = free_port();
  const std::string raw_out = free_port();
  const std::string sbs_out = free_port();
  contract::ChildProcess witness(
      {kWitness, "--net-only", "--quiet", "--net-bind-address", "127.0.0.1", "--net-bi-port", beast_in, "--net-ri-port",
       raw_in, "--net-ro-port", raw_out, "--net-sbs-port", sbs_out, "--net-bo-port", "0"},
      recording.log());

  const SystemClock clock;
  metrics::Registry metrics;
  feed::OutgoingChannel outgoing(4096);
  auto outputs = feed::FrameOutputs::create(
      {{feed::OutputFormat::kBeast, "127.0.0.1:0"}, {feed::OutputFormat::kSbs, "127.0.0.1:0"}}, outgoing, clock,
      metrics);
  ASSERT_TRUE(outputs);
  (*outputs)->step(0ms);
  const LoopbackPeer ours = LoopbackPeer::connect((*outputs)->port(0));
  const LoopbackPeer our_sbs = LoopbackPeer::connect((*outputs)->port(1));
  LoopbackPeer to_witness;
  LoopbackPeer raw;
  LoopbackPeer sbs;
  const auto number = [](const std::string& port) { return static_cast<std::uint16_t>(std::atoi(port.c_str())); };
  ASSERT_TRUE(eventually(5s, [&] { return (to_witness = LoopbackPeer::connect(number(beast_in))).connected(); }));
  ASSERT_TRUE(eventually(5s, [&] { return (raw = LoopbackPeer::connect(number(raw_out))).connected(); }));
  ASSERT_TRUE(eventually(5s, [&] { return (sbs = LoopbackPeer::connect(number(sbs_out))).connected(); }));
  ::poll(nullptr, 0, 500);  // it looks for new clients now and then

  sky::Tracker tracker({});
  const BootTime begin = clock.boot_now();
  std::vector<std::string> given;
  std::vector<std::string> heard;
  std::vector<std::string> their_lines;
  std::vector<std::string> our_lines;
  std::string raw_rest;
  std::string sbs_rest;
  std::string our_rest;
  const auto relay = [&] {
    (*outputs)->step(1ms);
    while (ours.has_something()) {
      const std::string bytes = ours.receive();
      if (bytes.empty() || !to_witness.send(bytes)) break;
    }
    for (std::string& line : lines_of(raw, raw_rest)) heard.push_back(std::move(line));
    for (std::string& line : lines_of(sbs, sbs_rest)) their_lines.push_back(std::move(line));
    for (std::string& line : lines_of(our_sbs, our_rest)) our_lines.push_back(std::move(line));
  };
  for (const modes::ModeSFrame& frame : recording.frames()) {
    feed::OutgoingFrame out;
    out.frame = frame;
    out.message = *modes::decode(frame);
    out.time = begin + Nanoseconds(static_cast<Nanoseconds::rep>(frame.timestamp_12mhz * 250 / 3));
    tracker.observe(out.message, frame.signal_dbfs, out.time);
    const sky::Aircraft& aircraft = tracker.aircraft().at(out.message.address);
    if (aircraft.position.time == out.time) out.position = aircraft.position.value;
    out.on_ground = aircraft.on_ground.value;
    given.push_back(hex(frame.view()));
    ASSERT_TRUE(outgoing.try_push({out}));
    relay();
  }
  std::size_t before = 0;
  int quiet = 0;
  eventually(3s, [&] {
    relay();
    quiet = heard.size() == std::exchange(before, heard.size()) ? quiet + 1 : 0;
    return quiet > 30;
  });

  // Raw: the same frames in the same order. It holds replies back until it knows their address.
  std::set<std::string> given_set(given.begin(), given.end());
  std::size_t known = 0;
  for (const std::string& line : heard) {
    ASSERT_EQ(line.front(), '*') << line;
    std::string digits = line.substr(1, line.find(';') - 1);
    for (char& c : digits) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    if (digits == "0000") continue;
    EXPECT_TRUE(given_set.contains(digits)) << digits;
    ++known;
  }
  std::printf("given %zu frames, it understood %zu\n", given.size(), known);
  EXPECT_GT(known, given.size() * 9 / 10);

  // BaseStation: whoever reads its lines reads ours, and finds the same there.
  std::map<std::string, SbsLine> ours_by_aircraft;
  std::map<int, int> types;
  for (const std::string& line : our_lines) {
    const auto parsed = parse_sbs(line);
    ASSERT_TRUE(parsed) << line;
    ++types[parsed->type];
    if (parsed->position) ours_by_aircraft[parsed->address] = *parsed;
  }
  std::size_t compared = 0;
  std::map<std::string, SbsLine> theirs_by_aircraft;
  for (const std::string& line : their_lines) {
    if (const auto parsed = parse_sbs(line); parsed && parsed->position) theirs_by_aircraft[parsed->address] = *parsed;
  }
  for (const auto& [address, line] : theirs_by_aircraft) {
    const auto found = ours_by_aircraft.find(address);
    if (found == ours_by_aircraft.end()) continue;
    ++compared;
    EXPECT_LT(distance_m(*line.position, *found->second.position), 400.0) << address;
  }
  std::printf("our lines %zu, its lines %zu, positions compared %zu; ours by type:", our_lines.size(),
              their_lines.size(), compared);
  for (const auto& [type, number_of] : types) std::printf(" %d: %d", type, number_of);
  std::printf("\n");
  EXPECT_GT(our_lines.size(), their_lines.size() * 9 / 10);
  EXPECT_GT(compared, 8U);
}

}  // namespace
}  // namespace airspool
