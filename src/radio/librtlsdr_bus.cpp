// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <cstring>
#include <utility>

#include <rtl-sdr.h>

#include "dongle.h"
#include "usb_tree.h"

namespace airspool::radio {
namespace {

// 27 ms a buffer at 2.4 MS/s; eight of them are on their way at any time, which is what the kernel can take in while
// this process is put aside.
constexpr std::uint32_t kBufferBytes = 131'072;
constexpr std::uint32_t kBuffers = 8;

// libusb's, which librtlsdr hands on.
constexpr int kAccess = -3;
constexpr int kNoDevice = -4;
constexpr int kBusy = -6;

const char* tuner_name(rtlsdr_tuner tuner) {
  switch (tuner) {
    case RTLSDR_TUNER_E4000:
      return "E4000";
    case RTLSDR_TUNER_FC0012:
      return "FC0012";
    case RTLSDR_TUNER_FC0013:
      return "FC0013";
    case RTLSDR_TUNER_FC2580:
      return "FC2580";
    case RTLSDR_TUNER_R820T:
      return "R820T";
    case RTLSDR_TUNER_R828D:
      return "R828D";
    default:
      return "unknown";
  }
}

Result<void> done(int status, const std::string& name, const std::string& what) {
  if (status >= 0) return {};
  return fail(ErrorCode::kIo, "device " + name + ": " + what + " failed (librtlsdr says " + std::to_string(status) +
                                  "); unplug it and plug it in again");
}

class LibrtlsdrDongle final : public Dongle {
 public:
  LibrtlsdrDongle(rtlsdr_dev_t* device, std::string name) : device_(device), name_(std::move(name)) {}
  ~LibrtlsdrDongle() override { rtlsdr_close(device_); }

  [[nodiscard]] std::string tuner() const override { return tuner_name(rtlsdr_get_tuner_type(device_)); }

  [[nodiscard]] std::vector<int> gains_tenth_db() const override {
    const int count = rtlsdr_get_tuner_gains(device_, nullptr);
    if (count <= 0) return {};
    std::vector<int> gains(static_cast<std::size_t>(count));
    rtlsdr_get_tuner_gains(device_, gains.data());
    return gains;
  }

  Result<void> tune(const DongleTuning& tuning) override {
    if (auto ok = done(rtlsdr_set_sample_rate(device_, tuning.sample_rate_hz), name_, "setting the rate"); !ok)
      return ok;
    if (auto ok = done(rtlsdr_set_center_freq(device_, tuning.frequency_hz), name_, "tuning"); !ok) return ok;
    // The library takes the value that it has for an error.
    if (tuning.ppm != rtlsdr_get_freq_correction(device_)) {
      if (auto ok = done(rtlsdr_set_freq_correction(device_, tuning.ppm), name_, "setting ppm"); !ok) return ok;
    }
    // Off is set, too: whoever had the dongle before us may have left it on.
    if (auto ok = done(rtlsdr_set_bias_tee(device_, tuning.bias_tee ? 1 : 0), name_, "switching the bias tee"); !ok) {
      return ok;
    }
    rtlsdr_set_agc_mode(device_, 0);  // the converter's own, not the tuner's
    return done(rtlsdr_reset_buffer(device_), name_, "emptying its buffer");
  }

  Result<void> set_gain(std::optional<int> tenth_db) override {
    if (auto ok = done(rtlsdr_set_tuner_gain_mode(device_, tenth_db ? 1 : 0), name_, "setting the gain's mode"); !ok) {
      return ok;
    }
    if (!tenth_db) return {};
    return done(rtlsdr_set_tuner_gain(device_, *tenth_db), name_, "setting the gain");
  }

  Result<void> stream(const Take& take) override {
    const auto hand_on = [](unsigned char* bytes, std::uint32_t count, void* context) {
      (*static_cast<const Take*>(context))({reinterpret_cast<const std::byte*>(bytes), count});
    };
    return done(rtlsdr_read_async(device_, hand_on, const_cast<Take*>(&take), kBuffers, kBufferBytes), name_,
                "reading samples");
  }

  void cancel() override { rtlsdr_cancel_async(device_); }

