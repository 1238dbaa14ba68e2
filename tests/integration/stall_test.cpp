// SPDX-License-Identifier: Apache-2.0
#include <chrono>
#include <filesystem>
#include <functional>
#include <map>
#include <sstream>
#include <string>

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <airspool/collector/collector.h>
#include <airspool/net/curl_http_client.h>
#include <airspool/spool/spool.h>

#include "fakes/fault_disk.h"

// A card that takes seconds for one fsync, and the whole collector on it.
namespace airspool {
namespace {

using namespace std::chrono_literals;
namespace fs = std::filesystem;

constexpr double kSampleRate = 2'400'000.0;
constexpr double kStallSeconds = 5.0;  // of signal

std::string free_address() {
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t length = sizeof address;
  ::bind(fd, reinterpret_cast<sockaddr*>(&address), length);
  ::getsockname(fd, reinterpret_cast<sockaddr*>(&address), &length);
  ::close(fd);
  return "127.0.0.1:" + std::to_string(ntohs(address.sin_port));
}

class StallTest : public testing::Test {
 protected:
  StallTest() {
    folder_ = fs::path(testing::TempDir()) / ("airspool-stall-" + std::to_string(::getpid()));
    fs::remove_all(folder_);
    fs::create_directories(folder_);
    config_.station.name = "roof-1";
    config_.radio.source = config::RadioSource::kSim;
    config_.sampling.interval_s = 1.0;
    config_.spool.path = folder_ / "spool.db";
    config_.spool.batch_seconds = 0.5;
    config_.status.listen = address_;
    config_.sinks.resize(1);
    config_.sinks[0].name = "disk";
    config_.sinks[0].type = config::SinkType::kFile;
    config_.sinks[0].path = folder_ / "out";
  }
  ~StallTest() override { fs::remove_all(folder_); }

  // The sum over all labels of a metric, as Prometheus would read it; -1: no answer.
  double metric(const std::string& name) {
    net::HttpRequest request;
    request.url = "http://" + address_ + "/metrics";
    const auto answer = http_->perform(request);
    if (!answer || answer->head.status != 200) return -1.0;
    double sum = 0.0;
    std::istringstream lines(answer->body);
    for (std::string line; std::getline(lines, line);) {
      const bool it = line.starts_with(name + " ") || line.starts_with(name + "{");
      if (it) sum += std::stod(line.substr(line.rfind(' ')));
    }
    return sum;
  }
  static bool eventually(const std::function<bool()>& holds) {
    for (int i = 0; i < 1200; ++i) {
      if (holds()) return true;
      ::poll(nullptr, 0, 100);
    }
    return false;
  }

  fs::path folder_;
  std::string address_ = free_address();
  std::unique_ptr<net::CurlHttpClient> http_ = std::move(net::CurlHttpClient::create().value());
  config::Config config_;
  SystemClock clock_;
};

TEST_F(StallTest, AnFsyncOfFiveSecondsBlocksNeitherRadioNorSky) {
  test::FaultDisk disk;
  auto collector = collector::Collector::create(config_, {}, clock_);
  ASSERT_TRUE(collector) << collector.error().message;
  (*collector)->start();
  ASSERT_TRUE(eventually([&] { return metric("airspool_records_total") > 0; }));

  disk.stall_next_sync();
  ASSERT_TRUE(disk.wait_for_stall(120s));
  const double samples = metric("airspool_samples_total");
  const double records = metric("airspool_records_total");
  // The disk holds still until the radio has gone on for so long.
  EXPECT_TRUE(eventually([&] { return metric("airspool_samples_total") >= samples + kStallSeconds * kSampleRate; }));
  EXPECT_GT(metric("airspool_records_total"), records) << "the sky went on";
  EXPECT_TRUE(disk.wait_for_stall(0s)) << "and the disk still stood";
  disk.release_stall();

  EXPECT_EQ(metric("airspool_frames_dropped_total"), 0.0);
  EXPECT_EQ(metric("airspool_records_dropped_total"), 0.0);
  const double told = metric("airspool_records_total");
  (*collector)->stop();
  collector->reset();
  const auto stat = spool::Spool::inspect(config_.spool.path);
  ASSERT_TRUE(stat) << stat.error().message;
  EXPECT_GE(static_cast<double>(stat->last_seq), told) << "every record was stored";
  EXPECT_TRUE(stat->drops.empty());
}

}  // namespace
}  // namespace airspool
