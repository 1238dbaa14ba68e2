// SPDX-License-Identifier: Apache-2.0
#include "dongle_meters.h"

#include <memory>
#include <utility>

namespace airspool::collector {

DongleMeters::DongleMeters(metrics::Registry& metrics, Board<RadioReport>& board)
    : board_(board),
      streaming_(metrics.gauge("airspool_dongle_streaming", "1 while a dongle gives samples.")),
      gain_db_(metrics.gauge("airspool_dongle_gain_db",
                             "Gain of the tuner; 0 under its own control, and without a dongle.")),
      gain_changes_(metrics.counter("airspool_dongle_gain_changes_total", "Gain changes, by hand or by the signal.")),
      samples_(metrics.counter("airspool_dongle_samples_total", "IQ samples that the dongle gave.")),
      samples_dropped_(metrics.counter("airspool_dongle_samples_dropped_total",
                                       "Of them, dropped because demodulation did not keep up.")),
      samples_lost_(metrics.counter("airspool_dongle_samples_lost_total",
                                    "IQ samples that the dongle did not give in time, by the clock.")),
      openings_(metrics.counter("airspool_dongle_openings_total", "Times that the dongle was opened.")),
      failed_openings_(metrics.counter("airspool_dongle_failed_openings_total", "Times that it could not be.")),
      stalls_(metrics.counter("airspool_dongle_stalls_total", "Times that it gave no sample for 2 s.")),
      losses_(metrics.counter("airspool_dongle_losses_total", "Times that it was unplugged or gave up.")),
      resets_(metrics.counter("airspool_dongle_resets_total", "USB resets after a stall.")),
      hung_(metrics.counter("airspool_dongle_hung_calls_total", "Calls of its library that did not come back.")) {}

void DongleMeters::show(const radio::DongleState& state) {
  streaming_.set(state.streaming ? 1 : 0);
  gain_db_.set(state.gain.gain_db.value_or(0.0));
  gain_changes_.add(state.gain.changes - shown_.gain.changes);
  samples_.add(state.samples - shown_.samples);
  samples_dropped_.add(state.samples_dropped - shown_.samples_dropped);
  samples_lost_.add(state.samples_lost - shown_.samples_lost);
  openings_.add(state.openings - shown_.openings);
  failed_openings_.add(state.failed_openings - shown_.failed_openings);
  stalls_.add(state.stalls - shown_.stalls);
  losses_.add(state.losses - shown_.losses);
  resets_.add(state.resets - shown_.resets);
  hung_.add(state.hung - shown_.hung);
  shown_ = state;

  auto report = std::make_shared<RadioReport>();
  report->streaming = state.streaming;
  report->device = state.serial;
  report->tuner = state.tuner;
  report->trouble = state.trouble;
  report->gain = radio::to_string(state.gain.wanted);
  report->gain_db = state.gain.gain_db;
  report->gain_reason = state.gain.reason;
  board_.publish(std::move(report));
}

}  // namespace airspool::collector
