// SPDX-License-Identifier: Apache-2.0
#include <chrono>

#include <gtest/gtest.h>

#include <airspool/core/log.h>
#include <airspool/core/metrics.h>

namespace airspool {
namespace {

TEST(MetricsTest, TheSameNameAndLabelsAreTheSameCounter) {
  metrics::Registry registry;
  auto& first = registry.counter("frames_total", "Frames heard.", {{"df", "17"}});
  auto& second = registry.counter("frames_total", "Frames heard.", {{"df", "17"}});
  EXPECT_EQ(&first, &second);
}

TEST(MetricsTest, PrintsPrometheusText) {
  metrics::Registry registry;
  registry.counter("airspool_frames_total", "Frames heard.", {{"df", "17"}}).add(3);
  registry.counter("airspool_frames_total", "Frames heard.", {{"df", "11"}}).add();
  registry.gauge("airspool_aircraft", "Aircraft now.").set(2.5);
  EXPECT_EQ(registry.prometheus_text(),
            "# HELP airspool_frames_total Frames heard.\n"
            "# TYPE airspool_frames_total counter\n"
            "airspool_frames_total{df=\"11\"} 1\n"
            "airspool_frames_total{df=\"17\"} 3\n"
            "# HELP airspool_aircraft Aircraft now.\n"
            "# TYPE airspool_aircraft gauge\n"
            "airspool_aircraft 2.5\n");
}

TEST(MetricsTest, PrintsSpentTimeInSeconds) {
  metrics::Registry registry;
  metrics::SpentTime& spent = registry.spent_time("airspool_work_seconds_total", "Time at work.");
  spent.add(std::chrono::milliseconds(1'500));
  spent.add(std::chrono::nanoseconds(250));
  EXPECT_EQ(registry.prometheus_text(),
            "# HELP airspool_work_seconds_total Time at work.\n"
            "# TYPE airspool_work_seconds_total counter\n"
            "airspool_work_seconds_total 1.50000025\n");
}

TEST(MetricsTest, EscapesLabelValues) {
  metrics::Registry registry;
  registry.gauge("a", "h\nh", {{"path", "C:\\\"x\"\n"}}).set(1);
  EXPECT_NE(registry.prometheus_text().find("a{path=\"C:\\\\\\\"x\\\"\\n\"} 1\n"), std::string::npos);
  EXPECT_NE(registry.prometheus_text().find("# HELP a h\\nh\n"), std::string::npos);
}

TEST(MetricsTest, AValueCanBeLookedUpWithoutMakingIt) {
  metrics::Registry registry;
  EXPECT_EQ(registry.value("a_total"), std::nullopt);
  registry.counter("a_total", "A.", {{"x", "1"}}).add(3);
  registry.gauge("b", "B.").set(-1.5);
  EXPECT_EQ(registry.value("a_total", {{"x", "1"}}), 3.0);
  EXPECT_EQ(registry.value("a_total", {{"x", "2"}}), std::nullopt);
  EXPECT_EQ(registry.value("b"), -1.5);
  EXPECT_EQ(registry.prometheus_text().find("{x=\"2\"}"), std::string::npos);
}

TEST(LogTest, PrintsModuleMessageAndFields) {
  EXPECT_EQ(log::format_line(log::Level::kInfo, "radio", "no samples", {{"device", "00000001"}, {"seconds", 2}}, false),
            "radio: no samples device=00000001 seconds=2");
}

TEST(LogTest, PutsTheJournalPriorityFirst) {
  EXPECT_EQ(log::format_line(log::Level::kError, "spool", "disk full", {}, true), "<3>spool: disk full");
}

TEST(LogTest, AValueCannotForgeASecondLine) {
  EXPECT_EQ(log::format_line(log::Level::kInfo, "net", "got\nit", {{"body", "a \"b\"\n<0>evil"}}, false),
            "net: got it body=\"a \\\"b\\\"\\x0a<0>evil\"");
}

}  // namespace
}  // namespace airspool
