// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cstdlib>
#include <iostream>
#include <map>
#include <random>
#include <sstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sysexits.h>

#include "box.h"
#include "contract/mosquitto.h"
#include "fakes/rtlsdr/fake_rtlsdr.h"
#include "http_get.h"
#include "rss.h"

// `airspool run` with a dongle that is unplugged, falls silent, hangs and comes back: the fake librtlsdr
// (fakes/rtlsdr) plays a simulated sky to it.
namespace airspool::whole {
namespace {

using nlohmann::json;
using test::FakeDongles;
using testing::HasSubstr;

class DongleTest : public testing::Test {
 protected:
  static constexpr int kSkySeconds = 20;

  // One sky for all tests of this program.
  static void SetUpTestSuite() {
    sky_ = (fs::temp_directory_path() / ("airspool-sky-" + std::to_string(::getpid()) + ".cu8")).string();
    contract::ChildProcess iqsim({AIRSPOOL_IQSIM, "--quiet", "--preset", "s800", "--seconds",
                                  std::to_string(kSkySeconds), "--seed", "11", "--out", sky_, "--truth", "/dev/null"},
                                 sky_ + ".log");
    ASSERT_EQ(iqsim.wait_for(60s), 0) << content_of(sky_ + ".log.err");
  }
  static void TearDownTestSuite() {
    for (const char* ending : {"", ".log", ".log.err"}) fs::remove(sky_ + ending);
  }

  void SetUp() override {
    dongles_ = test::map_fake_dongles(box_.folder().string(), true);
    ASSERT_NE(dongles_, nullptr);
    fs::create_symlink(sky_, box_.path("sky.cu8"));
    port_ = contract::free_port();
    box_.configure("[[sink]]\nname = \"disk\"\ntype = \"file\"\npath = \"" + box_.path("out") + "\"\n");
  }
  void TearDown() override { ::munmap(dongles_, sizeof(FakeDongles)); }

  std::vector<std::string> with_fake(std::vector<std::string> words) const {
    std::vector<std::string> before{"env", "LD_PRELOAD=" + fake_, "AIRSPOOL_FAKE_RTLSDR=" + box_.folder().string()};
    before.insert(before.end(), words.begin(), words.end());
    return before;
  }
  void start(const std::vector<std::string>& more = {}) {
    std::vector<std::string> options{"--set", "radio.source=auto", "--set",
                                     "status.listen=127.0.0.1:" + std::to_string(port_)};
    options.insert(options.end(), more.begin(), more.end());
    box_.start(options, with_fake({}));
  }
  Outcome airspool(const std::vector<std::string>& words) { return box_.command(words, with_fake({})); }

  // Counters and gauges of /metrics without labels; 0 for one that is not there.
  [[nodiscard]] double metric(const std::string& name) const {
    std::istringstream lines(http_get(port_, "/metrics"));
    for (std::string line; std::getline(lines, line);) {
      if (line.rfind(name + ' ', 0) == 0) return std::strtod(line.c_str() + name.size(), nullptr);
    }
    return 0.0;
  }
  [[nodiscard]] std::int64_t memory() const { return test::private_bytes(std::to_string(box_.pid())); }
  [[nodiscard]] json stats() const { return json::parse(http_get(port_, "/data/stats.json"), nullptr, false); }
  // With a position that is not older than this.
  [[nodiscard]] int aircraft_of_the_last(double seconds) const {
    const json document = json::parse(http_get(port_, "/data/aircraft.json"), nullptr, false);
    if (!document.is_object() || !document.contains("aircraft")) return 0;
    int count = 0;
    for (const json& aircraft : document.at("aircraft")) {
      count += aircraft.contains("seen_pos") && aircraft.at("seen_pos").get<double>() < seconds ? 1 : 0;
    }
    return count;
  }
  [[nodiscard]] bool picture_within(std::chrono::milliseconds limit) const {
    return eventually(limit, [this] { return aircraft_of_the_last(1.5) >= 10; });
  }
  // What the dongle gave has been demodulated or counted as dropped, to the sample. While nothing comes.
  [[nodiscard]] bool books_balance() const {
    return eventually(4s, [this] {
      const double gave = static_cast<double>(dongles_->samples);
      return metric("airspool_dongle_samples_total") == gave &&
             metric("airspool_samples_total") + metric("airspool_dongle_samples_dropped_total") == gave;
    });
  }
  [[nodiscard]] std::string books() const {
    std::ostringstream text;
    text << "gave " << dongles_->samples << ", received " << metric("airspool_dongle_samples_total") << ", demodulated "
         << metric("airspool_samples_total") << ", dropped " << metric("airspool_dongle_samples_dropped_total") << '\n'
         << box_.log();
    return text.str();
  }

