// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <atomic>
#include <regex>
#include <sstream>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sysexits.h>
#include <unistd.h>

#include <airspool/spool/batch_codec.h>

#include "box.h"
#include "contract/mosquitto.h"
#include "http_get.h"

// `airspool run` as its users run it, with what goes wrong around it.
namespace airspool::whole {
namespace {

using contract::Mosquitto;
using nlohmann::json;
using testing::HasSubstr;

// A port that somebody else has: takes connections and says one thing to each, in whatever language.
class Stranger {
 public:
  explicit Stranger(std::string words) : words_(std::move(words)) {
    socket_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address = contract::loopback(0);
    socklen_t length = sizeof address;
    ::bind(socket_, reinterpret_cast<sockaddr*>(&address), length);
    ::getsockname(socket_, reinterpret_cast<sockaddr*>(&address), &length);
    ::listen(socket_, 8);
    port_ = ntohs(address.sin_port);
    thread_ = std::thread([this] { serve(); });
  }
  ~Stranger() {
    stopping_ = true;
    ::shutdown(socket_, SHUT_RDWR);
    thread_.join();
    ::close(socket_);
  }
  Stranger(const Stranger&) = delete;
  Stranger& operator=(const Stranger&) = delete;

  [[nodiscard]] std::string address() const { return "127.0.0.1:" + std::to_string(port_); }
  [[nodiscard]] int visitors() const { return visitors_; }

 private:
  void serve() {
    while (!stopping_) {
      const int client = ::accept4(socket_, nullptr, nullptr, SOCK_CLOEXEC);
      if (client < 0) continue;
      ++visitors_;
      std::array<char, 512> asked{};
      ::recv(client, asked.data(), asked.size(), 0);
      ::send(client, words_.data(), words_.size(), MSG_NOSIGNAL);
      ::close(client);
    }
  }

  std::string words_;
  int socket_ = -1;
  std::uint16_t port_ = 0;
  std::atomic<bool> stopping_{false};
  std::atomic<int> visitors_{0};
  std::thread thread_;
};

class RunTest : public testing::Test {
 protected:
  void configure_file_sink() {
    box_.configure("[[sink]]\nname = \"disk\"\ntype = \"file\"\npath = \"" + box_.path("out") + "\"\n");
  }
  void configure_mqtt_sink(const std::string& address) {
    box_.configure("[[sink]]\nname = \"home\"\ntype = \"mqtt\"\nurl = \"mqtt://" + address + "\"\n");
  }
  [[nodiscard]] std::vector<fs::path> files_of_the_sink() const {
    std::vector<fs::path> files;
    std::error_code none;
    for (const auto& entry : fs::directory_iterator(box_.folder() / "out", none)) files.push_back(entry.path());
    return files;
  }
  [[nodiscard]] bool sink_has_bytes() const {
    for (const fs::path& file : files_of_the_sink()) {
      std::error_code none;
      if (fs::file_size(file, none) > 0 && !none) return true;
    }
    return false;
  }
  // Records reach the disk: the stream runs.
  [[nodiscard]] bool records_arrive() const {
    return eventually(20s, [this] { return sink_has_bytes(); });
  }
  // Nothing can be delivered: what is heard stays, and whoever asks is told so.
  void expect_growing_backlog(const std::string& said_in_the_log) {
    EXPECT_TRUE(eventually(20s, [this] { return box_.backlog() >= 2; })) << box_.spool_stat() << box_.log();
    const std::int64_t before = box_.backlog();
    EXPECT_TRUE(eventually(20s, [&] { return box_.backlog() > before; })) << box_.spool_stat();
    EXPECT_TRUE(eventually(20s, [&] { return box_.says(said_in_the_log); })) << box_.log();
    const Outcome told = box_.command({"spool", "stat", "--config", box_.path("airspool.toml")});
    EXPECT_EQ(told.status, 0);
    EXPECT_THAT(told.out, HasSubstr("a collector is running"));
    EXPECT_THAT(told.out, HasSubstr("home"));
    EXPECT_EQ(box_.stop(), 0) << box_.log();
    EXPECT_GT(box_.backlog(), before) << "the backlog is still there after the end";
  }
  static int aircraft_with_position(std::uint16_t port) {
    const json document = json::parse(http_get(port, "/data/aircraft.json"), nullptr, false);
    if (!document.is_object() || !document.contains("aircraft")) return 0;
    int count = 0;
    for (const json& aircraft : document.at("aircraft")) count += aircraft.contains("lat") ? 1 : 0;
    return count;
  }

