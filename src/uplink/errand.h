// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <system_error>
#include <thread>
#include <utility>

namespace airspool::uplink {

// A call that may block for as long as it likes, on a thread of its own that nobody has to wait for: whoever lost
// interest just drops the Errand. The call therefore owns all that it touches. One thread owns an Errand.
template <typename T>
class Errand {
 public:
  // Nothing when the system has no thread to give.
  static std::optional<Errand> start(std::function<T()> call) {
    auto shared = std::make_shared<Shared>();
    try {
      std::thread([shared, call = std::move(call)]() mutable {
        T result = call();
        call = nullptr;  // what it owned is gone before it counts as done
        const std::lock_guard lock(shared->mutex);
        shared->result.emplace(std::move(result));
        shared->done.notify_all();
      }).detach();
    } catch (const std::system_error&) {
      return std::nullopt;
    }
    return Errand(std::move(shared));
  }

  // The result, once, when it is there.
  std::optional<T> result() {
    const std::lock_guard lock(shared_->mutex);
    return std::exchange(shared_->result, std::nullopt);
  }
  bool wait_for(std::chrono::milliseconds time) const {
    std::unique_lock lock(shared_->mutex);
    return shared_->done.wait_for(lock, time, [this] { return shared_->result.has_value(); });
  }

 private:
  struct Shared {
    std::mutex mutex;
    std::condition_variable done;
    std::optional<T> result;
  };
  explicit Errand(std::shared_ptr<Shared> shared) : shared_(std::move(shared)) {}
  std::shared_ptr<Shared> shared_;
};

}  // namespace airspool::uplink
