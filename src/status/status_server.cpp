// SPDX-License-Identifier: Apache-2.0
#include <atomic>
#include <charconv>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include <httplib.h>
#include <sys/socket.h>

#include <airspool/core/log.h>
#include <airspool/status/status_server.h>

#include "readsb_json.h"

namespace airspool::status {
namespace {

constexpr std::size_t kWorkers = 2;
constexpr std::size_t kWaiting = 16;
constexpr std::chrono::seconds kPatience{2};   // with a client that neither asks nor reads
constexpr std::chrono::seconds kFreshFor{10};  // a picture is due every second
constexpr std::size_t kMaxRequestBody = 1'024;

// Two threads and a queue that ends: when it is full, connections wait in the kernel's backlog, which ends too.
class Workers final : public httplib::TaskQueue {
 public:
  Workers() {
    for (std::size_t i = 0; i < kWorkers; ++i) threads_.emplace_back([this] { work(); });
  }
  // Returns nothing in the library of Debian 12, and whether it was taken in the one of Debian 13.
  using Enqueued = decltype(std::declval<httplib::TaskQueue&>().enqueue(nullptr));
  Enqueued enqueue(std::function<void()> task) override {
    std::unique_lock lock(mutex_);
    room_.wait(lock, [this] { return tasks_.size() < kWaiting; });
    tasks_.push_back(std::move(task));
    lock.unlock();
    work_.notify_one();
    return static_cast<Enqueued>(true);
  }
  void shutdown() override {
    {
      const std::lock_guard lock(mutex_);
      closed_ = true;
    }
    work_.notify_all();
    for (std::thread& thread : threads_) thread.join();
  }

 private:
  void work() {
    while (true) {
      std::unique_lock lock(mutex_);
      work_.wait(lock, [this] { return closed_ || !tasks_.empty(); });
      if (tasks_.empty()) return;
      const auto task = std::move(tasks_.front());
      tasks_.pop_front();
      lock.unlock();
      room_.notify_one();
      task();
    }
  }

  std::mutex mutex_;
  std::condition_variable work_;
  std::condition_variable room_;
  std::deque<std::function<void()>> tasks_;
  bool closed_ = false;
  std::vector<std::thread> threads_;
};

struct Address {
  std::string host;
  int port = 0;
};

Result<Address> parse_listen(const std::string& listen) {
  const auto colon = listen.rfind(':');
  const auto wrong = [&] {
    return fail(ErrorCode::kConfig, "status.listen: \"" + listen + "\" is not address:port, like 127.0.0.1:1090");
  };
  if (colon == std::string::npos || colon == 0) return wrong();
  Address address{listen.substr(0, colon), 0};
  const char* const end = listen.data() + listen.size();
  const auto [stop, error] = std::from_chars(listen.data() + colon + 1, end, address.port);
  if (error != std::errc{} || stop != end || address.port < 0 || address.port > 65'535) return wrong();
  if (address.host.front() == '[' && address.host.back() == ']') {
    address.host = address.host.substr(1, address.host.size() - 2);
  }
  return address;
}

}  // namespace

struct StatusServer::State {
  State(StatusSettings with, const Board<SkySnapshot>& board, const metrics::Registry& registry, const Clock& time,
        const Board<RadioReport>* dongle)
      : settings(std::move(with)), sky(board), metrics(registry), clock(time), radio(dongle) {
    server.new_task_queue = [] { return new Workers; };
    server.set_keep_alive_max_count(1);  // an idle browser must not hold one of two threads
    server.set_read_timeout(kPatience.count());
    server.set_write_timeout(kPatience.count());
    server.set_payload_max_length(kMaxRequestBody);
    server.set_default_headers({{"Cache-Control", "no-store"}, {"X-Content-Type-Options", "nosniff"}});
    // Not the library's choice, SO_REUSEPORT: with it a second program would share the port in silence.
    server.set_socket_options([](socket_t socket) {
      const int yes = 1;
      ::setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes));
    });
    add_pages();
  }
  State(const State&) = delete;
  State& operator=(const State&) = delete;
  ~State() {
    if (!thread.joinable()) return;
    server.stop();
    thread.join();
  }

