// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace airspool::metrics {

// A number that only grows. Safe from any thread; never allocates.
class Counter {
 public:
  void add(std::uint64_t n = 1) { value_.fetch_add(n, std::memory_order_relaxed); }
  [[nodiscard]] std::uint64_t value() const { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<std::uint64_t> value_{0};
};

// Time that was spent: a counter whose name ends in _seconds_total. Safe from any thread; never allocates.
class SpentTime {
 public:
  void add(std::chrono::nanoseconds more) {
    value_.fetch_add(static_cast<std::uint64_t>(more.count()), std::memory_order_relaxed);
  }
  [[nodiscard]] std::chrono::nanoseconds value() const {
    return std::chrono::nanoseconds(value_.load(std::memory_order_relaxed));
  }

 private:
  std::atomic<std::uint64_t> value_{0};
};

// A number that goes up and down. Safe from any thread; never allocates.
class Gauge {
 public:
  void set(double value) { value_.store(value, std::memory_order_relaxed); }
  [[nodiscard]] double value() const { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<double> value_{0.0};
};

// Label names and values in the order in which they are printed.
using Labels = std::vector<std::pair<std::string, std::string>>;

// All numbers that the program tells about itself, by family and labels. Asking twice for the same name and labels
// gives the same object; it lives as long as the registry and its address never changes, so that hot paths look it up
// once. Registration and exposition lock; counting does not.
class Registry {
 public:
  Registry() = default;
  Registry(const Registry&) = delete;
  Registry& operator=(const Registry&) = delete;

  // `name` as Prometheus wants it ([a-z_:][a-z0-9_:]*, counters end in _total); `help` is one sentence, the first one
  // given for a family counts. A name must not be used for two kinds of metrics.
  Counter& counter(std::string_view name, std::string_view help, const Labels& labels = {});
  SpentTime& spent_time(std::string_view name, std::string_view help, const Labels& labels = {});
  Gauge& gauge(std::string_view name, std::string_view help, const Labels& labels = {});

  // What a counter or gauge says now; nothing when nobody made it.
  [[nodiscard]] std::optional<double> value(std::string_view name, const Labels& labels = {}) const;

  // Prometheus text exposition format 0.0.4: families by name, series in label order.
  [[nodiscard]] std::string prometheus_text() const;

 private:
  template <typename Metric>
  struct Family {
    std::string help;
    std::map<std::string, std::unique_ptr<Metric>> series;  // by the printed labels
  };
  template <typename Metric>
  using Families = std::map<std::string, Family<Metric>, std::less<>>;
  template <typename Metric>
  Metric& find_or_make(Families<Metric>& families, std::string_view name, std::string_view help, const Labels& labels);

  mutable std::mutex mutex_;
  Families<Counter> counters_;
  Families<SpentTime> spent_times_;
  Families<Gauge> gauges_;
};

}  // namespace airspool::metrics
