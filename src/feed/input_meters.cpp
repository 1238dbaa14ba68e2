// SPDX-License-Identifier: Apache-2.0
#include "input_meters.h"

#include <utility>

namespace airspool::feed {
namespace {

constexpr const char* kMessages = "airspool_input_messages_total";
constexpr const char* kMessagesHelp = "Messages read from an input, by kind; mode_ac, other and mlat are skipped.";
constexpr const char* kDamaged = "airspool_input_damaged_total";
constexpr const char* kDamagedHelp =
    "Messages of an input that were cut by another (truncated) or are no hexadecimal frame (malformed).";
constexpr std::array<int, 9> kFormats = {0, 4, 5, 11, 16, 17, 18, 20, 21};

}  // namespace

InputMeters::InputMeters(const std::string& input, metrics::Registry& metrics)
    : bytes_(metrics.counter("airspool_input_bytes_total", "Bytes read from an input.", {{"input", input}})),
      junk_(metrics.counter("airspool_input_junk_bytes_total", "Of them, those that belong to no message.",
                            {{"input", input}})),
      mode_ac_(metrics.counter(kMessages, kMessagesHelp, {{"input", input}, {"kind", "mode_ac"}})),
      other_(metrics.counter(kMessages, kMessagesHelp, {{"input", input}, {"kind", "other"}})),
      mlat_(metrics.counter(kMessages, kMessagesHelp, {{"input", input}, {"kind", "mlat"}})),
      truncated_(metrics.counter(kDamaged, kDamagedHelp, {{"input", input}, {"reason", "truncated"}})),
      malformed_(metrics.counter(kDamaged, kDamagedHelp, {{"input", input}, {"reason", "malformed"}})),
      beast_(metrics.counter(kMessages, kMessagesHelp, {{"input", input}, {"kind", "beast"}})),
      avr_(metrics.counter(kMessages, kMessagesHelp, {{"input", input}, {"kind", "avr"}})),
      dropped_(metrics.counter("airspool_input_frames_dropped_total",
                               "Frames of an input dropped because the sky thread did not keep up.",
                               {{"input", input}})),
      lost_(metrics.counter("airspool_input_connections_lost_total", "Connections of an input that ended.",
                            {{"input", input}})),
      failed_(metrics.counter("airspool_input_failures_total",
                              "Attempts of an input to connect, or to get its port, that failed.", {{"input", input}})),
      turned_away_(metrics.counter("airspool_input_clients_refused_total",
                                   "Clients of an input that were one too many.", {{"input", input}})),
      connected_(
          metrics.gauge("airspool_input_connected", "Connections of an input that are up.", {{"input", input}})) {
  sums_.name = input;
  for (const int format : kFormats) {
    by_format_[static_cast<std::size_t>(format)] =
        &metrics.counter("airspool_input_frames_total", "Frames of an input accepted, by downlink format.",
                         {{"input", input}, {"df", std::to_string(format)}});
  }
  for (std::size_t reason = 0; reason < rejected_.size(); ++reason) {
    rejected_[reason] = &metrics.counter(
        "airspool_input_frames_rejected_total", "Frames of an input that were not believed.",
        {{"input", input}, {"reason", std::string(modes::to_string(static_cast<modes::FrameReject>(reason)))}});
  }
}

void InputMeters::read(const ReaderCounts& before, const ReaderCounts& now) {
  bytes_.add(now.bytes - before.bytes);
  junk_.add(now.junk_bytes - before.junk_bytes);
  mode_ac_.add(now.mode_ac - before.mode_ac);
  other_.add(now.other - before.other);
  mlat_.add(now.mlat - before.mlat);
  truncated_.add(now.truncated - before.truncated);
  malformed_.add(now.malformed - before.malformed);
  beast_.add(now.beast - before.beast);
  avr_.add(now.avr - before.avr);
  sums_.bytes += now.bytes - before.bytes;
  sums_.junk_bytes += now.junk_bytes - before.junk_bytes;
  sums_.damaged += now.truncated - before.truncated + now.malformed - before.malformed;
  sums_.messages += now.frames() - before.frames();
  fresh_.mode_ac += now.mode_ac - before.mode_ac;
  fresh_.mode_s += now.frames() - before.frames();
}

void InputMeters::accepted(const modes::ModeSFrame& frame) {
  ++sums_.accepted;
  ++fresh_.accepted;
  if (auto* counter = by_format_[static_cast<std::size_t>(frame.df())]) counter->add();
}

void InputMeters::rejected(modes::FrameReject reason) {
  ++sums_.rejected;
  ++(reason == modes::FrameReject::kUnknownAddress ? fresh_.unknown_address : fresh_.bad);
  rejected_[static_cast<std::size_t>(reason)]->add();
}

void InputMeters::connected(std::size_t connections) {
  sums_.connected = connections;
  connected_.set(static_cast<double>(connections));
}

Statistics::Remote InputMeters::take_fresh() { return std::exchange(fresh_, {}); }

}  // namespace airspool::feed
