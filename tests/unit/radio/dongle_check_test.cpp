// SPDX-License-Identifier: Apache-2.0
#include <memory>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <airspool/radio/dongle_check.h>

#include "fake_bus.h"
#include "machine_tree.h"

namespace airspool::radio {
namespace {

using testing::HasSubstr;

class DongleCheckTest : public testing::Test {
 protected:
  DongleCheckTest() { machine_.plug("1-1.4", "2838", "00000001", 4); }

  bool check(const std::string& device = "") {
    steps_.clear();
    FakeBus bus(world_);
    return check_dongles_on(bus, machine_.root(), device, [this](const CheckStep& step) { steps_.push_back(step); });
  }
  [[nodiscard]] CheckStep step(const std::string& name) const {
    for (const CheckStep& one : steps_) {
      if (one.step == name) return one;
    }
    return {name, CheckState::kSkipped, "is not there", ""};
  }

  std::shared_ptr<FakeBusState> world_ = std::make_shared<FakeBusState>();
  MachineTree machine_;
  std::vector<CheckStep> steps_;
};

TEST_F(DongleCheckTest, AllIsWell) {
  EXPECT_TRUE(check());
  for (const CheckStep& one : steps_) EXPECT_EQ(one.state, CheckState::kGood) << one.step << ": " << one.detail;
  EXPECT_EQ(step("dongle").detail, "index 0, serial 00000001, Fake, at USB port 1-1.4");
  EXPECT_EQ(step("usb").detail, "480 Mbit/s at port 1-1.4");
  EXPECT_EQ(step("permission").detail, "/dev/bus/usb/001/004 may be opened, and nobody else has it");
  EXPECT_EQ(world_->openings, 0) << "nothing is opened";
}

TEST_F(DongleCheckTest, NothingIsPluggedIn) {
  world_->plugged.clear();
  EXPECT_FALSE(check());
  EXPECT_THAT(step("dongle").detail, HasSubstr("librtlsdr does not see it"));
  std::filesystem::remove_all(machine_.path("sys/bus/usb/devices/1-1.4"));
  EXPECT_FALSE(check());
  EXPECT_THAT(step("dongle").next, HasSubstr("lsusb"));
}

TEST_F(DongleCheckTest, ASlowPort) {
  machine_.plug("1-1.4", "2838", "00000001", 4, "12");
  EXPECT_TRUE(check());
  EXPECT_EQ(step("usb").state, CheckState::kWarning);
  EXPECT_THAT(step("usb").detail, HasSubstr("12 Mbit/s"));
}

TEST_F(DongleCheckTest, TheKernelHasIt) {
  machine_.load_dvb_module();
  EXPECT_TRUE(check());
  EXPECT_EQ(step("driver").state, CheckState::kWarning);
  EXPECT_THAT(step("driver").next, HasSubstr("modprobe -r dvb_usb_rtl28xxu"));
  machine_.bind("1-1.4", "dvb_usb_rtl28xxu");
  EXPECT_TRUE(check()) << "librtlsdr may be able to take it";
  EXPECT_EQ(step("driver").state, CheckState::kWarning);
  EXPECT_EQ(step("driver").detail, "device 00000001 is held by kernel driver dvb_usb_rtl28xxu");
  EXPECT_THAT(step("driver").next, HasSubstr("frees it now"));
}

TEST_F(DongleCheckTest, AnotherProgramHasIt) {
  machine_.run(812, "dump1090-fa", "/dev/bus/usb/001/004");
  EXPECT_FALSE(check());
  EXPECT_EQ(step("holder").state, CheckState::kFailed);
  EXPECT_EQ(step("holder").detail, "device 00000001 is in use by dump1090-fa (process 812)");
}

TEST_F(DongleCheckTest, ItMayNotBeOpened) {
  std::filesystem::remove(machine_.path("dev/bus/usb/001/004"));
  EXPECT_FALSE(check());
  EXPECT_EQ(step("permission").state, CheckState::kFailed);
  EXPECT_THAT(step("permission").next, HasSubstr("60-airspool-rtlsdr.rules"));
}

TEST_F(DongleCheckTest, TwoOfThem) {
  machine_.plug("1-1.2", "2832", "77", 5);
  world_->plugged = {{0, "00000001", ""}, {1, "77", ""}};
  EXPECT_TRUE(check());
  EXPECT_EQ(step("device").state, CheckState::kWarning);
  EXPECT_THAT(step("device").next, HasSubstr("set radio.device"));
  EXPECT_TRUE(check("77"));
  EXPECT_EQ(step("device").detail, "is not there");
  EXPECT_FALSE(check("78"));
  EXPECT_EQ(step("device").detail, "radio.device: no dongle has the serial or index 78");
  world_->plugged[1].serial = "00000001";
  EXPECT_FALSE(check("00000001"));
  EXPECT_THAT(step("device").detail, HasSubstr("2 dongles have the serial"));
}

TEST_F(DongleCheckTest, AMachineThatShowsNoUsbTree) {
  std::filesystem::remove_all(machine_.path("sys"));
  EXPECT_TRUE(check());
  EXPECT_EQ(step("usb").state, CheckState::kSkipped);
}

}  // namespace
}  // namespace airspool::radio