  void add_pages() {
    using httplib::Request;
    using httplib::Response;
    const auto page = [this](const char* path, const char* type, std::function<std::string()> text) {
      server.Get(path, [type, text = std::move(text)](const Request&, Response& response) {
        response.set_content(text(), type);
      });
    };
    const char* const json = "application/json";
    page("/metrics", "text/plain; version=0.0.4; charset=utf-8", [this] { return metrics.prometheus_text(); });
    page("/data/aircraft.json", json, [this] { return aircraft_json(*picture()); });
    page("/data/stats.json", json, [this] { return stats_json(*picture(), dongle().get()); });
    page("/data/receiver.json", json, [this] { return receiver_json(settings.position, settings.location_accuracy); });
    server.Get("/healthz", [this](const Request&, Response& response) {
      const SkySnapshotPtr newest = sky.latest();
      const bool fresh = newest && clock.boot_now() - newest->taken <= kFreshFor;
      response.status = fresh ? 200 : 503;
      response.set_content(fresh    ? "{\"status\":\"ok\"}\n"
                           : newest ? "{\"status\":\"stalled\",\"reason\":\"no new picture for 10 s\"}\n"
                                    : "{\"status\":\"starting\",\"reason\":\"no picture yet\"}\n",
                           "application/json");
    });
  }

  // Before the first picture: an empty sky of now.
  [[nodiscard]] SkySnapshotPtr picture() const {
    if (auto newest = sky.latest()) return newest;
    auto empty = std::make_shared<SkySnapshot>();
    empty->taken = clock.boot_now();
    empty->taken_wall = clock.wall_now();
    Statistics now;
    now.begin = now.end = empty->taken;
    empty->statistics = {now, now, now, now, now};
    return empty;
  }

  [[nodiscard]] std::shared_ptr<const RadioReport> dongle() const {
    return radio == nullptr ? nullptr : radio->latest();
  }

  Result<void> listen() {
    const auto address = parse_listen(settings.listen);
    if (!address) return tl::unexpected(address.error());
    port = address->port;
    const bool bound =
        port == 0 ? (port = server.bind_to_any_port(address->host)) > 0 : server.bind_to_port(address->host, port);
    if (!bound) {
      return fail(ErrorCode::kUnavailable,
                  "status.listen: " + settings.listen +
                      " cannot be taken: another program (a second airspool?) has the port, or "
                      "the address is not this machine's; choose another, or stop the other");
    }
    thread = std::thread([this] {
      server.listen_after_bind();
      ended = true;
    });
    // The library forgets a stop that comes before it listens.
    while (!server.is_running() && !ended) std::this_thread::sleep_for(std::chrono::milliseconds(1));
    return {};
  }

  const StatusSettings settings;
  const Board<SkySnapshot>& sky;
  const metrics::Registry& metrics;
  const Clock& clock;
  const Board<RadioReport>* radio;
  int port = 0;
  httplib::Server server;
  std::atomic<bool> ended{false};
  std::thread thread;
};

Result<std::unique_ptr<StatusServer>> StatusServer::open(StatusSettings settings, const Board<SkySnapshot>& sky,
                                                         const metrics::Registry& metrics, const Clock& clock,
                                                         const Board<RadioReport>* radio) {
  if (settings.location_accuracy < 0 || settings.location_accuracy > 2) {
    return fail(ErrorCode::kConfig, "station.location_accuracy: 0, 1 or 2");
  }
  auto state = std::make_unique<State>(std::move(settings), sky, metrics, clock, radio);
  if (auto listening = state->listen(); !listening) return tl::unexpected(listening.error());
  log::info("status", "serving", {{"listen", state->settings.listen}, {"port", state->port}});
  return std::unique_ptr<StatusServer>(new StatusServer(std::move(state)));
}

StatusServer::StatusServer(std::unique_ptr<State> state) : state_(std::move(state)) {}
StatusServer::~StatusServer() = default;

std::uint16_t StatusServer::port() const { return static_cast<std::uint16_t>(state_->port); }

}  // namespace airspool::status
