// SPDX-License-Identifier: Apache-2.0
// What librtlsdr asks of libusb, without USB: to be put in front of that by LD_PRELOAD, so that the real librtlsdr
// talks to an RTL2832U with an R820T that is not there. Of the chips only as much as the library looks at: which tuner
// answers, that its oscillator is locked, the rate, the gain of the tuner's two amplifiers, and the bias tee.
#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstring>
#include <deque>
#include <mutex>
#include <thread>
#include <vector>

#include <libusb.h>

#include "fakes/rtlsdr/fake_sky.h"

using namespace airspool::test;

// Buffers that wait to be filled, in order: librtlsdr has a context for each dongle that it opens.
struct libusb_context {
  std::mutex mutex;
  std::deque<libusb_transfer*> waiting;
  std::deque<libusb_transfer*> cancelled;
  Receiver receiver;
  Pace pace;
  bool paced = false;
  Time::time_point due;
};
struct libusb_device {
  libusb_context* context = nullptr;
  std::uint32_t index = 0;
};
struct libusb_device_handle {
  libusb_device device;
};

namespace {

// The RTL2832U's register blocks, as the high byte of wIndex; 0x10 in the low byte is a write.
constexpr std::uint16_t kSystemBlock = 2;
constexpr std::uint16_t kI2cBlock = 6;
constexpr std::uint16_t kOutputPins = 0x3001;
constexpr std::uint8_t kTunerAddress = 0x34;  // of an R820T
constexpr double kCrystalHz = 28.8e6;

constexpr std::size_t kBuffers = 8;  // how many librtlsdr_bus.cpp asks for

class Chips {
 public:
  // A control transfer to the chips; how many bytes went.
  int transfer(bool reads, std::uint16_t value, std::uint16_t index, unsigned char* data, std::uint16_t length) {
    const std::lock_guard lock(mutex_);
    const std::uint16_t block = index >> 8U;
    if (reads) {
      std::fill_n(data, length, 0);
      if (block == kI2cBlock) return read_tuner(value, data, length);
      return length;
    }
    if (block == kI2cBlock) return write_tuner(value, data, length);
    if (block == kSystemBlock && value == kOutputPins && length > 0) world().dongles->bias_tee = data[0] & 1U;
    if (block == 0 && length == 2)
      set_ratio(index & 0xFU, value >> 8U, static_cast<std::uint32_t>(data[0] << 8U | data[1]));
    return length;
  }

  [[nodiscard]] double gain_db() const {
    const std::lock_guard lock(mutex_);
    return automatic_ ? kRecordedAtDb : kGains[std::min<std::size_t>(lna_ + mixer_, std::size(kGains) - 1)] / 10.0;
  }
  [[nodiscard]] std::uint32_t rate_hz() const {
    const std::lock_guard lock(mutex_);
    return ratio_ == 0 ? 2'048'000 : static_cast<std::uint32_t>(kCrystalHz * 4'194'304.0 / ratio_ + 0.5);
  }

 private:
  int read_tuner(std::uint16_t address, unsigned char* data, std::uint16_t length) const {
    if (address != kTunerAddress || world().dongles->no_tuner != 0) return LIBUSB_ERROR_PIPE;
    // From register 0 on: the chip's mark; in the third byte that the oscillator is locked (bits come reversed).
    static constexpr unsigned char kRegisters[] = {0x69, 0x00, 0x02};
    std::copy_n(kRegisters, std::min<std::size_t>(length, sizeof kRegisters), data);
    return length;
  }
  int write_tuner(std::uint16_t address, const unsigned char* data, std::uint16_t length) {
    if (address != kTunerAddress || world().dongles->no_tuner != 0) return LIBUSB_ERROR_PIPE;
    for (std::uint16_t i = 1; i < length; ++i) {
      const unsigned reg = data[0] + i - 1U;
      if (reg == 0x05) {
        automatic_ = (data[i] & 0x10U) == 0;
        lna_ = data[i] & 0x0FU;
      }
      if (reg == 0x07) mixer_ = data[i] & 0x0FU;
    }
    world().dongles->gain_tenth_db =
        automatic_ ? -1 : kGains[std::min<std::size_t>(lna_ + mixer_, std::size(kGains) - 1)];
    return length;
  }
  // Of the resampler: two registers of 16 bits on page 1 of the demodulator.
  void set_ratio(unsigned page, unsigned reg, std::uint32_t word) {
    if (page != 1) return;
    if (reg == 0x9F) ratio_ = (ratio_ & 0xFFFFU) | word << 16U;
    if (reg == 0xA1) ratio_ = (ratio_ & 0xFFFF0000U) | word;
    if (reg == 0x9F || reg == 0xA1) {
      world().dongles->sample_rate_hz =
          ratio_ == 0 ? 0 : static_cast<std::uint32_t>(kCrystalHz * 4'194'304.0 / ratio_ + 0.5);
    }
  }

