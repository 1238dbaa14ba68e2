// SPDX-License-Identifier: Apache-2.0
#include "usb_tree.h"

#include <filesystem>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "machine_tree.h"

namespace airspool::radio {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

class UsbTreeTest : public testing::Test {
 protected:
  [[nodiscard]] UsbTree tree() const { return UsbTree(machine_.root()); }
  [[nodiscard]] UsbDevice dongle() const { return tree().find("00000001").value(); }

  MachineTree machine_;
};

TEST_F(UsbTreeTest, AMachineWithoutUsb) {
  EXPECT_TRUE(tree().dongles().empty());
  EXPECT_FALSE(tree().find("00000001"));
  EXPECT_FALSE(tree().dvb_module_loaded());
}

TEST_F(UsbTreeTest, DonglesAreFoundAmongOtherDevices) {
  machine_.plug("1-1.4", "2838", "00000001", 4);
  machine_.plug("1-1.2", "2832", "77", 5);
  machine_.plug("1-1.3", "8153", "ethernet", 6);
  fs::create_directories(machine_.path("sys/bus/usb/devices/usb1"));
  const auto found = tree().dongles();
  ASSERT_EQ(found.size(), 2U);
  EXPECT_EQ(found[0].port, "1-1.2");
  EXPECT_EQ(found[1].serial, "00000001");
  EXPECT_EQ(found[1].node, "/dev/bus/usb/001/004");
  EXPECT_EQ(found[1].speed_mbps, 480.0);
  EXPECT_EQ(found[1].manufacturer, "Realtek");
  EXPECT_EQ(tree().find("77")->port, "1-1.2");
  EXPECT_FALSE(tree().find("1")) << "with two of them the serial must fit";
  EXPECT_FALSE(tree().find(""));
}

TEST_F(UsbTreeTest, TheOnlyOneIsFoundWithoutItsSerial) {
  machine_.plug("1-1.4", "2838", "00000001", 4);
  EXPECT_TRUE(tree().find(""));
}

TEST_F(UsbTreeTest, AKernelDriverThatHoldsItIsNamed) {
  machine_.plug("1-1.4", "2838", "00000001", 4);
  machine_.bind("1-1.4", "dvb_usb_rtl28xxu");
  EXPECT_THAT(held_by_driver(dongle(), "00000001"),
              HasSubstr("device 00000001 is held by kernel driver dvb_usb_rtl28xxu; "
                        "'modprobe -r dvb_usb_rtl28xxu' frees it now"));
}

TEST_F(UsbTreeTest, AProgramThatHoldsItIsNamed) {
  machine_.plug("1-1.4", "2838", "00000001", 4);
  machine_.bind("1-1.4", "usbfs");
  machine_.run(812, "readsb", "/dev/bus/usb/001/004");
  machine_.run(813, "sh", "/dev/null");
  fs::create_directories(machine_.path("proc/self"));
  EXPECT_EQ(held_by_driver(dongle(), "00000001"), "") << "usbfs is a program";
  EXPECT_THAT(held_by_program(tree(), dongle(), "00000001"), HasSubstr("is in use by readsb (process 812)"));
}

TEST_F(UsbTreeTest, AMissingPermissionIsNamed) {
  machine_.plug("1-1.4", "2838", "00000001", 4);
  if (::getuid() == 0) {
    EXPECT_EQ(not_permitted(tree(), dongle(), "00000001"), "") << "root may";
    fs::remove(machine_.path("dev/bus/usb/001/004"));
  } else {
    fs::permissions(machine_.path("dev/bus/usb/001/004"), fs::perms::none);
  }
  EXPECT_THAT(not_permitted(tree(), dongle(), "00000001"), HasSubstr("no permission to open /dev/bus/usb/001/004"));
  EXPECT_THAT(not_permitted(tree(), dongle(), "00000001"), HasSubstr("60-airspool-rtlsdr.rules"));
}

TEST_F(UsbTreeTest, TheModuleIsSeen) {
  machine_.load_dvb_module();
  EXPECT_TRUE(tree().dvb_module_loaded());
}

TEST_F(UsbTreeTest, AResetThatCannotBeIsAnError) {
  machine_.plug("1-1.4", "2838", "00000001", 4);
  const auto done = tree().reset(tree().dongles().front());  // a plain file here
  ASSERT_FALSE(done);
  EXPECT_THAT(done.error().message, HasSubstr("USB reset failed"));
}

}  // namespace
}  // namespace airspool::radio