  void a_day_in_seconds();

  static inline std::string sky_;
  std::string fake_ = AIRSPOOL_FAKE_LIBRARY;
  Box box_;
  FakeDongles* dongles_ = nullptr;
  std::uint16_t port_ = 0;
};

void DongleTest::a_day_in_seconds() {
  // Nothing is plugged in: that is no error, and said once.
  dongles_->plugged = 0;
  start({"--set", "radio.gain=40", "--set", "radio.device=00000001", "--set", "radio.bias_tee=true", "--set",
         "radio.ppm=-2"});
  ASSERT_TRUE(eventually(10s, [this] { return box_.says("dongle 00000001 is not plugged in"); })) << box_.log();
  dongles_->plugged = 1;
  ASSERT_TRUE(picture_within(6s)) << box_.log();
  EXPECT_EQ(dongles_->sample_rate_hz, 2'400'000U);
  EXPECT_EQ(dongles_->gain_tenth_db, 402) << "the nearest of the table";
  EXPECT_EQ(dongles_->bias_tee, 1);
  EXPECT_THAT(stats().at("radio").at("gain_reason"),
              HasSubstr("fixed: 40.2 dB, the nearest that the tuner has to 40.0"));

  // The gain is changed while it runs.
  const Outcome told = airspool({"radio", "gain", "20", "--config", box_.path("airspool.toml")});
  EXPECT_EQ(told.status, 0) << told.err;
  EXPECT_THAT(told.out, HasSubstr("gain 19.7 dB; fixed: 19.7 dB, the nearest that the tuner has to 20.0 dB"));
  EXPECT_EQ(dongles_->gain_tenth_db, 197);
  EXPECT_EQ(airspool({"radio", "gain", "40.2", "--config", box_.path("airspool.toml")}).status, 0);

  const std::int64_t memory_before = memory();

  // Unplugged, and back.
  dongles_->plugged = 0;
  ASSERT_TRUE(eventually(3s, [this] { return metric("airspool_dongle_losses_total") == 1; })) << box_.log();
  EXPECT_TRUE(books_balance()) << books();
  dongles_->plugged = 1;
  EXPECT_TRUE(picture_within(3s)) << "within 3 s of the replug\n" << box_.log();

  // Silent for 2 s: closed and opened again.
  dongles_->stalled = 1;
  ASSERT_TRUE(eventually(5s, [this] { return metric("airspool_dongle_stalls_total") == 1; })) << box_.log();
  EXPECT_TRUE(box_.says("no samples for 2 s")) << box_.log();
  dongles_->stalled = 0;
  EXPECT_TRUE(picture_within(4s)) << box_.log();

  // Late, short and odd buffers lose nothing.
  const double missing = metric("airspool_samples_missing_total");
  dongles_->late_ms = 150;
  dongles_->buffer_bytes = 10'001;
  ::poll(nullptr, 0, 1500);
  dongles_->buffer_bytes = 0;
  EXPECT_TRUE(picture_within(2s));
  EXPECT_EQ(metric("airspool_samples_missing_total"), missing);

  // A second that nobody listened is told by the clock.
  EXPECT_EQ(metric("airspool_dongle_samples_lost_total"), 0.0);
  dongles_->late_ms = 1000;
  EXPECT_TRUE(eventually(4s, [this] { return metric("airspool_dongle_samples_lost_total") > 0.0; })) << box_.log();
  EXPECT_NEAR(metric("airspool_dongle_samples_lost_total") / 2.4e6, 0.8, 0.1);

  // More than the processor can take: whole blocks are dropped and counted.
  dongles_->speed = 200;
  ASSERT_TRUE(eventually(5s, [this] { return metric("airspool_dongle_samples_dropped_total") > 0; })) << books();
  dongles_->speed = 1;
  dongles_->plugged = 0;
  ASSERT_TRUE(eventually(3s, [this] { return metric("airspool_dongle_losses_total") == 2; })) << box_.log();
  EXPECT_TRUE(books_balance()) << books();

  EXPECT_LT(memory() - memory_before, 8 << 20);

  // A hundred aircraft's records went on to the sink meanwhile.
  EXPECT_GT(metric("airspool_records_total"), 100.0);
  EXPECT_EQ(metric("airspool_records_dropped_total"), 0.0);
  EXPECT_EQ(box_.stop(), 0) << box_.log();
  EXPECT_EQ(dongles_->opened, dongles_->closed);
}

TEST_F(DongleTest, ADayInSeconds) {
  a_day_in_seconds();
  EXPECT_EQ(dongles_->frequency_hz, 1'090'000'000U);
  EXPECT_EQ(dongles_->ppm, -2);
}

#ifdef AIRSPOOL_FAKE_USB
TEST_F(DongleTest, TheSameDayWithTheRealLibrary) {
  fake_ = AIRSPOOL_FAKE_USB;
  a_day_in_seconds();
}
#endif

TEST_F(DongleTest, ALibraryThatDoesNotComeBackCostsAThread) {
  start();
  ASSERT_TRUE(picture_within(8s)) << box_.log();
  dongles_->hangs = 1;
  dongles_->stalled = 1;
  ASSERT_TRUE(eventually(10s, [this] { return metric("airspool_dongle_hung_calls_total") == 1; })) << box_.log();
  // Everything else goes on; and when the dongle is unplugged and plugged in again, the samples do, too.
  EXPECT_FALSE(http_get(port_, "/healthz").empty());
  dongles_->plugged = 0;
  dongles_->stalled = 0;
  dongles_->hangs = 0;
  ASSERT_TRUE(eventually(5s, [this] { return dongles_->opened == dongles_->closed; })) << box_.log();
  dongles_->plugged = 1;
  EXPECT_TRUE(picture_within(4s)) << box_.log();
  // Nor does an end wait for it.
  dongles_->hangs = 1;
  dongles_->stalled = 1;
  ::poll(nullptr, 0, 300);
  EXPECT_EQ(box_.stop(), 0) << box_.log();
}

TEST_F(DongleTest, AnOpeningThatFailsIsExplainedAndTriedAgain) {
  dongles_->open_status = -6;
  start();
  ASSERT_TRUE(eventually(5s, [this] { return box_.says("in use by another program or the kernel's DVB driver"); }))
      << box_.log();
  EXPECT_TRUE(eventually(5s, [this] { return metric("airspool_dongle_failed_openings_total") >= 2; }));
  EXPECT_THAT(stats().at("radio").at("trouble"), HasSubstr("modprobe -r dvb_usb_rtl28xxu"));
  EXPECT_EQ(stats().at("radio").at("streaming"), false);
  dongles_->open_status = 0;
  EXPECT_TRUE(picture_within(8s)) << box_.log();
  EXPECT_EQ(box_.stop(), 0) << box_.log();
}

class CheckRadioTest : public DongleTest {
 protected:
  Outcome check(std::vector<std::string> more = {}) {
    more.insert(more.begin(), {"check", "radio", "--config", box_.path("airspool.toml"), "--set", "radio.source=auto"});
    return airspool(more);
  }
};

TEST_F(CheckRadioTest, SaysStepByStepThatTheDongleWorks) {
  const Outcome outcome = check();
  EXPECT_EQ(outcome.status, 0) << outcome.out << outcome.err;
  EXPECT_THAT(outcome.out, HasSubstr("ok    dongle      index 0, serial 00000001, Fake RTL2838"));
  EXPECT_THAT(outcome.out, HasSubstr("ok    samples     tuner R820T, 2.4"));
  EXPECT_THAT(outcome.out, HasSubstr("0 samples dropped"));
  EXPECT_THAT(outcome.out, HasSubstr("ok    noise       floor -29."));
  EXPECT_THAT(outcome.out, HasSubstr("ok    gain        auto: begins with 40.2 dB"));
  EXPECT_THAT(outcome.out, HasSubstr("messages"));
  EXPECT_THAT(outcome.out, HasSubstr("good: the dongle works"));
  EXPECT_EQ(dongles_->opened, dongles_->closed);
}

TEST_F(CheckRadioTest, AGainThatIsWrongIsHinted) {
  const Outcome quiet = check({"--gain", "20", "--json"});
  const json steps = json::parse(quiet.out).at("steps");
  const auto noise =
      std::find_if(steps.begin(), steps.end(), [](const json& step) { return step.at("step") == "noise"; });
  ASSERT_NE(noise, steps.end()) << quiet.out;
  EXPECT_EQ(noise->at("state"), "warning");
  EXPECT_THAT(noise->at("next"), HasSubstr("more gain"));
}

TEST_F(CheckRadioTest, WhatIsWrongIsAFailureWithTheNextStep) {
  dongles_->plugged = 0;
  EXPECT_THAT(check().out, HasSubstr("FAIL  dongle"));
  dongles_->plugged = 2;
  dongles_->serials[1] = dongles_->serials[0];
  const Outcome twins = check({"--device", "00000001"});
  EXPECT_EQ(twins.status, 1);
  EXPECT_THAT(twins.out, HasSubstr("-> give one of them another with 'rtl_eeprom"));
  dongles_->plugged = 1;
  dongles_->open_status = -6;
  EXPECT_THAT(check().out, HasSubstr("FAIL  samples     device 00000001 is in use by another program"));
  dongles_->open_status = -3;
  EXPECT_THAT(check().out, HasSubstr("FAIL  samples     device number 0: no permission to open it"));
  EXPECT_THAT(check({"--device", "00000001"}).out, HasSubstr("that of number 0 cannot be read"));
  dongles_->open_status = 0;
  dongles_->no_tuner = 1;
  EXPECT_THAT(check().out, HasSubstr("its tuner does not answer"));
  dongles_->no_tuner = 0;
  dongles_->stalled = 1;
  const Outcome silent = check({"--json"});
  EXPECT_EQ(silent.status, 1);
  const json all = json::parse(silent.out);
  EXPECT_EQ(all.at("good"), false);
  EXPECT_EQ(all.at("steps").back().at("step"), "samples");
  EXPECT_EQ(all.at("steps").back().at("state"), "failed");
}

// tools/campaign.sh radio: the same for as long as one likes, in an order that a seed gives.
TEST_F(DongleTest, DISABLED_ALongDay) {
  const auto number = [](const char* name, int otherwise) {
    const char* const text = std::getenv(name);
    return text == nullptr ? otherwise : std::atoi(text);
  };
  const int seconds = number("AIRSPOOL_RADIO_SECONDS", 600);
#ifdef AIRSPOOL_FAKE_USB
  if (std::getenv("AIRSPOOL_REAL_LIBRTLSDR") != nullptr) fake_ = AIRSPOOL_FAKE_USB;
#endif
  std::mt19937 chance(static_cast<std::uint32_t>(number("AIRSPOOL_SEED", 1090)));
  start();
  ASSERT_TRUE(picture_within(8s)) << box_.log();
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(seconds);
  std::map<std::string, int> events;
  std::int64_t memory_at_first = 0;
  std::int64_t memory_at_most = 0;
  while (std::chrono::steady_clock::now() < end) {
    ::poll(nullptr, 0, static_cast<int>(500 + chance() % 4000));
    switch (chance() % 7) {
      case 0: {
        ++events["unplugged"];
        dongles_->plugged = 0;
        ASSERT_TRUE(books_balance()) << books();
        ::poll(nullptr, 0, static_cast<int>(chance() % 3000));
        dongles_->plugged = 1;
        ASSERT_TRUE(picture_within(3s)) << box_.log();
        break;
      }
      case 1:
      case 2: {
        const bool hangs = chance() % 2 == 0;
        ++events[hangs ? "hung" : "stalled"];
        dongles_->hangs = hangs ? 1 : 0;
        dongles_->stalled = 1;
        ::poll(nullptr, 0, static_cast<int>(chance() % 8000));
        dongles_->hangs = 0;
        dongles_->stalled = 0;
        ASSERT_TRUE(picture_within(12s)) << box_.log();
        break;
      }
      case 3:
        ++events["late"];
        dongles_->late_ms = chance() % 200;
        break;
      case 4:
        ++events["short buffers"];
        dongles_->buffer_bytes = 512 + chance() % 20'000;
        ::poll(nullptr, 0, 1000);
        dongles_->buffer_bytes = 0;
        break;
      case 5:
        ++events["far too much"];
        dongles_->speed = 50;
        ::poll(nullptr, 0, 300);
        dongles_->speed = 1;
        break;
      case 6: {
        ++events["gain changed"];
        const char* const gains[] = {"auto", "agc", "32.8", "44", "36.4"};
        EXPECT_EQ(airspool({"radio", "gain", gains[chance() % 5], "--config", box_.path("airspool.toml")}).status, 0);
        break;
      }
    }
    ASSERT_TRUE(picture_within(6s)) << box_.log();
    memory_at_most = std::max(memory_at_most, memory());
    if (memory_at_first == 0 && std::chrono::steady_clock::now() > end - std::chrono::seconds(seconds * 9 / 10)) {
      memory_at_first = memory();
    }
  }
  dongles_->plugged = 0;
  EXPECT_TRUE(books_balance()) << books();
  for (const auto& [event, count] : events) std::cout << count << " times " << event << '\n';
  std::cout << "gave " << dongles_->samples << " samples, "
            << static_cast<std::uint64_t>(metric("airspool_samples_total")) << " demodulated, "
            << static_cast<std::uint64_t>(metric("airspool_dongle_samples_dropped_total")) << " dropped; opened "
            << dongles_->opened << " times; private memory " << memory_at_first / 1024 << " KiB after a tenth, "
            << memory_at_most / 1024 << " KiB at most\n";
  EXPECT_LT(memory_at_most - memory_at_first, 8 << 20);
  EXPECT_EQ(box_.stop(), 0) << box_.log();
}

}  // namespace
}  // namespace airspool::whole
