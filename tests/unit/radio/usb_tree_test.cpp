// SPDX-License-Identifier: Apache-2.0
#include "usb_tree.h"

#include <filesystem>
#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <stdlib.h>
#include <unistd.h>

namespace airspool::radio {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::HasSubstr;

// A machine's /sys, /proc and /dev as far as they are looked at.
class UsbTreeTest : public testing::Test {
 protected:
  UsbTreeTest() {
    std::string name = (fs::temp_directory_path() / "airspool-usb-XXXXXX").string();
    root_ = ::mkdtemp(name.data());
  }
  ~UsbTreeTest() override { fs::remove_all(root_); }

  void write(const std::string& path, const std::string& text) const {
    fs::create_directories((root_ / path).parent_path());
    std::ofstream(root_ / path) << text << '\n';
  }
  void plug(const std::string& port, const std::string& product, const std::string& serial, int number) const {
    const std::string folder = "sys/bus/usb/devices/" + port + "/";
    write(folder + "idVendor", "0bda");
    write(folder + "idProduct", product);
    write(folder + "serial", serial);
    write(folder + "manufacturer", "Realtek");
    write(folder + "product", "RTL2838UHIDIR");
    write(folder + "speed", "480");
    write(folder + "busnum", "1");
    write(folder + "devnum", std::to_string(number));
    write("dev/bus/usb/001/00" + std::to_string(number), "");
  }
  void bind(const std::string& port, const std::string& driver) const {
    const fs::path interface = root_ / "sys/bus/usb/devices" / port / (port + ":1.0");
    fs::create_directories(interface);
    fs::create_symlink("../../../../../../bus/usb/drivers/" + driver, interface / "driver");
  }
  [[nodiscard]] UsbTree tree() const { return UsbTree(root_.string()); }
  [[nodiscard]] std::string held(const std::string& serial) const {
    return what_holds(tree(), tree().find(serial).value(), serial);
  }

  fs::path root_;
};

TEST_F(UsbTreeTest, AMachineWithoutUsb) {
  EXPECT_TRUE(tree().dongles().empty());
  EXPECT_FALSE(tree().find("00000001"));
  EXPECT_FALSE(tree().dvb_module_loaded());
}

TEST_F(UsbTreeTest, DonglesAreFoundAmongOtherDevices) {
  plug("1-1.4", "2838", "00000001", 4);
  plug("1-1.2", "2832", "77", 5);
  plug("1-1.3", "8153", "ethernet", 6);
  fs::create_directories(root_ / "sys/bus/usb/devices/usb1");
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
  plug("1-1.4", "2838", "00000001", 4);
  EXPECT_TRUE(tree().find(""));
}

TEST_F(UsbTreeTest, AKernelDriverThatHoldsItIsNamed) {
  plug("1-1.4", "2838", "00000001", 4);
  bind("1-1.4", "dvb_usb_rtl28xxu");
  EXPECT_THAT(held("00000001"), HasSubstr("device 00000001 is held by kernel driver dvb_usb_rtl28xxu; "
                                          "'modprobe -r dvb_usb_rtl28xxu' frees it now"));
}

TEST_F(UsbTreeTest, AProgramThatHoldsItIsNamed) {
  plug("1-1.4", "2838", "00000001", 4);
  bind("1-1.4", "usbfs");
  write("proc/812/comm", "readsb");
  fs::create_directories(root_ / "proc/812/fd");
  fs::create_symlink("/dev/bus/usb/001/004", root_ / "proc/812/fd/7");
  write("proc/813/comm", "sh");
  fs::create_directories(root_ / "proc/self");
  EXPECT_THAT(held("00000001"), HasSubstr("is in use by readsb (process 812)"));
}

TEST_F(UsbTreeTest, AMissingPermissionIsNamed) {
  plug("1-1.4", "2838", "00000001", 4);
  if (::getuid() == 0) {
    EXPECT_EQ(held("00000001"), "") << "root may";
    fs::remove(root_ / "dev/bus/usb/001/004");
  } else {
    fs::permissions(root_ / "dev/bus/usb/001/004", fs::perms::none);
  }
  EXPECT_THAT(held("00000001"), HasSubstr("no permission to open /dev/bus/usb/001/004"));
  EXPECT_THAT(held("00000001"), HasSubstr("60-airspool-rtlsdr.rules"));
}

TEST_F(UsbTreeTest, TheModuleIsSeen) {
  fs::create_directories(root_ / "sys/module/dvb_usb_rtl28xxu");
  EXPECT_TRUE(tree().dvb_module_loaded());
}

TEST_F(UsbTreeTest, AResetThatCannotBeIsAnError) {
  plug("1-1.4", "2838", "00000001", 4);
  const auto done = tree().reset(tree().dongles().front());  // a plain file here
  ASSERT_FALSE(done);
  EXPECT_THAT(done.error().message, HasSubstr("USB reset failed"));
}

}  // namespace
}  // namespace airspool::radio
