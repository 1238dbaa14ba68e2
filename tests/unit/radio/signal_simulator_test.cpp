// SPDX-License-Identifier: Apache-2.0
#include <cmath>
#include <map>
#include <set>
#include <string_view>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <airspool/radio/signal_simulator.h>

namespace airspool::radio {
namespace {

using ::testing::HasSubstr;

struct Recording {
  std::vector<std::byte> samples;
  std::vector<SentMessage> sent;
};

Recording simulate(const SimSettings& settings, double seconds, std::size_t block_samples = 100'000) {
  auto simulator = SignalSimulator::create(settings);
  EXPECT_TRUE(simulator);
  (*simulator)->record_sent(true);
  Recording recording;
  const auto total = static_cast<std::size_t>(seconds * settings.sample_rate_hz);
  recording.samples.resize(total * 2);
  for (std::size_t done = 0; done < total; done += block_samples) {
    const std::size_t count = std::min(block_samples, total - done);
    (*simulator)->fill({recording.samples.data() + done * 2, count * 2});
    for (const SentMessage& message : (*simulator)->take_sent()) recording.sent.push_back(message);
  }
  return recording;
}

double power(const Recording& recording, std::size_t sample) {
  const double i = std::to_integer<int>(recording.samples[sample * 2]) - 127.5;
  const double q = std::to_integer<int>(recording.samples[sample * 2 + 1]) - 127.5;
  return i * i + q * q;
}

constexpr std::uint64_t kGoldenHash = 2657296516869619384U;

std::uint64_t fnv1a(const std::vector<std::byte>& bytes) {
  std::uint64_t hash = 0xCBF29CE484222325U;
  for (const std::byte byte : bytes) hash = (hash ^ std::to_integer<std::uint64_t>(byte)) * 0x100000001B3U;
  return hash;
}

TEST(SignalSimulatorTest, TheSameSettingsGiveTheSameBytesHoweverTheyAreRead) {
  SimSettings settings;
  settings.messages_per_s = 2000.0;
  settings.fruit_per_s = 2000.0;
  settings.echo_share = 0.2;
  const Recording whole = simulate(settings, 0.2);
  const Recording pieces = simulate(settings, 0.2, 777);
  EXPECT_EQ(whole.samples, pieces.samples);
  ASSERT_EQ(whole.sent.size(), pieces.sent.size());
  for (std::size_t n = 0; n < whole.sent.size(); ++n) {
    EXPECT_EQ(whole.sent[n].time_s, pieces.sent[n].time_s);
    EXPECT_EQ(whole.sent[n].overlaps, pieces.sent[n].overlaps);
  }
  SimSettings poor = settings;
  poor.carrier_spread_hz = 1e6;
  poor.phase_walk_rad = 0.1;
  poor.phase_jitter_rad = 0.3;
  poor.iq_gain = 1.05;
  EXPECT_EQ(simulate(poor, 0.04).samples, simulate(poor, 0.04, 777).samples);
  settings.seed = 2;
  EXPECT_NE(whole.samples, simulate(settings, 0.2).samples);
}

// Holds on every compiler and processor. It changes only when the simulator is changed on purpose.
TEST(SignalSimulatorTest, SeedOneGivesTheBytesItAlwaysGave) {
  SimSettings settings;
  settings.fruit_per_s = 1000.0;
  EXPECT_EQ(fnv1a(simulate(settings, 0.25).samples), kGoldenHash);
}

// So does this, for all of what the presets turn on.
TEST(SignalSimulatorTest, EveryPresetGivesTheBytesItAlwaysGave) {
  const std::map<std::string_view, std::uint64_t> expected = {
      {"clean100", 3548893135673429806U}, {"s200", 2413963911785208274U},       {"s800", 9575772796328156145U},
      {"s2000", 12972533043199463477U},   {"s800fruit", 14729971748867552191U}, {"weak400", 15843790659619525435U},
      {"noise", 964634869388131956U},     {"s800wide", 8601141764499804360U},   {"s800narrow", 1719412249018255557U},
      {"s800pn1", 5715279892714608969U},  {"s800pn2", 15595479042126744288U},   {"s800carrier", 7021695878114794412U},
  };
  for (const SimPreset& preset : sim_presets()) {
    SimSettings settings = *sim_preset(preset.name);
    settings.seed = 23;
    ASSERT_EQ(expected.count(preset.name), 1U) << preset.name;
    EXPECT_EQ(fnv1a(simulate(settings, 0.04).samples), expected.at(preset.name)) << preset.name;
  }
}

TEST(SignalSimulatorTest, OtherReceiversAndCarriersHearTheSameSky) {
  const Recording usual = simulate(*sim_preset("s800"), 0.1);
  ASSERT_GT(usual.sent.size(), 40U);
  for (const char* name : {"s800wide", "s800narrow", "s800pn1", "s800pn2", "s800carrier"}) {
    const Recording other = simulate(*sim_preset(name), 0.1);
    EXPECT_NE(other.samples, usual.samples) << name;
    ASSERT_EQ(other.sent.size(), usual.sent.size()) << name;
    for (std::size_t n = 0; n < usual.sent.size(); ++n) {
      EXPECT_EQ(other.sent[n].time_s, usual.sent[n].time_s);
      EXPECT_EQ(other.sent[n].bytes, usual.sent[n].bytes);
      EXPECT_EQ(other.sent[n].snr_db, usual.sent[n].snr_db);
    }
  }
}

TEST(SignalSimulatorTest, CarriersLieAnywhereWithinTheirSpread) {
  for (const double spread_hz : {0.0, 60e3, 1e6}) {
    SimSettings settings;
    settings.carrier_spread_hz = spread_hz;
    double lowest = 0.0;
    double highest = 0.0;
    for (const SentMessage& message : simulate(settings, 1.0).sent) {
      lowest = std::min(lowest, message.carrier_offset_hz);
      highest = std::max(highest, message.carrier_offset_hz);
    }
    EXPECT_LE(highest, spread_hz);
    EXPECT_GE(lowest, -spread_hz);
    EXPECT_GE(highest, 0.8 * spread_hz);
    EXPECT_LE(lowest, -0.8 * spread_hz);
  }
}

TEST(SignalSimulatorTest, SendsAsManyMessagesAsAsked) {
  for (const double rate : {100.0, 400.0, 2000.0}) {
    SimSettings settings;
    settings.messages_per_s = rate;
    const double expected = rate * 5.0;
    EXPECT_NEAR(static_cast<double>(simulate(settings, 5.0).sent.size()), expected, 4.0 * std::sqrt(expected));
  }
}

TEST(SignalSimulatorTest, SquittersComeAtTheRatesOfTheStandard) {
  const Recording recording = simulate(SimSettings{}, 10.0);
  std::map<std::uint32_t, std::map<int, int>> kinds;  // by aircraft: type code, or -1 for acquisition
  for (const SentMessage& message : recording.sent) {
    if (message.on_ground) continue;
    if (message.bytes[0] >> 3U == 17) ++kinds[message.icao24.key()][message.bytes[4] >> 3U];
    if (message.bytes[0] >> 3U == 11) ++kinds[message.icao24.key()][-1];
  }
  std::size_t with_adsb = 0;
  for (auto& [address, count] : kinds) {
    if (count[11] == 0) continue;
    ++with_adsb;
    EXPECT_NEAR(count[11], 20, 2);
    EXPECT_NEAR(count[19], 20, 2);
    EXPECT_NEAR(count[4], 2, 1);
    EXPECT_GE(count[-1], 9);
  }
  EXPECT_EQ(with_adsb, 49U);
}

TEST(SignalSimulatorTest, EveryFormatIsOnTheAir) {
  std::map<int, int> formats;
  for (const SentMessage& message : simulate(SimSettings{}, 10.0).sent) ++formats[message.bytes[0] >> 3U];
  for (const int format : {0, 4, 5, 11, 16, 17, 18, 20, 21}) EXPECT_GT(formats[format], 10) << format;
  EXPECT_EQ(formats.size(), 9U);
}

TEST(SignalSimulatorTest, EvenAndOddPositionsAlternate) {
  std::map<std::uint32_t, int> last;
  for (const SentMessage& message : simulate(SimSettings{}, 3.0).sent) {
    const unsigned type = message.bytes[4] >> 3U;
    if (message.bytes[0] >> 3U != 17 || (type != 11 && type != 7)) continue;
    const int odd = (message.bytes[6] >> 2U) & 1;
    const auto [entry, is_first] = last.emplace(message.icao24.key(), odd);
    if (!is_first) {
      EXPECT_NE(entry->second, odd);
    }
    entry->second = odd;
  }
}

TEST(SignalSimulatorTest, MessagesComeInOrderOfTimeAndOneAtATimeFromEach) {
  SimSettings settings;
  settings.messages_per_s = 3000.0;
  double last = 0.0;
  std::map<std::uint32_t, double> busy_until;
  for (const SentMessage& message : simulate(settings, 2.0).sent) {
    EXPECT_GE(message.time_s, last);
    last = message.time_s;
    EXPECT_GE(message.time_s, busy_until[message.icao24.key()]);
    busy_until[message.icao24.key()] = message.time_s + 8e-6 + 8e-6 * message.length;
  }
}

TEST(SignalSimulatorTest, ACleanSkyHasNoOverlaps) {
  SimSettings settings;
  settings.messages_per_s = 2000.0;
  settings.fruit_per_s = 1000.0;
  settings.overlaps = false;
  const Recording recording = simulate(settings, 2.0);
  EXPECT_GT(recording.sent.size(), 3500U);
  double free_from = 0.0;
  for (const SentMessage& message : recording.sent) {
    EXPECT_EQ(message.overlaps, 0U);
    EXPECT_FALSE(message.sir_db);
    EXPECT_GE(message.time_s, free_from);
    free_from = message.time_s + 8e-6 + 8e-6 * message.length;
  }
}

TEST(SignalSimulatorTest, TellsWhatOverlaps) {
  SimSettings settings;
  settings.messages_per_s = 2000.0;
  const std::vector<SentMessage> sent = simulate(settings, 2.0).sent;
  const auto end = [](const SentMessage& m) { return m.time_s + 8e-6 + 8e-6 * m.length; };
  std::size_t overlapped = 0;
  for (std::size_t n = 0; n < sent.size(); ++n) {
    std::uint32_t overlaps = 0;
    double strongest = -100.0;
    for (std::size_t other = n < 20 ? 0 : n - 20; other < std::min(sent.size(), n + 20); ++other) {
      if (other == n || sent[other].time_s >= end(sent[n]) || end(sent[other]) <= sent[n].time_s) continue;
      ++overlaps;
      strongest = std::max(strongest, sent[other].snr_db);
    }
    // The last ones may overlap with what has not ended yet.
    if (end(sent[n]) > 1.999) continue;
    EXPECT_EQ(sent[n].overlaps, overlaps);
    overlapped += overlaps > 0 ? 1 : 0;
    if (overlaps > 0) {
      EXPECT_DOUBLE_EQ(sent[n].sir_db.value_or(99.0), sent[n].snr_db - strongest);
    }
  }
  EXPECT_GT(overlapped, sent.size() / 5);
}

// Where a 1 follows a 0 the transmitter stays on for a whole microsecond; in its middle the plateau is reached.
TEST(SignalSimulatorTest, MessagesHaveTheStrengthThatIsTold) {
  SimSettings settings;
  settings.overlaps = false;
  settings.snr_by_distance = false;
  settings.snr_low_db = 6.0;
  settings.snr_high_db = 26.0;
  const Recording recording = simulate(settings, 5.0);
  const double noise_power = 2.0 * settings.noise_lsb * settings.noise_lsb;
  double measured_over_told = 0.0;
  std::size_t pulses = 0;
  for (const SentMessage& message : recording.sent) {
    for (std::size_t bit = 0; bit + 1 < message.length * 8U; ++bit) {
      const auto value = [&](std::size_t index) { return (message.bytes[index / 8] >> (7U - index % 8)) & 1; };
      const double middle = (message.time_s + 9e-6 + 1e-6 * static_cast<double>(bit)) * settings.sample_rate_hz;
      const double nearest = std::floor(middle + 0.5);
      if (value(bit) != 0 || value(bit + 1) != 1 || std::fabs(nearest - middle) > 0.2) continue;
      const double pulse_power = power(recording, static_cast<std::size_t>(nearest)) - noise_power - 2.0 / 12.0;
      measured_over_told += pulse_power / (noise_power * std::pow(10.0, message.snr_db / 10.0));
      ++pulses;
    }
  }
  EXPECT_GT(pulses, 5000U);
  EXPECT_NEAR(10.0 * std::log10(measured_over_told / static_cast<double>(pulses)), 0.0, 0.2);
}

// Where a bit is 1 the first half is stronger, else the second: read back at the told time, a strong clean message must
// come out as it went in. At 2.0 MS/s a half bit has one sample: only messages are looked at whose samples fall well
// inside of the half bits.
TEST(SignalSimulatorTest, BitsStandWhereTheToldTimeSays) {
  for (const std::uint32_t rate_hz : {2'000'000U, 2'400'000U}) {
    SimSettings settings;
    settings.sample_rate_hz = rate_hz;
    settings.overlaps = false;
    settings.snr_by_distance = false;
    settings.snr_low_db = 24.0;
    settings.snr_high_db = 26.0;
    const Recording recording = simulate(settings, 3.0);
    std::size_t bits = 0;
    std::size_t wrong = 0;
    const auto at = [&](double time_s) {  // linear interpolation of the power
      const double place = time_s * rate_hz;
      const auto index = static_cast<std::size_t>(place);
      const double share = place - static_cast<double>(index);
      return power(recording, index) * (1.0 - share) + power(recording, index + 1) * share;
    };
    for (const SentMessage& message : recording.sent) {
      if ((message.time_s + 130e-6) * rate_hz * 2 > static_cast<double>(recording.samples.size())) continue;
      const double place = (message.time_s + 8.25e-6) * rate_hz;
      if (rate_hz == 2'000'000U && std::fabs(std::remainder(place, 1.0)) > 0.25) continue;
      for (std::size_t bit = 0; bit < message.length * 8U; ++bit) {
        const double start = message.time_s + 8e-6 + 1e-6 * static_cast<double>(bit);
        const bool one = at(start + 0.25e-6) > at(start + 0.75e-6);
        const bool sent = ((message.bytes[bit / 8] >> (7U - bit % 8)) & 1U) != 0;
        wrong += one != sent ? 1 : 0;
        ++bits;
      }
    }
    EXPECT_GT(bits, 40'000U);
    EXPECT_LT(static_cast<double>(wrong), 0.001 * static_cast<double>(bits)) << rate_hz;
  }
}

TEST(SignalSimulatorTest, NoiseOnlyIsSilent) {
  const SimSettings settings = *sim_preset("noise");
  const Recording recording = simulate(settings, 0.5);
  EXPECT_TRUE(recording.sent.empty());
  double sum = 0.0;
  for (std::size_t n = 0; n < recording.samples.size() / 2; ++n) sum += power(recording, n);
  EXPECT_NEAR(sum * 2.0 / static_cast<double>(recording.samples.size()), 18.0 + 2.0 / 12.0, 0.1);
}

TEST(SignalSimulatorTest, FarAircraftAreWeakerWhenDistanceDecides) {
  double near_sum = 0.0, far_sum = 0.0;
  int near_count = 0, far_count = 0;
  SimSettings settings;
  for (const SentMessage& message : simulate(settings, 2.0).sent) {
    EXPECT_GE(message.snr_db, settings.snr_low_db);
    EXPECT_LE(message.snr_db, settings.snr_high_db);
    const double km = distance_m(settings.centre, message.position) / 1000.0;
    if (km < 40.0) near_sum += message.snr_db, ++near_count;
    if (km > 120.0) far_sum += message.snr_db, ++far_count;
  }
  EXPECT_GT(near_sum / near_count, far_sum / far_count + 8.0);
}

TEST(SignalSimulatorTest, ABeastTickIsTheEndOfBit56) {
  SentMessage message;
  message.time_s = 1.0;
  EXPECT_DOUBLE_EQ(message.tick_12mhz(), 12'000'768.0);
}

TEST(SimSettingsTest, NamesTheSettingThatMakesNoSense) {
  EXPECT_FALSE(check(SimSettings{}));
  SimSettings settings;
  settings.sample_rate_hz = 1'000'000;
  EXPECT_THAT(check(settings)->message, HasSubstr("2400000 or 2000000"));
  settings = SimSettings{};
  settings.aircraft = 0;
  EXPECT_EQ(check(settings)->code, ErrorCode::kUsage);
  settings = SimSettings{};
  settings.messages_per_s = std::nan("");
  EXPECT_THAT(check(settings)->message, HasSubstr("messages per second"));
  settings = SimSettings{};
  settings.snr_low_db = 31.0;
  EXPECT_THAT(check(settings)->message, HasSubstr("above the highest"));
  settings = SimSettings{};
  settings.overlaps = false;
  settings.messages_per_s = 5000.0;
  EXPECT_THAT(check(settings)->message, HasSubstr("no room"));
  settings = SimSettings{};
  settings.filter_hz = 0.5e6;
  EXPECT_THAT(check(settings)->message, HasSubstr("receive filter"));
  settings = SimSettings{};
  settings.phase_jitter_rad = -0.1;
  EXPECT_THAT(check(settings)->message, HasSubstr("phase jitter"));
  settings = SimSettings{};
  settings.seconds = 0.0;
  EXPECT_TRUE(check(settings));
  EXPECT_FALSE(SignalSimulator::create(settings));
}

TEST(SimSettingsTest, EveryPresetMakesSense) {
  for (const SimPreset& preset : sim_presets()) {
    const Result<SimSettings> settings = sim_preset(preset.name);
    ASSERT_TRUE(settings) << preset.name;
    EXPECT_FALSE(check(*settings)) << preset.name;
  }
  EXPECT_THAT(sim_preset("s9").error().message, HasSubstr("s800fruit"));
}

}  // namespace
}  // namespace airspool::radio