  Box box_;
};

TEST_F(RunTest, ShowsFortyAircraftWithPositionWithinTenSeconds) {
  configure_file_sink();
  const std::uint16_t port = contract::free_port();
  box_.start({"--set", "status.listen=127.0.0.1:" + std::to_string(port)});
  EXPECT_TRUE(eventually(10s, [&] { return aircraft_with_position(port) >= 40; }))
      << aircraft_with_position(port) << " aircraft\n"
      << box_.log();
  EXPECT_THAT(http_get(port, "/healthz"), HasSubstr("ok"));
  EXPECT_EQ(box_.stop(), 0);
}

TEST_F(RunTest, EndsWellWhenAskedTo) {
  configure_file_sink();
  box_.start();
  ASSERT_TRUE(records_arrive()) << box_.log();
  box_.signal(SIGTERM);
  EXPECT_EQ(box_.end_within(8s), 0) << box_.log();

  const json stat = box_.spool_stat();
  EXPECT_EQ(stat.at("sinks").front().at("batches"), 0) << stat;
  const auto files = files_of_the_sink();
  ASSERT_EQ(files.size(), 1U);
  EXPECT_EQ(files.front().extension(), ".zst") << "a file that is complete has its final name";
  // Sealed batches, one zstd frame each; together they hold all that was stored.
  const std::string content = content_of(files.front());
  std::vector<std::size_t> frames;
  for (auto at = content.find("\x28\xB5\x2F\xFD"); at != std::string::npos;
       at = content.find("\x28\xB5\x2F\xFD", at + 1)) {
    frames.push_back(at);
  }
  frames.push_back(content.size());
  std::int64_t last_seq = 0;
  for (std::size_t i = 0; i + 1 < frames.size(); ++i) {
    const auto text = spool::decode_batch(std::string_view(content).substr(frames[i], frames[i + 1] - frames[i]));
    ASSERT_TRUE(text) << text.error().message;
    std::istringstream lines(*text);
    for (std::string line; std::getline(lines, line);) {
      const json record = json::parse(line);
      if (record.contains("kind")) continue;
      EXPECT_EQ(record.at("source"), "sim");
      EXPECT_EQ(record.at("station_id"), "roof-1");
      EXPECT_EQ(record.at("seq").get<std::int64_t>(), ++last_seq);
    }
  }
  EXPECT_GT(last_seq, 0);
  EXPECT_EQ(stat.at("last_seq").get<std::int64_t>(), last_seq);
}

TEST_F(RunTest, ASecondSignalEndsItAtOnce) {
  const std::string missing = Mosquitto::missing();
  if (!missing.empty()) GTEST_SKIP() << "SKIPPED: " << missing;
  // A broker that took batches and then freezes: the sink would wait for its answers.
  Mosquitto mosquitto;
  mosquitto.start();
  configure_mqtt_sink("127.0.0.1:" + std::to_string(mosquitto.port()));
  box_.start();
  const auto received = [&] { return mosquitto.log().find("Received PUBLISH") != std::string::npos; };
  ASSERT_TRUE(eventually(20s, received)) << box_.log();
  mosquitto.freeze();
  // What is sent now stays unanswered.
  ASSERT_TRUE(eventually(20s, [&] { return box_.backlog() >= 2; })) << box_.spool_stat();
  box_.signal(SIGINT);
  ASSERT_TRUE(eventually(5s, [&] { return box_.says("stopping"); }));
  ::poll(nullptr, 0, 700);  // sooner it would be taken for the same wish
  box_.signal(SIGINT);
  EXPECT_EQ(box_.end_within(2s), 128 + SIGINT) << box_.log();
  EXPECT_FALSE(box_.says("stopped"));
  mosquitto.thaw();
}

TEST_F(RunTest, ASecondInstanceOnTheSameSpoolIsRefused) {
  configure_file_sink();
  box_.start();
  ASSERT_TRUE(records_arrive()) << box_.log();
  const Outcome second = box_.run_command({"--set", "status.listen=127.0.0.1:0"});
  EXPECT_EQ(second.status, EX_UNAVAILABLE);
  EXPECT_THAT(second.err, HasSubstr(box_.path("spool.db")));
  EXPECT_THAT(second.err, HasSubstr("another airspool (process"));
  // The first one goes on, and can still be asked.
  EXPECT_TRUE(box_.spool_stat().at("running").get<bool>());
  EXPECT_EQ(box_.stop(), 0);
}

TEST_F(RunTest, APortInUseCostsTheStatusPageOnly) {
  configure_file_sink();
  const Stranger stranger("");
  box_.start({"--set", "status.listen=" + stranger.address()});
  EXPECT_TRUE(records_arrive()) << box_.log();
  EXPECT_THAT(box_.log(), HasSubstr("status.listen: " + stranger.address() + " cannot be taken"));
  EXPECT_EQ(box_.stop(), 0);
}

TEST_F(RunTest, AFileWhereTheFolderOfTheSpoolShouldBe) {
  configure_file_sink();
  std::ofstream(box_.path("file")) << "not a folder";
  const std::string path = box_.path("file") + "/spool.db";
  const Outcome outcome = box_.run_command({"--set", "spool.path=" + path});
  EXPECT_EQ(outcome.status, EX_NOINPUT);
  EXPECT_THAT(outcome.err, HasSubstr(path));
  EXPECT_THAT(outcome.err, HasSubstr("set spool.path"));
}

TEST_F(RunTest, AFolderOfTheSpoolThatIsGone) {
  configure_file_sink();
  const std::string path = box_.path("not-mounted/airspool/spool.db");
  const Outcome outcome = box_.run_command({"--set", "spool.path=" + path});
  EXPECT_EQ(outcome.status, EX_NOINPUT);
  EXPECT_THAT(outcome.err, HasSubstr(box_.path("not-mounted/airspool") + " does not exist"));
  EXPECT_FALSE(fs::exists(box_.path("not-mounted")));
}

TEST_F(RunTest, AFolderOfTheSpoolThatMayNotBeWritten) {
  if (::getuid() == 0 && !fs::exists("/usr/bin/setpriv")) GTEST_SKIP() << "SKIPPED: needs setpriv (util-linux)";
  configure_file_sink();
  fs::create_directory(box_.path("closed"));
  fs::permissions(box_.path("closed"), fs::perms::owner_read | fs::perms::owner_exec | fs::perms::others_exec);
  fs::permissions(box_.folder(), fs::perms::others_exec | fs::perms::others_read, fs::perm_options::add);
  std::vector<std::string> as_somebody;
  if (::getuid() == 0) as_somebody = {"setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"};
  const std::string path = box_.path("closed/spool.db");
  const Outcome outcome =
      box_.command({"run", "--config", box_.path("airspool.toml"), "--set", "spool.path=" + path}, as_somebody);
  if (outcome.status == 127) GTEST_SKIP() << "SKIPPED: " << AIRSPOOL_PROGRAM << " is out of reach for another user";
  EXPECT_EQ(outcome.status, EX_NOPERM);
  EXPECT_THAT(outcome.err, HasSubstr(path));
  EXPECT_THAT(outcome.err, HasSubstr("let the user who runs airspool write in"));
}

TEST_F(RunTest, ASpoolThatVanishesUnderneathDoesNotEndIt) {
  configure_file_sink();
  fs::create_directory(box_.path("stick"));
  box_.start({"--set", "spool.path=" + box_.path("stick/spool.db"), "--set", "status.listen=127.0.0.1:0"});
  ASSERT_TRUE(records_arrive()) << box_.log();
  fs::remove_all(box_.path("stick"));
  EXPECT_FALSE(box_.end_within(3s)) << box_.log();
}

TEST_F(RunTest, ABrokerThatIsNotThere) {
  const std::string address = "127.0.0.1:" + std::to_string(contract::free_port());
  configure_mqtt_sink(address);
  box_.start();
  expect_growing_backlog(address);
}

TEST_F(RunTest, ABrokerThatRefuses) {
  const std::string missing = Mosquitto::missing();
  if (!missing.empty()) GTEST_SKIP() << "SKIPPED: " << missing;
  Mosquitto mosquitto("allow_anonymous false\n");
  mosquitto.start();
  configure_mqtt_sink("127.0.0.1:" + std::to_string(mosquitto.port()));
  box_.start();
  expect_growing_backlog("password_file");
}

TEST_F(RunTest, ABrokerThatSpeaksSomethingElse) {
  const Stranger stranger("HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n");
  configure_mqtt_sink(stranger.address());
  box_.start();
  expect_growing_backlog(stranger.address());
  EXPECT_GT(stranger.visitors(), 0);
}

TEST_F(RunTest, AMistypedKeyIsShownWhereItStands) {
  configure_file_sink();
  std::ofstream(box_.path("airspool.toml"), std::ios::app) << "rotate_secnds = 60\n";
  const Outcome outcome = box_.run_command();
  EXPECT_EQ(outcome.status, EX_CONFIG);
  EXPECT_TRUE(std::regex_search(outcome.err, std::regex("airspool\\.toml:[0-9]+:1: .*rotate_secnds"))) << outcome.err;
  EXPECT_THAT(outcome.err, HasSubstr("rotate_seconds")) << "the nearest key";
}

}  // namespace
}  // namespace airspool::whole
