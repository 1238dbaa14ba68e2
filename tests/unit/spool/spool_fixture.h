// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>
#include <unistd.h>

#include <airspool/core/clock.h>
#include <airspool/spool/batch_codec.h>
#include <airspool/spool/spool.h>

namespace airspool::spool {

// Memory where there is a file system of it: what is tested here is what the spool does, not how long a disk takes for
// it.
inline std::filesystem::path scratch() {
  const std::filesystem::path memory = "/dev/shm";
  return access(memory.c_str(), W_OK) == 0 ? memory : std::filesystem::path(::testing::TempDir());
}

// A folder of its own for each test, gone afterwards; a clock that stands; a spool of small batches.
class SpoolFixture : public ::testing::Test {
 protected:
  SpoolFixture() {
    const auto* info = ::testing::UnitTest::GetInstance()->current_test_info();
    folder_ = scratch() / (std::string("airspool-") + info->test_suite_name() + "-" + info->name() + "-" +
                           std::to_string(getpid()));
    std::filesystem::remove_all(folder_);
    std::filesystem::create_directories(folder_);
    settings_.path = folder_ / "spool.db";
    settings_.station_id = "roof-1";
    settings_.batch_records = 10;
  }
  ~SpoolFixture() override { std::filesystem::remove_all(folder_); }

  Spool open() {
    auto spool = Spool::open(settings_, clock_);
    if (!spool) {
      ADD_FAILURE() << spool.error().message;
      std::abort();
    }
    return std::move(*spool);
  }

  static Record record(RecordSource source = RecordSource::kRadio) {
    Record record;
    record.state.icao24 = Icao24::icao(0x3C6544);
    record.state.callsign = "DLH9XY";
    record.state.baro_altitude_m = 11277.6;
    record.last_contact = BootTime(std::chrono::seconds(100));
    record.received = BootTime(std::chrono::seconds(100));
    record.source = source;
    return record;
  }
  static void append(Spool& spool, int count) {
    for (int i = 0; i < count; ++i) spool.append(record());
  }
  // Time passes in steps of a second, as the store thread would see it.
  std::vector<Lease> pass(Spool& spool, int seconds) {
    std::vector<Lease> leases;
    for (int i = 0; i < seconds; ++i) {
      clock_.advance(std::chrono::seconds(1));
      for (Lease& lease : spool.step(clock_.boot_now())) leases.push_back(std::move(lease));
    }
    return leases;
  }
  static Lease lease(Spool& spool, const std::string& sink, std::size_t batches = 1000) {
    return spool.lease({sink, batches, std::size_t{64} << 20});
  }
  static void settle(Spool& spool, const Lease& lease, Settlement how = Settlement::kAccepted) {
    for (const BatchPtr& batch : lease.batches) spool.settle({lease.sink, batch->header.id, how, "because"});
  }
  static std::vector<std::int64_t> first_seqs(const Lease& lease) {
    std::vector<std::int64_t> seqs;
    for (const BatchPtr& batch : lease.batches) seqs.push_back(batch->header.first_seq);
    return seqs;
  }
  static std::string text(const Lease& lease) {
    std::string all;
    for (const BatchPtr& batch : lease.batches) all += decode_batch(batch->bytes).value();
    return all;
  }
  static std::vector<std::string> lines_of_kind(const std::string& text, const std::string& kind) {
    std::vector<std::string> found;
    std::size_t at = 0;
    while (at < text.size()) {
      const std::size_t end = text.find('\n', at);
      std::string line = text.substr(at, end - at);
      if (line.find("\"kind\":\"" + kind + "\"") != std::string::npos) found.push_back(std::move(line));
      at = end + 1;
    }
    return found;
  }
  static std::vector<std::int64_t> seqs(const std::string& text) {
    std::vector<std::int64_t> found;
    constexpr std::string_view kKey = ",\"seq\":";
    for (std::size_t at = text.find(kKey); at != std::string::npos; at = text.find(kKey, at + 1)) {
      found.push_back(std::stoll(text.substr(at + kKey.size(), 20)));
    }
    return found;
  }

  std::filesystem::path folder_;
  SpoolSettings settings_;
  ManualClock clock_{WallTime(std::chrono::seconds(1'790'000'000)), BootTime(std::chrono::seconds(100))};
};

}  // namespace airspool::spool
