// SPDX-License-Identifier: Apache-2.0
#include "output.h"

#include <cerrno>
#include <cstring>
#include <string_view>
#include <utility>

#include <airspool/core/decimal.h>
#include <airspool/core/hex.h>

namespace airspool::iqsim {
namespace {

void append_column(std::string& out, double value, int decimals) {
  out += '\t';
  append_decimal(out, value, decimals);
}

void append_setting(std::string& out, std::string_view name, double value) {
  out += ' ';
  out += name;
  out += '=';
  append_decimal(out, value, 6);
}

}  // namespace

void OutputFile::Closer::operator()(std::FILE* file) const {
  if (file != stdout) std::fclose(file);
}

Result<OutputFile> OutputFile::create(const std::string& path) {
  if (path == "-") return OutputFile("standard output", stdout);
  std::FILE* file = std::fopen(path.c_str(), "wbe");
  if (file != nullptr) return OutputFile(path, file);
  const int reason = errno;
  switch (reason) {
    case ENOENT:
    case ENOTDIR:
      return fail(ErrorCode::kNotFound, path + ": no such folder: create it first");
    case EISDIR:
      return fail(ErrorCode::kUsage, path + ": is a folder: give a file name in it");
    case EACCES:
    case EPERM:
    case EROFS:
      return fail(ErrorCode::kPermissionDenied, path + ": cannot be written here: choose another folder");
    default:
      return fail(ErrorCode::kIo, path + ": cannot be created: " + std::strerror(reason));
  }
}

Error OutputFile::failure(const char* what) const {
  const int reason = errno;
  const char* next = reason == ENOSPC ? ": free some space or choose another disk" : "";
  return {ErrorCode::kIo, name_ + ": " + what + ": " + std::strerror(reason) + next};
}

std::optional<Error> OutputFile::write(std::span<const std::byte> bytes) {
  if (std::fwrite(bytes.data(), 1, bytes.size(), file_.get()) == bytes.size()) return std::nullopt;
  return failure("writing failed");
}

std::optional<Error> OutputFile::write(const std::string& text) { return write(std::as_bytes(std::span(text))); }

std::optional<Error> OutputFile::close() {
  if (file_.get() == stdout) {
    if (std::fflush(stdout) == 0) return std::nullopt;
    return failure("writing failed");
  }
  if (std::fclose(file_.release()) == 0) return std::nullopt;
  return failure("writing failed at the end");
}

std::string truth_header(const radio::SimSettings& settings) {
  std::string out = "# iqsim";
  append_setting(out, "seed", static_cast<double>(settings.seed));
  append_setting(out, "rate", settings.sample_rate_hz);
  append_setting(out, "seconds", settings.seconds.value_or(0.0));
  append_setting(out, "aircraft", settings.aircraft);
  append_setting(out, "messages", settings.messages_per_s);
  append_setting(out, "fruit", settings.fruit_per_s);
  append_setting(out, "echoes", settings.echo_share);
  append_setting(out, "overlaps", settings.overlaps ? 1 : 0);
  append_setting(out, "snr_low", settings.snr_low_db);
  append_setting(out, "snr_high", settings.snr_high_db);
  append_setting(out, "snr_by_distance", settings.snr_by_distance ? 1 : 0);
  append_setting(out, "noise", settings.noise_lsb);
  append_setting(out, "filter", settings.filter_hz);
  append_setting(out, "iq_gain", settings.iq_gain);
  append_setting(out, "dc", settings.dc_lsb);
  append_setting(out, "carrier_spread", settings.carrier_spread_hz);
  append_setting(out, "carrier_drift", settings.carrier_drift_hz_per_us);
  append_setting(out, "phase_walk", settings.phase_walk_rad);
  append_setting(out, "phase_jitter", settings.phase_jitter_rad);
  append_setting(out, "lat", settings.centre.latitude_deg);
  append_setting(out, "lon", settings.centre.longitude_deg);
  out +=
      "\n# tick: 12 MHz, end of bit 56 (64 us after the first preamble edge), counted from sample 0; addr: ~ = not an "
      "ICAO "
      "address; sir_db: over the strongest of the overlaps; the rest: the aircraft at that time; '-' = nothing\n"
      "#tick\thex\tdf\taddr\tsnr_db\toverlaps\tsir_db\tlat\tlon\talt_ft\tspeed_kt\ttrack_deg\tclimb_fpm\tground\t"
      "carrier_hz\n";
  return out;
}

void append_truth(std::string& out, const radio::SentMessage& message) {
  append_decimal(out, message.tick_12mhz(), 3);
  out += '\t';
  append_hex(out, {message.bytes.data(), message.length});
  append_column(out, message.bytes[0] >> 3U, 0);
  out += message.icao24.is_icao() ? "\t" : "\t~";
  out += message.icao24.hex();
  append_column(out, message.snr_db, 2);
  append_column(out, message.overlaps, 0);
  if (message.sir_db) {
    append_column(out, *message.sir_db, 2);
  } else {
    out += "\t-";
  }
  append_column(out, message.position.latitude_deg, 6);
  append_column(out, message.position.longitude_deg, 6);
  append_column(out, message.altitude_ft, 1);
  append_column(out, message.ground_speed_kt, 2);
  append_column(out, message.true_track_deg, 2);
  append_column(out, message.vertical_rate_fpm, 0);
  append_column(out, message.on_ground ? 1 : 0, 0);
  append_column(out, message.carrier_offset_hz, 0);
  out += '\n';
}

}  // namespace airspool::iqsim