 private:
  rtlsdr_dev_t* const device_;
  const std::string name_;
};

class LibrtlsdrBus final : public DongleBus {
 public:
  std::vector<DongleName> list() override {
    std::vector<DongleName> names(rtlsdr_get_device_count());
    for (std::size_t i = 0; i < names.size(); ++i) {
      std::array<char, 256> maker{};
      std::array<char, 256> product{};
      std::array<char, 256> serial{};
      names[i].index = static_cast<std::uint32_t>(i);
      if (rtlsdr_get_device_usb_strings(names[i].index, maker.data(), product.data(), serial.data()) != 0) continue;
      names[i].serial.assign(serial.data(), ::strnlen(serial.data(), serial.size()));
      names[i].product = std::string(maker.data(), ::strnlen(maker.data(), maker.size())) + " " +
                         std::string(product.data(), ::strnlen(product.data(), product.size()));
    }
    return names;
  }

  Result<std::unique_ptr<Dongle>> open(const DongleName& name) override {
    rtlsdr_dev_t* device = nullptr;
    const int status = rtlsdr_open(&device, name.index);
    if (status < 0 || device == nullptr) return tl::unexpected(why_not(name, status));
    auto dongle = std::make_unique<LibrtlsdrDongle>(device, to_string(name));
    if (is_mistaken(device, name)) {
      return fail(
          ErrorCode::kUnavailable,
          "device " + to_string(name) +
              " is an RTL-SDR Blog V4, which this librtlsdr does not know and tunes to a wrong frequency; install "
              "librtlsdr 2.0.2 or newer");
    }
    if (rtlsdr_get_tuner_type(device) == RTLSDR_TUNER_UNKNOWN) {
      return fail(ErrorCode::kUnavailable,
                  "device " + to_string(name) + ": its tuner does not answer; unplug it and plug it in again");
    }
    return dongle;
  }

  Result<void> reset(const DongleName& name) override {
    const auto device = usb_.find(name.serial);
    if (!device) {
      return fail(ErrorCode::kNotFound,
                  "device " + to_string(name) + ": not found among the USB devices, so not reset");
    }
    return usb_.reset(*device);
  }

 private:
  // Its R828D has the crystal of the RTL2832U, 28.8 MHz; a library that does not know it takes it for one with 16 MHz.
  static bool is_mistaken(rtlsdr_dev_t* device, const DongleName& name) {
    if (rtlsdr_get_tuner_type(device) != RTLSDR_TUNER_R828D || name.product.find("Blog V4") == std::string::npos) {
      return false;
    }
    std::uint32_t converter_hz = 0;
    std::uint32_t tuner_hz = 0;
    return rtlsdr_get_xtal_freq(device, &converter_hz, &tuner_hz) == 0 && tuner_hz < converter_hz * 3 / 4;
  }

  Error why_not(const DongleName& name, int status) const {
    const std::string called = to_string(name);
    const ErrorCode code = status == kAccess ? ErrorCode::kPermissionDenied : ErrorCode::kUnavailable;
    if (const auto device = usb_.find(name.serial)) {
      std::array reasons{held_by_driver(*device, called), held_by_program(usb_, *device, called),
                         not_permitted(usb_, *device, called)};
      for (std::string& reason : reasons) {
        if (!reason.empty()) return {code, std::move(reason)};
      }
    }
    switch (status) {
      case kAccess:
        return {code, "device " + called +
                          ": no permission to open it; copy firmware/udev/60-airspool-rtlsdr.rules to "
                          "/etc/udev/rules.d, put the user into group plugdev, and plug the dongle in again"};
      case kBusy:
        return {code, "device " + called +
                          " is in use by another program or the kernel's DVB driver; stop readsb, dump1090 or rtl_tcp, "
                          "or run 'modprobe -r dvb_usb_rtl28xxu'"};
      case kNoDevice:
        return {ErrorCode::kNotFound, "device " + called + " went away while it was being opened"};
      default:
        return {code, "device " + called + " cannot be opened (librtlsdr says " + std::to_string(status) +
                          "); unplug it and plug it in again, or try another port or cable"};
    }
  }

  UsbTree usb_;
};

}  // namespace

Result<std::unique_ptr<DongleBus>> open_librtlsdr() { return std::make_unique<LibrtlsdrBus>(); }

}  // namespace airspool::radio
