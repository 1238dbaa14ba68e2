// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <map>
#include <memory>
#include <random>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>
#include <librdkafka/rdkafka.h>
#include <librdkafka/rdkafka_mock.h>

#include "contract/child_process.h"

// Kafka to test against: a real broker (tools/kafka.sh) and librdkafka's mock cluster, and kcat, which reads what
// arrived.
namespace airspool::contract {

namespace fs = std::filesystem;

inline std::string scratch_folder(const std::string& what) {
  std::string name = (fs::temp_directory_path() / ("airspool-" + what + "-XXXXXX")).string();
  return ::mkdtemp(name.data());
}

inline std::string text_of(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

// A name that no other test, and no run before this one, has used.
inline std::string new_topic(const std::string& what = "states") {
  static std::random_device device;
  return "air." + what + "." + std::to_string(device());
}

inline std::string missing_kcat() { return fs::exists("/usr/bin/kcat") ? "" : "needs kcat (tools/deps.sh --kafka)"; }

// What lies in a topic, each message one line. `format` as kcat has it.
inline std::string read_topic(const std::string& brokers, const std::string& topic,
                              const std::string& format = "%s\n") {
  const std::string folder = scratch_folder("kcat");
  ChildProcess kcat({"/usr/bin/kcat", "-C", "-e", "-q", "-o", "beginning", "-b", brokers, "-t", topic, "-X",
                     "log_level=0", "-X", "topic.metadata.refresh.interval.ms=200", "-f", format},
                    folder + "/out");
  if (!kcat.wait_for(std::chrono::seconds(20))) kcat.end(SIGKILL);
  std::string text = text_of(folder + "/out");
  fs::remove_all(folder);
  return text;
}

// Some brokers that live in this process and can be made to fail in chosen ways. No TLS, no login.
class MockKafka {
 public:
  explicit MockKafka(int brokers = 3) {
    std::array<char, 512> words{};
    rd_kafka_conf_t* conf = rd_kafka_conf_new();
    rd_kafka_conf_set(conf, "log_level", "0", words.data(), words.size());
    handle_ = rd_kafka_new(RD_KAFKA_PRODUCER, conf, words.data(), words.size());
    cluster_ = rd_kafka_mock_cluster_new(handle_, brokers);
  }
  ~MockKafka() {
    rd_kafka_mock_cluster_destroy(cluster_);
    rd_kafka_destroy(handle_);
  }
  MockKafka(const MockKafka&) = delete;
  MockKafka& operator=(const MockKafka&) = delete;

  [[nodiscard]] std::string brokers() const { return rd_kafka_mock_cluster_bootstraps(cluster_); }
  rd_kafka_mock_cluster_t* operator*() { return cluster_; }
  void create(const std::string& topic, int partitions = 3) {
    rd_kafka_mock_topic_create(cluster_, topic.c_str(), partitions, 3);
  }
  void all_down() {
    for (int id = 1; id <= 3; ++id) rd_kafka_mock_broker_set_down(cluster_, id);
  }
  void all_up() {
    for (int id = 1; id <= 3; ++id) rd_kafka_mock_broker_set_up(cluster_, id);
  }
  static constexpr std::int16_t kProduce = 0;
  static constexpr std::int16_t kInitProducerId = 22;
  // The next requests of this kind are answered so.
  void answer(std::int16_t api, const std::vector<rd_kafka_resp_err_t>& errors) {
    rd_kafka_mock_push_request_errors_array(cluster_, api, errors.size(), errors.data());
  }

 private:
  rd_kafka_t* handle_ = nullptr;
  rd_kafka_mock_cluster_t* cluster_ = nullptr;
};

// The real broker, one for all tests of a build tree (AIRSPOOL_KAFKA_DIR, ended by ctest when all are done), or one of
// this process.
class RealKafka {
 public:
  static RealKafka& instance() {
    static RealKafka kafka;
    return kafka;
  }
  ~RealKafka() {
    if (own_) {
      run("stop");
      fs::remove_all(folder_);
    }
  }
  RealKafka(const RealKafka&) = delete;
  RealKafka& operator=(const RealKafka&) = delete;

  // Why there is none here: no Java, no registry. A broker that does not come up although it could is a failure.
  static std::string missing() {
    if (const std::string kcat = missing_kcat(); !kcat.empty()) return kcat;
    return instance().start();
  }

  // Starts it when it does not run.
  std::string start() {
    constexpr int kUnavailable = 69;  // EX_UNAVAILABLE
    const int status = run("start");
    const std::string words = text_of(folder_ + ".start.err");
    if (status == kUnavailable) return words;
    EXPECT_EQ(status, 0) << words;
    std::istringstream lines(text_of(folder_ + ".start"));
    for (std::string name, address; lines >> name >> address;) listeners_[name] = address;
    return {};
  }
  void kill() { signal(SIGKILL); }
  void freeze() { signal(SIGSTOP); }
  void thaw() { signal(SIGCONT); }

  [[nodiscard]] std::string listener(const std::string& name = "plaintext") const {
    const auto found = listeners_.find(name);
    return found == listeners_.end() ? "" : found->second;
  }
  [[nodiscard]] std::string path(const std::string& name) const { return folder_ + "/" + name; }

 private:
  RealKafka() {
    const char* given = std::getenv("AIRSPOOL_KAFKA_DIR");  // NOLINT(concurrency-mt-unsafe): before other threads
    own_ = given == nullptr;
    folder_ = own_ ? scratch_folder("kafka") : std::string(given);
  }
  int run(const std::string& command) const {
    fs::remove(folder_ + ".start");
    fs::remove(folder_ + ".start.err");
    std::vector<std::string> words{AIRSPOOL_SOURCE_DIR "/tools/kafka.sh", command, "--dir", folder_};
    if (command == "start") words.emplace_back("--secure");
    return ChildProcess(words, folder_ + ".start").wait();
  }
  void signal(int number) const {
    std::ifstream file(path("pid"));
    pid_t pid = 0;
    if (file >> pid) ::kill(pid, number);
  }

  bool own_ = false;
  std::string folder_;
  std::map<std::string, std::string> listeners_;
};

// What an administrator does, by librdkafka's admin client, on the plaintext listener.
class KafkaAdmin {
 public:
  explicit KafkaAdmin(const std::string& brokers) {
    std::array<char, 512> words{};
    rd_kafka_conf_t* conf = rd_kafka_conf_new();
    rd_kafka_conf_set(conf, "bootstrap.servers", brokers.c_str(), words.data(), words.size());
    rd_kafka_conf_set(conf, "log_level", "0", words.data(), words.size());
    handle_ = rd_kafka_new(RD_KAFKA_PRODUCER, conf, words.data(), words.size());
    queue_ = rd_kafka_queue_new(handle_);
  }
  ~KafkaAdmin() {
    rd_kafka_queue_destroy(queue_);
    rd_kafka_destroy(handle_);
  }
  KafkaAdmin(const KafkaAdmin&) = delete;
  KafkaAdmin& operator=(const KafkaAdmin&) = delete;

  void create_topic(const std::string& topic, const std::map<std::string, std::string>& config = {}) {
    std::array<char, 512> words{};
    rd_kafka_NewTopic_t* wanted = rd_kafka_NewTopic_new(topic.c_str(), 3, 1, words.data(), words.size());
    for (const auto& [key, value] : config) rd_kafka_NewTopic_set_config(wanted, key.c_str(), value.c_str());
    rd_kafka_CreateTopics(handle_, &wanted, 1, nullptr, queue_);
    wait();
    rd_kafka_NewTopic_destroy(wanted);
  }
  void delete_topic(const std::string& topic) {
    rd_kafka_DeleteTopic_t* unwanted = rd_kafka_DeleteTopic_new(topic.c_str());
    rd_kafka_DeleteTopics(handle_, &unwanted, 1, nullptr, queue_);
    wait();
    rd_kafka_DeleteTopic_destroy(unwanted);
  }
  // `principal` as "User:name", or "User:*".
  void allow(const std::string& topic, const std::string& principal, bool write) {
    std::array<char, 512> words{};
    rd_kafka_AclBinding_t* acl = rd_kafka_AclBinding_new(
        RD_KAFKA_RESOURCE_TOPIC, topic.c_str(), RD_KAFKA_RESOURCE_PATTERN_LITERAL, principal.c_str(), "*",
        write ? RD_KAFKA_ACL_OPERATION_WRITE : RD_KAFKA_ACL_OPERATION_READ, RD_KAFKA_ACL_PERMISSION_TYPE_ALLOW,
        words.data(), words.size());
    rd_kafka_CreateAcls(handle_, &acl, 1, nullptr, queue_);
    wait();
    rd_kafka_AclBinding_destroy(acl);
  }
  void forget_acls_of(const std::string& topic, const std::string& principal) {
    std::array<char, 512> words{};
    rd_kafka_AclBindingFilter_t* filter = rd_kafka_AclBindingFilter_new(
        RD_KAFKA_RESOURCE_TOPIC, topic.c_str(), RD_KAFKA_RESOURCE_PATTERN_LITERAL, principal.c_str(), nullptr,
        RD_KAFKA_ACL_OPERATION_ANY, RD_KAFKA_ACL_PERMISSION_TYPE_ANY, words.data(), words.size());
    rd_kafka_DeleteAcls(handle_, &filter, 1, nullptr, queue_);
    wait();
    rd_kafka_AclBinding_destroy(filter);
  }

 private:
  void wait() {
    rd_kafka_event_t* event = rd_kafka_queue_poll(queue_, 20'000);
    EXPECT_NE(event, nullptr) << "no answer from the broker";
    if (event == nullptr) return;
    EXPECT_EQ(rd_kafka_event_error(event), RD_KAFKA_RESP_ERR_NO_ERROR) << rd_kafka_event_error_string(event);
    rd_kafka_event_destroy(event);
  }

  rd_kafka_t* handle_ = nullptr;
  rd_kafka_queue_t* queue_ = nullptr;
};

}  // namespace airspool::contract
