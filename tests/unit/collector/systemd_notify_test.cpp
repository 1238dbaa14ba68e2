// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <string>

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <airspool/collector/systemd_notify.h>

namespace airspool::collector {
namespace {

using namespace std::chrono_literals;

// systemd's end: a datagram socket in the abstract namespace, which leaves no file behind.
class Listener {
 public:
  Listener() : name_("@airspool-notify-" + std::to_string(::getpid())) {
    socket_ = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::memcpy(address.sun_path, name_.data(), name_.size());
    address.sun_path[0] = '\0';
    bound_ = ::bind(socket_, reinterpret_cast<const sockaddr*>(&address),
                    static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + name_.size())) == 0;
  }
  ~Listener() { ::close(socket_); }
  Listener(const Listener&) = delete;
  Listener& operator=(const Listener&) = delete;

  [[nodiscard]] const std::string& name() const { return name_; }
  [[nodiscard]] bool bound() const { return bound_; }
  // Empty when nothing was said.
  [[nodiscard]] std::string heard() const {
    std::array<char, 512> text{};
    const ssize_t size = ::recv(socket_, text.data(), text.size(), 0);
    return size < 0 ? std::string() : std::string(text.data(), static_cast<std::size_t>(size));
  }

 private:
  std::string name_;
  int socket_ = -1;
  bool bound_ = false;
};

class SystemdNotifyTest : public testing::Test {
 protected:
  ~SystemdNotifyTest() override {
    for (const char* name : {"NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID"}) ::unsetenv(name);
  }
  static void set(const char* name, const std::string& value) { ::setenv(name, value.c_str(), 1); }
};

TEST_F(SystemdNotifyTest, SaysOneThingADatagram) {
  const Listener systemd;
  ASSERT_TRUE(systemd.bound());
  const SystemdNotify notify(systemd.name());
  notify.ready("running");
  notify.alive();
  notify.status("12 aircraft");
  notify.stopping();
  EXPECT_EQ(systemd.heard(), "READY=1\nSTATUS=running");
  EXPECT_EQ(systemd.heard(), "WATCHDOG=1");
  EXPECT_EQ(systemd.heard(), "STATUS=12 aircraft");
  EXPECT_EQ(systemd.heard().substr(0, 11), "STOPPING=1\n");
}

TEST_F(SystemdNotifyTest, AStatusCannotSayMoreThanAStatus) {
  const Listener systemd;
  ASSERT_TRUE(systemd.bound());
  SystemdNotify(systemd.name()).status("stands still: sky\nMAINPID=1");
  EXPECT_EQ(systemd.heard(), "STATUS=stands still: sky MAINPID=1");
}

TEST_F(SystemdNotifyTest, SaysNothingWhereNobodyListens) {
  SystemdNotify("").alive();
  SystemdNotify("/no/such/socket").alive();
  SystemdNotify(std::string(400, 'x')).alive();
  EXPECT_FALSE(SystemdNotify::from_environment().watchdog());
}

TEST_F(SystemdNotifyTest, TakesTheWatchdogFromTheEnvironment) {
  set("WATCHDOG_USEC", "30000000");
  EXPECT_EQ(SystemdNotify::from_environment().watchdog(), 30s);
  set("WATCHDOG_PID", std::to_string(::getpid()));
  EXPECT_EQ(SystemdNotify::from_environment().watchdog(), 30s);
  set("WATCHDOG_PID", "1");
  EXPECT_FALSE(SystemdNotify::from_environment().watchdog()) << "meant for another process";
}

TEST_F(SystemdNotifyTest, AWatchdogThatIsNoNumberIsNone) {
  for (const char* value : {"", "0", "-5", "soon", "30s", "99999999999999999999"}) {
    set("WATCHDOG_USEC", value);
    EXPECT_FALSE(SystemdNotify::from_environment().watchdog()) << value;
  }
}

}  // namespace
}  // namespace airspool::collector