  mutable std::mutex mutex_;
  bool automatic_ = true;
  std::size_t lna_ = 0;
  std::size_t mixer_ = 0;
  std::uint32_t ratio_ = 0;
};

Chips& chips() {
  static Chips the_chips;
  return the_chips;
}

bool gone(const libusb_device_handle* handle) { return handle->device.index >= world().count(); }

std::size_t bytes_of(const libusb_transfer& transfer) {
  const std::uint32_t shorter = world().dongles->buffer_bytes;
  const auto whole = static_cast<std::size_t>(transfer.length);
  return shorter == 0 ? whole : std::min<std::size_t>(shorter, whole);
}

// The next transfer that has ended by now, filled; null when there is none.
libusb_transfer* take_ended(libusb_context& here) {
  FakeDongles& us = *world().dongles;
  const std::lock_guard lock(here.mutex);
  const bool stuck = us.stalled != 0;
  const auto end = [](std::deque<libusb_transfer*>& from, libusb_transfer_status status, std::size_t bytes) {
    libusb_transfer* const transfer = from.front();
    from.pop_front();
    transfer->status = status;
    transfer->actual_length = static_cast<int>(bytes);
    return transfer;
  };
  if (!here.cancelled.empty() && !(stuck && us.hangs != 0)) return end(here.cancelled, LIBUSB_TRANSFER_CANCELLED, 0);
  if (here.waiting.empty()) return nullptr;
  if (gone(here.waiting.front()->dev_handle)) return end(here.waiting, LIBUSB_TRANSFER_NO_DEVICE, 0);
  if (stuck) {
    here.pace.begin();
    here.paced = false;
    return nullptr;
  }
  const std::size_t bytes = bytes_of(*here.waiting.front());
  if (!here.paced) {
    const double buffers = static_cast<double>(kBuffers) * here.waiting.front()->length / 2.0;
    here.due = here.pace.next(bytes, chips().rate_hz(), std::chrono::duration<double>(buffers / chips().rate_hz()));
    here.paced = true;
  }
  if (Time::now() < here.due) return nullptr;
  here.paced = false;
  here.receiver.receive(here.waiting.front()->buffer, bytes / 2 * 2, chips().gain_db());
  us.samples += bytes / 2;
  return end(here.waiting, LIBUSB_TRANSFER_COMPLETED, bytes);
}

}  // namespace

