// SPDX-License-Identifier: Apache-2.0
// librtlsdr's public functions without a dongle, to be put in front of the real library by LD_PRELOAD. What happens to
// the dongle is commanded through fake_rtlsdr.h.
#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstring>
#include <iterator>
#include <thread>
#include <vector>

#include <rtl-sdr.h>

#include "fakes/rtlsdr/fake_sky.h"

using namespace airspool::test;

namespace {

std::uint32_t count() { return world().count(); }

}  // namespace

struct rtlsdr_dev {
  std::uint32_t index = 0;
  std::atomic<bool> reading{false};
  std::atomic<bool> cancelled{false};
  std::atomic<bool> manual{false};
  std::atomic<int> gain_tenth_db{0};
  std::uint32_t rate = 2'048'000;
  std::uint32_t frequency = 0;
  int ppm = 0;
  Receiver receiver;
  Pace pace;

  [[nodiscard]] bool gone() const { return index >= count(); }
};

extern "C" {

uint32_t rtlsdr_get_device_count(void) { return count(); }
const char* rtlsdr_get_device_name(uint32_t index) { return index < count() ? "Fake RTL2838" : ""; }

int rtlsdr_get_device_usb_strings(uint32_t index, char* manufact, char* product, char* serial) {
  if (index >= count()) return -2;
  if (world().dongles->open_status == -3) return -3;
  if (manufact != nullptr) std::strcpy(manufact, "Fake");
  if (product != nullptr) std::strcpy(product, "RTL2838");
  if (serial != nullptr) std::strcpy(serial, world().dongles->serials[index].data());
  return 0;
}

int rtlsdr_get_index_by_serial(const char* serial) {
  if (serial == nullptr) return -1;
  if (count() == 0) return -2;
  for (std::uint32_t i = 0; i < count(); ++i) {
    if (std::strcmp(world().dongles->serials[i].data(), serial) == 0) return static_cast<int>(i);
  }
  return -3;
}

int rtlsdr_open(rtlsdr_dev_t** dev, uint32_t index) {
  if (index >= count()) return -1;
  if (const int status = world().dongles->open_status; status != 0) return status;
  *dev = new rtlsdr_dev;
  (*dev)->index = index;
  ++world().dongles->opened;
  return 0;
}

int rtlsdr_close(rtlsdr_dev_t* dev) {
  if (dev == nullptr) return -1;
  rtlsdr_cancel_async(dev);
  while (dev->reading) std::this_thread::sleep_for(kLook);
  delete dev;
  ++world().dongles->closed;
  return 0;
}

int rtlsdr_set_xtal_freq(rtlsdr_dev_t* dev, uint32_t, uint32_t) { return dev == nullptr ? -1 : 0; }
int rtlsdr_get_xtal_freq(rtlsdr_dev_t* dev, uint32_t* rtl_freq, uint32_t* tuner_freq) {
  if (dev == nullptr) return -1;
  if (rtl_freq != nullptr) *rtl_freq = 28'800'000;
  if (tuner_freq != nullptr) *tuner_freq = 28'800'000;
  return 0;
}
int rtlsdr_get_usb_strings(rtlsdr_dev_t* dev, char* manufact, char* product, char* serial) {
  return dev == nullptr ? -1 : rtlsdr_get_device_usb_strings(dev->index, manufact, product, serial);
}
int rtlsdr_write_eeprom(rtlsdr_dev_t*, uint8_t*, uint8_t, uint16_t) { return -3; }
int rtlsdr_read_eeprom(rtlsdr_dev_t*, uint8_t*, uint8_t, uint16_t) { return -3; }

int rtlsdr_set_center_freq(rtlsdr_dev_t* dev, uint32_t freq) {
  if (dev == nullptr || dev->gone()) return -1;
  world().dongles->frequency_hz = dev->frequency = freq;
  return 0;
}
uint32_t rtlsdr_get_center_freq(rtlsdr_dev_t* dev) { return dev == nullptr ? 0 : dev->frequency; }
int rtlsdr_set_freq_correction(rtlsdr_dev_t* dev, int ppm) {
  if (dev == nullptr) return -1;
  if (dev->ppm == ppm) return -2;
  world().dongles->ppm = dev->ppm = ppm;
  return 0;
}
int rtlsdr_get_freq_correction(rtlsdr_dev_t* dev) { return dev == nullptr ? 0 : dev->ppm; }

enum rtlsdr_tuner rtlsdr_get_tuner_type(rtlsdr_dev_t* dev) {
  return dev == nullptr || world().dongles->no_tuner != 0 ? RTLSDR_TUNER_UNKNOWN : RTLSDR_TUNER_R820T;
}
int rtlsdr_get_tuner_gains(rtlsdr_dev_t* dev, int* gains) {
  if (dev == nullptr) return -1;
  if (gains != nullptr) std::copy(std::begin(kGains), std::end(kGains), gains);
  return static_cast<int>(std::size(kGains));
}
int rtlsdr_set_tuner_gain(rtlsdr_dev_t* dev, int gain) {
  if (dev == nullptr || dev->gone()) return -1;
  dev->gain_tenth_db = gain;
  world().dongles->gain_tenth_db = gain;
  return 0;
}
int rtlsdr_set_tuner_bandwidth(rtlsdr_dev_t* dev, uint32_t) { return dev == nullptr ? -1 : 0; }
int rtlsdr_get_tuner_gain(rtlsdr_dev_t* dev) { return dev == nullptr ? 0 : dev->gain_tenth_db.load(); }
int rtlsdr_set_tuner_if_gain(rtlsdr_dev_t* dev, int, int) { return dev == nullptr ? -1 : 0; }
int rtlsdr_set_tuner_gain_mode(rtlsdr_dev_t* dev, int manual) {
  if (dev == nullptr || dev->gone()) return -1;
  dev->manual = manual != 0;
  if (manual == 0) world().dongles->gain_tenth_db = -1;
  return 0;
}

int rtlsdr_set_sample_rate(rtlsdr_dev_t* dev, uint32_t rate) {
  if (dev == nullptr || dev->gone()) return -1;
  world().dongles->sample_rate_hz = dev->rate = rate;
  return 0;
}
uint32_t rtlsdr_get_sample_rate(rtlsdr_dev_t* dev) { return dev == nullptr ? 0 : dev->rate; }
int rtlsdr_set_testmode(rtlsdr_dev_t* dev, int) { return dev == nullptr ? -1 : 0; }
int rtlsdr_set_agc_mode(rtlsdr_dev_t* dev, int) { return dev == nullptr ? -1 : 0; }
int rtlsdr_set_direct_sampling(rtlsdr_dev_t* dev, int) { return dev == nullptr ? -1 : 0; }
int rtlsdr_get_direct_sampling(rtlsdr_dev_t* dev) { return dev == nullptr ? -1 : 0; }
int rtlsdr_set_offset_tuning(rtlsdr_dev_t* dev, int) { return dev == nullptr ? -1 : 0; }
int rtlsdr_get_offset_tuning(rtlsdr_dev_t* dev) { return dev == nullptr ? -1 : 0; }
int rtlsdr_reset_buffer(rtlsdr_dev_t* dev) { return dev == nullptr || dev->gone() ? -1 : 0; }
int rtlsdr_read_sync(rtlsdr_dev_t*, void*, int, int*) { return -1; }

int rtlsdr_read_async(rtlsdr_dev_t* dev, rtlsdr_read_async_cb_t cb, void* ctx, uint32_t buf_num, uint32_t buf_len) {
  if (dev == nullptr || world().sky_bytes == 0) return -1;
  FakeDongles& us = *world().dongles;
  const std::size_t whole = buf_len == 0 ? 262'144 : buf_len;
  const std::chrono::duration<double> buffers_last(static_cast<double>(whole / 2 * (buf_num == 0 ? 15 : buf_num)) /
                                                   dev->rate);
  std::vector<unsigned char> buffer(whole);
  dev->cancelled = false;
  dev->reading = true;
  dev->pace.begin();
  while (!dev->gone()) {
    const bool stuck = us.stalled != 0;
    if (dev->cancelled && !(stuck && us.hangs != 0)) break;
    if (stuck) {
      std::this_thread::sleep_for(kLook);
      dev->pace.begin();
      continue;
    }
    if (const std::uint32_t late = us.late_ms.exchange(0); late != 0) {
      std::this_thread::sleep_for(std::chrono::milliseconds(late));
    }
    const std::uint32_t shorter = us.buffer_bytes;
    const std::size_t bytes = shorter == 0 ? whole : std::min<std::size_t>(shorter, whole);
    const Time::time_point due = dev->pace.next(bytes, dev->rate, buffers_last);
    while (Time::now() < due && !dev->cancelled && !dev->gone()) {
      std::this_thread::sleep_for(std::min<Time::duration>(kLook, due - Time::now()));
    }
    if (dev->cancelled || dev->gone() || us.stalled != 0) continue;
    dev->receiver.receive(buffer.data(), bytes / 2 * 2, dev->manual ? dev->gain_tenth_db / 10.0 : kRecordedAtDb);
    us.samples += bytes / 2;
    cb(buffer.data(), static_cast<uint32_t>(bytes), ctx);
  }
  dev->reading = false;
  return 0;
}
int rtlsdr_wait_async(rtlsdr_dev_t* dev, rtlsdr_read_async_cb_t cb, void* ctx) {
  return rtlsdr_read_async(dev, cb, ctx, 0, 0);
}
int rtlsdr_cancel_async(rtlsdr_dev_t* dev) {
  if (dev == nullptr || !dev->reading) return -2;
  dev->cancelled = true;
  return 0;
}

int rtlsdr_set_bias_tee(rtlsdr_dev_t* dev, int on) {
  if (dev == nullptr) return -1;
  world().dongles->bias_tee = on;
  return 0;
}
int rtlsdr_set_bias_tee_gpio(rtlsdr_dev_t* dev, int, int on) { return rtlsdr_set_bias_tee(dev, on); }

}  // extern "C"
