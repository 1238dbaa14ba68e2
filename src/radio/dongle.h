// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include <airspool/core/result.h>

namespace airspool::radio {

// A dongle as the library lists it. Its index changes when others come and go; its serial stays.
struct DongleName {
  std::uint32_t index = 0;
  std::string serial;   // empty: could not be read
  std::string product;  // "Realtek RTL2838UHIDIR"
};

struct DongleTuning {
  std::uint32_t frequency_hz = 1'090'000'000;
  std::uint32_t sample_rate_hz = 2'400'000;
  int ppm = 0;
  bool bias_tee = false;
};

// A dongle that is open. The destructor closes it, and takes as long as the USB takes: for ever where that is stuck.
class Dongle {
 public:
  Dongle() = default;
  Dongle(const Dongle&) = delete;
  Dongle& operator=(const Dongle&) = delete;
  virtual ~Dongle() = default;

  [[nodiscard]] virtual std::string tuner() const = 0;                // "R820T"
  [[nodiscard]] virtual std::vector<int> gains_tenth_db() const = 0;  // the tuner's table, lowest first
  virtual Result<void> tune(const DongleTuning& tuning) = 0;
  // One of the table, or nothing: the tuner's own control. Also while stream() is at work, from another thread.
  virtual Result<void> set_gain(std::optional<int> tenth_db) = 0;

  // Hands each buffer to `take` until cancel() is called or the dongle is gone.
  using Take = std::function<void(std::span<const std::byte>)>;
  virtual Result<void> stream(const Take& take) = 0;
  // Makes stream() return soon, if the USB lets it. Does not wait; from any thread.
  virtual void cancel() = 0;
};

// What is plugged in: librtlsdr, or a stand-in for it in tests. Each call may take seconds.
class DongleBus {
 public:
  DongleBus() = default;
  DongleBus(const DongleBus&) = delete;
  DongleBus& operator=(const DongleBus&) = delete;
  virtual ~DongleBus() = default;

  virtual std::vector<DongleName> list() = 0;
  // The error says who holds it, or what is not allowed, and what to do.
  virtual Result<std::unique_ptr<Dongle>> open(const DongleName& name) = 0;
  // What unplugging and plugging in again does, without hands (USBDEVFS_RESET).
  virtual Result<void> reset(const DongleName& name) = 0;
};

// kConfig: this build has no librtlsdr.
Result<std::unique_ptr<DongleBus>> open_librtlsdr();

// Which of `names` is meant by `device`: a serial, else an index, else (empty) the first. kNotFound: it is not there;
// kConfig: a serial that several have; kPermissionDenied: it may be one whose serial cannot be read.
Result<DongleName> choose_dongle(const std::string& device, const std::vector<DongleName>& names);
// For messages: "00000001", or "number 0" where the serial is not known.
std::string to_string(const DongleName& name);

}  // namespace airspool::radio