extern "C" {

int libusb_init(libusb_context** context) {
  *context = new libusb_context;
  return 0;
}
void libusb_exit(libusb_context* context) { delete context; }

ssize_t libusb_get_device_list(libusb_context* context, libusb_device*** list) {
  const std::uint32_t count = world().count();
  *list = new libusb_device*[count + 1];
  for (std::uint32_t i = 0; i < count; ++i) (*list)[i] = new libusb_device{context, i};
  (*list)[count] = nullptr;
  return count;
}
void libusb_free_device_list(libusb_device** list, int) {
  for (libusb_device** device = list; *device != nullptr; ++device) delete *device;
  delete[] list;
}
int libusb_get_device_descriptor(libusb_device*, libusb_device_descriptor* descriptor) {
  *descriptor = {};
  descriptor->idVendor = 0x0bda;
  descriptor->idProduct = 0x2838;
  descriptor->iManufacturer = 1;
  descriptor->iProduct = 2;
  descriptor->iSerialNumber = 3;
  return 0;
}

int libusb_open(libusb_device* device, libusb_device_handle** handle) {
  if (device->index >= world().count()) return LIBUSB_ERROR_NO_DEVICE;
  if (world().dongles->open_status == LIBUSB_ERROR_ACCESS) return LIBUSB_ERROR_ACCESS;
  *handle = new libusb_device_handle{*device};
  return 0;
}
void libusb_close(libusb_device_handle* handle) { delete handle; }
libusb_device* libusb_get_device(libusb_device_handle* handle) { return &handle->device; }

int libusb_get_string_descriptor_ascii(libusb_device_handle* handle, std::uint8_t index, unsigned char* to,
                                       int length) {
  const char* const text = index == 1   ? "Fake"
                           : index == 2 ? "RTL2838"
                                        : world().dongles->serials[handle->device.index].data();
  const int count = std::min(length - 1, static_cast<int>(std::strlen(text)));
  std::memcpy(to, text, static_cast<std::size_t>(count));
  to[count] = 0;
  return count;
}

int libusb_kernel_driver_active(libusb_device_handle*, int) { return 0; }
int libusb_detach_kernel_driver(libusb_device_handle*, int) { return 0; }
int libusb_attach_kernel_driver(libusb_device_handle*, int) { return LIBUSB_ERROR_NOT_FOUND; }
int libusb_claim_interface(libusb_device_handle*, int) {
  if (const int status = world().dongles->open_status; status != 0) return status;
  ++world().dongles->opened;
  return 0;
}
int libusb_release_interface(libusb_device_handle*, int) {
  ++world().dongles->closed;
  return 0;
}
int libusb_reset_device(libusb_device_handle*) { return 0; }

int libusb_control_transfer(libusb_device_handle* handle, std::uint8_t type, std::uint8_t, std::uint16_t value,
                            std::uint16_t index, unsigned char* data, std::uint16_t length, unsigned int timeout_ms) {
  if (gone(handle)) return LIBUSB_ERROR_NO_DEVICE;
  if (world().dongles->stalled != 0 && world().dongles->hangs != 0) {
    std::this_thread::sleep_for(std::chrono::milliseconds(timeout_ms));
    return LIBUSB_ERROR_TIMEOUT;
  }
  return chips().transfer((type & LIBUSB_ENDPOINT_IN) != 0, value, index, data, length);
}
int libusb_bulk_transfer(libusb_device_handle*, unsigned char, unsigned char*, int, int*, unsigned int) {
  return LIBUSB_ERROR_NOT_SUPPORTED;
}

unsigned char* libusb_dev_mem_alloc(libusb_device_handle*, std::size_t) { return nullptr; }
int libusb_dev_mem_free(libusb_device_handle*, unsigned char*, std::size_t) { return 0; }
libusb_transfer* libusb_alloc_transfer(int) { return new libusb_transfer{}; }
void libusb_free_transfer(libusb_transfer* transfer) { delete transfer; }

int libusb_submit_transfer(libusb_transfer* transfer) {
  if (gone(transfer->dev_handle)) return LIBUSB_ERROR_NO_DEVICE;
  libusb_context& here = *transfer->dev_handle->device.context;
  const std::lock_guard lock(here.mutex);
  if (here.waiting.empty()) {
    here.pace.begin();
    here.paced = false;
  }
  here.waiting.push_back(transfer);
  return 0;
}
int libusb_cancel_transfer(libusb_transfer* transfer) {
  libusb_context& here = *transfer->dev_handle->device.context;
  const std::lock_guard lock(here.mutex);
  const auto it = std::find(here.waiting.begin(), here.waiting.end(), transfer);
  if (it == here.waiting.end()) return LIBUSB_ERROR_NOT_FOUND;
  here.waiting.erase(it);
  here.cancelled.push_back(transfer);
  return 0;
}

int libusb_handle_events_timeout_completed(libusb_context* context, timeval* limit, int* completed) {
  const auto end = Time::now() + std::chrono::seconds(limit->tv_sec) + std::chrono::microseconds(limit->tv_usec);
  if (const std::uint32_t late = world().dongles->late_ms.exchange(0); late != 0) {
    std::this_thread::sleep_for(std::chrono::milliseconds(late));
  }
  while (true) {
    std::size_t ended = 0;
    for (; ended < kBuffers; ++ended) {
      libusb_transfer* const transfer = take_ended(*context);
      if (transfer == nullptr) break;
      transfer->callback(transfer);
    }
    if (ended > 0 || (completed != nullptr && *completed != 0) || Time::now() >= end) return 0;
    std::this_thread::sleep_for(kLook);
  }
}

}  // extern "C"
