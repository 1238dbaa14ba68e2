// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>

namespace airspool {

// How the radio's hardware is, for whoever only looks (the status page). Immutable once published; made by the thread
// that reads the radio, also while there is nothing to read.
struct RadioReport {
  bool streaming = false;
  std::string device;             // the dongle's serial; empty before the first
  std::string tuner;              // "R820T"
  std::string trouble;            // why nothing streams, with the next step
  std::string gain;               // what is wanted: "38.6 dB", "auto", "agc"
  std::optional<double> gain_db;  // what the tuner has; nothing under its own control, and without one
  std::string gain_reason;        // why
};

}  // namespace airspool
