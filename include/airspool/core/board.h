// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <mutex>
#include <utility>

namespace airspool {

// Where one thread pins up its newest state and any other looks at it: an immutable snapshot behind a mutex that is
// held for a pointer copy only. Nobody waits for anybody.
template <typename T>
class Board {
 public:
  void publish(std::shared_ptr<const T> snapshot) {
    const std::lock_guard lock(mutex_);
    newest_.swap(snapshot);
  }

  // Null before the first publish.
  [[nodiscard]] std::shared_ptr<const T> latest() const {
    const std::lock_guard lock(mutex_);
    return newest_;
  }

 private:
  mutable std::mutex mutex_;
  std::shared_ptr<const T> newest_;
};

}  // namespace airspool
