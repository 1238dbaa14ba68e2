// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <cstring>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sysexits.h>
#include <unistd.h>

#include "box.h"

// `airspool run` as a systemd unit of Type=notify runs it.
namespace airspool::whole {
namespace {

using testing::HasSubstr;

class ServiceTest : public testing::Test {
 protected:
  ServiceTest() {
    socket_ = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    const std::string path = box_.path("notify");
    std::memcpy(address.sun_path, path.data(), path.size());
    ::bind(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address);
    ::setenv("NOTIFY_SOCKET", path.c_str(), 1);
  }
  ~ServiceTest() override {
    ::unsetenv("NOTIFY_SOCKET");
    ::unsetenv("WATCHDOG_USEC");
    ::close(socket_);
  }
  // What systemd hears next; empty when it hears nothing for so long.
  [[nodiscard]] std::string heard(std::chrono::milliseconds patience = 20s * kSlowness) const {
    pollfd waits{socket_, POLLIN, 0};
    if (::poll(&waits, 1, static_cast<int>(patience.count())) != 1) return {};
    std::array<char, 1024> text{};
    const ssize_t size = ::recv(socket_, text.data(), text.size(), 0);
    return std::string(text.data(), static_cast<std::size_t>(std::max<ssize_t>(size, 0)));
  }
  [[nodiscard]] bool hears(const std::string& words) const {
    for (std::string text = heard(); !text.empty(); text = heard()) {
      if (text.find(words) != std::string::npos) return true;
    }
    return false;
  }

  Box box_;
  int socket_ = -1;
};

TEST_F(ServiceTest, TellsThatItIsReadyThatItLivesAndThatItStops) {
  ::setenv("WATCHDOG_USEC", "800000", 1);
  box_.configure("[[sink]]\nname = \"disk\"\ntype = \"file\"\npath = \"" + box_.path("out") + "\"\n");
  box_.start();
  EXPECT_THAT(heard(), HasSubstr("READY=1"));
  EXPECT_EQ(heard(), "WATCHDOG=1");
  EXPECT_THAT(heard(), HasSubstr("STATUS="));
  EXPECT_TRUE(hears("1 of 1 sinks connected")) << box_.log();
  box_.signal(SIGTERM);
  EXPECT_TRUE(hears("STOPPING=1"));
  EXPECT_EQ(box_.end_within(8s), 0) << box_.log();
}

TEST_F(ServiceTest, AProcessThatIsFrozenIsNotToldAsAlive) {
  ::setenv("WATCHDOG_USEC", "800000", 1);
  box_.configure("");
  box_.start();
  ASSERT_TRUE(hears("WATCHDOG=1")) << box_.log();
  box_.signal(SIGSTOP);
  while (!heard(500ms).empty()) {
  }
  EXPECT_EQ(heard(1500ms), "");
  box_.signal(SIGCONT);
  EXPECT_TRUE(hears("WATCHDOG=1"));
  EXPECT_EQ(box_.stop(), 0) << box_.log();
}

TEST_F(ServiceTest, AWrongConfigurationIsNeverReady) {
  box_.configure("[radio]\nsource = \"sim\"\n");
  const Outcome outcome = box_.run_command();
  EXPECT_EQ(outcome.status, EX_CONFIG) << "what RestartPreventExitStatus of the unit names";
  EXPECT_EQ(heard(100ms), "");
}

}  // namespace
}  // namespace airspool::whole
