// SPDX-License-Identifier: Apache-2.0
#include "cli/replay_output.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdio>
#include <numeric>
#include <optional>
#include <string_view>
#include <utility>

#include <airspool/core/decimal.h>
#include <airspool/core/hex.h>
#include <airspool/sky/country.h>

#include "cli/utc_time.h"

namespace airspool::cli {
namespace {

constexpr int kTimestampDigits = 12;

// Columns: text that is flush right or flush left in `width` characters.
std::string right(std::string_view text, std::size_t width) {
  return std::string(width - std::min(width, text.size()), ' ').append(text);
}
std::string left(std::string_view text, std::size_t width) {
  return std::string(text).append(width - std::min(width, text.size()), ' ');
}

std::string_view name_of_format(std::size_t df) {
  switch (df) {
    case 0:
      return "short air-air surveillance";
    case 4:
      return "altitude reply";
    case 5:
      return "identity reply";
    case 11:
      return "all-call reply, acquisition squitter";
    case 16:
      return "long air-air surveillance";
    case 17:
      return "ADS-B";
    case 18:
      return "ADS-B of others, TIS-B, ADS-R";
    case 19:
      return "military squitter";
    case 20:
      return "altitude reply with Comm-B";
    case 21:
      return "identity reply with Comm-B";
    case 24:
      return "Comm-D";
    default:
      return "";
  }
}

std::string_view name_of_reject(std::size_t reason) {
  return modes::to_string(static_cast<modes::FrameReject>(reason));
}

std::string decimal(double value, int decimals) {
  std::string text;
  append_decimal(text, value, decimals);
  return text;
}

// With exactly so many decimals, so that the points of a column stand under one another; blank when not known.
std::string fixed(const std::optional<double>& value, int decimals) {
  if (!value) return "";
  std::array<char, 64> text{};
  std::snprintf(text.data(), text.size(), "%.*f", decimals, *value);
  return text.data();
}

std::string count_line(std::uint64_t count, std::string_view what) {
  constexpr std::size_t kWidth = 10;
  return right(std::to_string(count), kWidth) + "  " + std::string(what) + '\n';
}

void append_levels(std::string& out, const modes::DemodulatorStats& radio) {
  const auto noise = radio.noise_floor_dbfs();
  const auto mean = radio.mean_signal_dbfs();
  const auto peak = radio.peak_signal_dbfs();
  if (noise) out += "noise floor " + decimal(*noise, 1) + " dBFS";
  if (mean && peak) out += "; messages " + decimal(*mean, 1) + " dBFS on average, " + decimal(*peak, 1) + " at most";
  if (noise) out += '\n';
}

void append_counts(std::string& out, const ReplaySummary& summary) {
  out += '\n' + count_line(summary.accepted(), "messages accepted");
  for (std::size_t df = 0; df < summary.frames.size(); ++df) {
    if (summary.frames[df] == 0) continue;
    out += count_line(summary.frames[df], "  DF" + left(std::to_string(df), 3) + std::string(name_of_format(df)));
  }
  const modes::DemodulatorStats& radio = summary.radio;
  const std::pair<std::uint64_t, std::string_view> kinds[] = {
      {radio.frames - radio.by_corrected_bits[0], "  of them with repaired bits"},
      {radio.uncovered, "  of them where another had been taken out of the signal"},
      {radio.awaited, "  of them held until their address was proved"},
      {radio.strong, "  of them above -3 dBFS (more than some per cent: too much gain)"}};
  for (const auto& [count, what] : kinds) {
    if (count > 0) out += count_line(count, what);
  }
  const std::uint64_t rejected = std::accumulate(summary.rejects.begin(), summary.rejects.end(), std::uint64_t{0});
  out += count_line(rejected, "rejected");
  for (std::size_t reason = 0; reason < summary.rejects.size(); ++reason) {
    if (summary.rejects[reason] == 0) continue;
    out += count_line(summary.rejects[reason], "  " + std::string(name_of_reject(reason)));
  }
  out += count_line(summary.aircraft, "aircraft");
  out += count_line(summary.positions, "positions");
  const std::pair<std::uint64_t, std::string_view> disbelieved[] = {
      {summary.sky.positions_out_of_range, "  not believed: out of range of the receiver"},
      {summary.sky.positions_implausible, "  not believed: a jump that no aircraft flies"},
      {summary.sky.pairs_inconsistent, "  not decoded: even and odd half do not fit each other"}};
  for (const auto& [count, why] : disbelieved) {
    if (count > 0) out += count_line(count, why);
  }
  out += count_line(summary.records, "records");
}

constexpr std::size_t kCountryWidth = 20;

std::string aircraft_line(std::string_view icao24, std::string_view callsign, std::string_view country,
                          std::string_view altitude, std::string_view speed, std::string_view track,
                          std::string_view latitude, std::string_view longitude, std::string_view messages) {
  return left(icao24, 8) + left(callsign, 9) + left(country.substr(0, kCountryWidth), kCountryWidth) +
         right(altitude, 11) + right(speed, 10) + right(track, 7) + right(latitude, 10) + right(longitude, 11) +
         right(messages, 10) + '\n';
}

void append_aircraft(std::string& out, std::span<const HeardAircraft> aircraft) {
  out += '\n' + aircraft_line("icao24", "callsign", "country", "altitude m", "speed m/s", "track", "latitude",
                              "longitude", "messages");
  for (const HeardAircraft& one : aircraft) {
    const auto country = sky::country_of(one.icao24);
    std::optional<double> latitude;
    std::optional<double> longitude;
    if (one.position) {
      latitude = one.position->latitude_deg;
      longitude = one.position->longitude_deg;
    }
    out += aircraft_line((one.icao24.is_icao() ? "" : "~") + one.icao24.hex(), one.callsign,
                         country ? country->name : "", one.on_ground ? "ground" : fixed(one.baro_altitude_m, 0),
                         fixed(one.ground_speed_mps, 0), fixed(one.true_track_deg, 0), fixed(latitude, 4),
                         fixed(longitude, 4), std::to_string(one.messages));
  }
}

}  // namespace

void append_frame_line(std::string& out, const modes::ModeSFrame& frame) {
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  out += '@';
  for (int digit = kTimestampDigits - 1; digit >= 0; --digit) {
    out += kDigits[(frame.timestamp_12mhz >> (4U * static_cast<unsigned>(digit))) & 0xFU];
  }
  append_hex(out, frame.view());
  out += ";\n";
}

std::string summary_json(const ReplaySummary& summary) {
  std::string out = "{\"frames\":{";
  for (std::size_t df = 0; df < summary.frames.size(); ++df) {
    if (summary.frames[df] == 0) continue;
    if (out.back() != '{') out += ',';
    out += '"' + std::to_string(df) + "\":" + std::to_string(summary.frames[df]);
  }
  out += "},\"rejects\":{";
  for (std::size_t reason = 0; reason < summary.rejects.size(); ++reason) {
    if (out.back() != '{') out += ',';
    out += '"';
    out += name_of_reject(reason);
    out += "\":" + std::to_string(summary.rejects[reason]);
  }
  out += "},\"aircraft\":" + std::to_string(summary.aircraft);
  out += ",\"positions\":" + std::to_string(summary.positions);
  out += ",\"samples\":" + std::to_string(summary.samples);
  out += ",\"seconds\":" + decimal(summary.seconds, 9);
  out += "}\n";
  return out;
}

std::string summary_table(const ReplaySummary& summary, std::span<const HeardAircraft> aircraft,
                          const ReplaySettings& settings, const std::string& name) {
  std::string out = name + ": " + decimal(summary.seconds, 3) + " s of signal from " +
                    format_utc(settings.calendar.boot_zero) + ", " + std::to_string(summary.samples) + " samples at " +
                    decimal(settings.sample_rate_hz / 1e6, 1) + " MS/s\n";
  append_levels(out, summary.radio);
  append_counts(out, summary);
  if (!aircraft.empty()) {
    append_aircraft(out, aircraft);
  } else {
    const bool two = settings.sample_rate_hz == 2'000'000;
    out += std::string("\nNo message was found. Most often the samples are read in the wrong way: check that the ") +
           "recording was made at\n1090 MHz with " + (two ? "2000000" : "2400000") + " samples/s (else try --rate " +
           (two ? "2400000" : "2000000") + ") and that it holds " +
           (settings.format == SampleFormat::kCu8 ? "unsigned bytes (else try --format cs16)"
                                                  : "signed 16-bit words (else try --format cu8)") +
           ".\n";
  }
  return out;
}

}  // namespace airspool::cli
