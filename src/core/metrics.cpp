// SPDX-License-Identifier: Apache-2.0
#include <airspool/core/decimal.h>
#include <airspool/core/metrics.h>

namespace airspool::metrics {
namespace {

std::string escaped(std::string_view text, bool quotes) {
  std::string out;
  for (const char c : text) {
    if (c == '\\') {
      out += "\\\\";
    } else if (c == '\n') {
      out += "\\n";
    } else if (c == '"' && quotes) {
      out += "\\\"";
    } else {
      out += c;
    }
  }
  return out;
}

std::string printed(const Labels& labels) {
  if (labels.empty()) return {};
  std::string out = "{";
  for (const auto& [name, value] : labels) {
    if (out.size() > 1) out += ',';
    out += name + "=\"" + escaped(value, true) + '"';
  }
  return out + '}';
}

void append_value(std::string& out, const Counter& counter) { out += std::to_string(counter.value()); }
void append_value(std::string& out, const SpentTime& time) {
  append_decimal(out, std::chrono::duration<double>(time.value()).count(), 9);
}
void append_value(std::string& out, const Gauge& gauge) { append_shortest(out, gauge.value()); }

template <typename Families>
void append_families(std::string& out, const Families& families, std::string_view type) {
  for (const auto& [name, family] : families) {
    out.append("# HELP ").append(name).append(" ").append(escaped(family.help, false));
    out.append("\n# TYPE ").append(name).append(" ").append(type).append("\n");
    for (const auto& [labels, metric] : family.series) {
      out += name + labels + ' ';
      append_value(out, *metric);
      out += '\n';
    }
  }
}

}  // namespace

template <typename Metric>
Metric& Registry::find_or_make(Families<Metric>& families, std::string_view name, std::string_view help,
                               const Labels& labels) {
  const std::lock_guard lock(mutex_);
  auto family = families.find(name);
  if (family == families.end()) {
    family = families.emplace(std::string(name), Family<Metric>{std::string(help), {}}).first;
  }
  auto& slot = family->second.series[printed(labels)];
  if (!slot) slot = std::make_unique<Metric>();
  return *slot;
}

Counter& Registry::counter(std::string_view name, std::string_view help, const Labels& labels) {
  return find_or_make(counters_, name, help, labels);
}

SpentTime& Registry::spent_time(std::string_view name, std::string_view help, const Labels& labels) {
  return find_or_make(spent_times_, name, help, labels);
}

Gauge& Registry::gauge(std::string_view name, std::string_view help, const Labels& labels) {
  return find_or_make(gauges_, name, help, labels);
}

std::optional<double> Registry::value(std::string_view name, const Labels& labels) const {
  const std::lock_guard lock(mutex_);
  const auto in = [&](const auto& families) -> std::optional<double> {
    const auto family = families.find(name);
    if (family == families.end()) return std::nullopt;
    const auto series = family->second.series.find(printed(labels));
    if (series == family->second.series.end()) return std::nullopt;
    return static_cast<double>(series->second->value());
  };
  const auto counted = in(counters_);
  return counted ? counted : in(gauges_);
}

std::string Registry::prometheus_text() const {
  const std::lock_guard lock(mutex_);
  std::string out;
  append_families(out, counters_, "counter");
  append_families(out, spent_times_, "counter");
  append_families(out, gauges_, "gauge");
  return out;
}

}  // namespace airspool::metrics
