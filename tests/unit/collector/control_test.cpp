// SPDX-License-Identifier: Apache-2.0
#include <cstring>
#include <filesystem>
#include <fstream>
#include <string>
#include <thread>
#include <utility>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <airspool/collector/control.h>

namespace airspool::collector {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

sockaddr_un address_of(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::strncpy(address.sun_path, path.c_str(), sizeof address.sun_path - 1);
  return address;
}

int connected_to(const std::string& path) {
  const int fd = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const sockaddr_un address = address_of(path);
  if (::connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0) return fd;
  ::close(fd);
  return -1;
}

int listening_at(const std::string& path) {
  const int fd = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const sockaddr_un address = address_of(path);
  EXPECT_EQ(::bind(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address), 0) << path;
  EXPECT_EQ(::listen(fd, 1), 0);
  return fd;
}

class ControlTest : public testing::Test {
 protected:
  ControlTest() {
    const auto* info = testing::UnitTest::GetInstance()->current_test_info();
    path_ = testing::TempDir() + "c-" + std::to_string(::getpid()) + "-" + info->name();
    path_.resize(std::min<std::size_t>(path_.size(), 100));
  }
  ~ControlTest() override { ::unlink(path_.c_str()); }

  std::unique_ptr<ControlServer> serve() {
    auto server =
        ControlServer::open(path_, [](std::string_view command, std::string_view arguments) -> Result<std::string> {
          if (command == "echo") return std::string(arguments);
          if (command == "weather") return R"({"wind":[270,12]})";
          return fail(ErrorCode::kUsage, "unknown command '" + std::string(command) + "'");
        });
    if (!server) {
      ADD_FAILURE() << server.error().message;
      return nullptr;
    }
    return std::move(*server);
  }
  // Sends bytes as they are and gives everything that comes back.
  [[nodiscard]] std::string raw(const std::string& bytes) const {
    const int fd = connected_to(path_);
    EXPECT_EQ(::send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL), static_cast<ssize_t>(bytes.size()));
    ::shutdown(fd, SHUT_WR);
    std::string answer;
    char chunk[512];
    for (ssize_t got = 0; (got = ::recv(fd, chunk, sizeof chunk, 0)) > 0;) {
      answer.append(chunk, static_cast<std::size_t>(got));
    }
    ::close(fd);
    return answer;
  }
  // The answer to a question that somebody else answers, with these words.
  [[nodiscard]] Result<std::string> asked_of_a_stranger(const std::string& words) const {
    const int listener = listening_at(path_);
    std::thread stranger([&] {
      const int client = ::accept4(listener, nullptr, nullptr, SOCK_CLOEXEC);
      char request[512];
      EXPECT_GT(::recv(client, request, sizeof request, 0), 0);
      ::send(client, words.data(), words.size(), MSG_NOSIGNAL);
      ::close(client);
    });
    auto answer = ask_control(path_, "weather");
    stranger.join();
    ::close(listener);
    return answer;
  }

  std::string path_;
};

TEST_F(ControlTest, StandsBesideTheSpool) {
  EXPECT_EQ(control_path("/var/lib/airspool/spool.db"), "/var/lib/airspool/control.sock");
  EXPECT_EQ(control_path("spool.db"), "control.sock");
}

TEST_F(ControlTest, AnswersWhatItIsAsked) {
  const auto server = serve();
  const auto answer = ask_control(path_, "weather");
  ASSERT_TRUE(answer) << answer.error().message;
  EXPECT_EQ(*answer, R"({"wind":[270,12]})");
  EXPECT_TRUE(ask_control(path_, "weather")) << "one client after the other";
}

TEST_F(ControlTest, PassesArgumentsOn) {
  const auto server = serve();
  EXPECT_EQ(ask_control(path_, "echo", R"({"after":7})").value(), R"({"after":7})");
  EXPECT_EQ(ask_control(path_, "echo").value(), "{}");
  EXPECT_THAT(raw("{\"command\":\"echo\",\"arguments\":7}\n"), HasSubstr("arguments are a JSON object"));
}

TEST_F(ControlTest, SaysThatItDoesNotKnowACommand) {
  const auto server = serve();
  const auto answer = ask_control(path_, "tides");
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().message, "unknown command 'tides'");
}

TEST_F(ControlTest, ACommandThatIsNoTextIsJustAnotherUnknownOne) {
  const auto server = serve();
  EXPECT_FALSE(ask_control(path_, "\xFF\xFE"));
  EXPECT_TRUE(ask_control(path_, "weather"));
}

TEST_F(ControlTest, ExplainsWhatARequestLooksLike) {
  const auto server = serve();
  for (const char* garbage : {"hello\n", "{}\n", "[1,2]\n", "{\"command\":7}\n", "\"command\"\n",
                              "{\"command\":\"\xFF\"}\n", "\n", "{\"command\":\"weather\""}) {
    EXPECT_THAT(raw(garbage), HasSubstr("a request is one line such as")) << garbage;
  }
  EXPECT_TRUE(ask_control(path_, "weather")) << "and goes on";
}

TEST_F(ControlTest, ReadsNoEndlessRequest) {
  const auto server = serve();
  const int fd = connected_to(path_);
  const std::string much(1 << 20, 'x');
  // It stops reading long before the end, and the connection ends.
  while (::send(fd, much.data(), much.size(), MSG_NOSIGNAL) > 0) {
  }
  ::close(fd);
  EXPECT_TRUE(ask_control(path_, "weather"));
}

TEST_F(ControlTest, AClientThatDribblesHasASecondLikeAnybodyElse) {
  const auto server = serve();
  std::thread dribbler([fd = connected_to(path_)] {
    for (int i = 0; i < 300 && ::send(fd, "x", 1, MSG_NOSIGNAL) == 1; ++i) ::poll(nullptr, 0, 20);
    ::close(fd);
  });
  EXPECT_TRUE(ask_control(path_, "weather", "{}", 3s));
  dribbler.join();
}

TEST_F(ControlTest, IsForTheOwnerAndTheGroup) {
  const auto server = serve();
  struct stat info {};
  ASSERT_EQ(::stat(path_.c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777U, 0660U);
}

TEST_F(ControlTest, TakesOverASocketThatNobodyListensOnAnyMore) {
  ::close(listening_at(path_));
  ASSERT_TRUE(std::filesystem::exists(path_));
  const auto server = serve();
  EXPECT_TRUE(ask_control(path_, "weather"));
}

TEST_F(ControlTest, LeavesNoSocketBehind) {
  serve().reset();
  EXPECT_FALSE(std::filesystem::exists(path_));
}

TEST_F(ControlTest, APathThatIsTooLongForASocketIsAMatterOfConfiguration) {
  const auto server = ControlServer::open("/tmp/" + std::string(120, 'x') + "/control.sock", nullptr);
  ASSERT_FALSE(server);
  EXPECT_EQ(server.error().code, ErrorCode::kConfig);
  EXPECT_THAT(server.error().message, HasSubstr("shorter spool.path"));
}

TEST_F(ControlTest, APlaceWhereNoSocketCanBeIsSaid) {
  const auto server = ControlServer::open("/proc/airspool/control.sock", nullptr);
  ASSERT_FALSE(server);
  EXPECT_EQ(server.error().code, ErrorCode::kIo);
  EXPECT_THAT(server.error().message, HasSubstr("/proc/airspool/control.sock"));
}

TEST_F(ControlTest, NobodyThereIsNotFound) {
  for (const std::string& path : {path_, "/tmp/" + std::string(120, 'x') + "/control.sock"}) {
    const auto answer = ask_control(path, "weather");
    ASSERT_FALSE(answer);
    EXPECT_EQ(answer.error().code, ErrorCode::kNotFound) << answer.error().message;
  }
}

TEST_F(ControlTest, AStaleSocketIsNotFound) {
  ::close(listening_at(path_));
  EXPECT_EQ(ask_control(path_, "weather").error().code, ErrorCode::kNotFound);
}

TEST_F(ControlTest, ACollectorThatDoesNotAnswerIsUnavailable) {
  const int listener = listening_at(path_);
  EXPECT_EQ(ask_control(path_, "weather", "{}", 20ms).error().code, ErrorCode::kUnavailable);
  EXPECT_EQ(ask_control(path_, "weather", "{}", 20ms).error().code, ErrorCode::kUnavailable);
  // By now even the queue in front of it is full.
  EXPECT_EQ(ask_control(path_, "weather", "{}", 20ms).error().code, ErrorCode::kUnavailable);
  ::close(listener);
}

TEST_F(ControlTest, AnAnswerThatIsNoneIsInvalid) {
  for (const char* words : {"hello\n", "[]\n", "{}\n", "{\"ok\":\"yes\",\"result\":1}\n", "{\"ok\":true}\n", "7\n",
                            "{\"ok\":true,\"result\":\"\xFF\"}\n"}) {
    const auto answer = asked_of_a_stranger(words);
    ASSERT_FALSE(answer) << words;
    EXPECT_EQ(answer.error().code, ErrorCode::kInvalidData) << words;
    ::unlink(path_.c_str());
  }
}

TEST_F(ControlTest, ARefusalWithoutAReasonIsARefusal) {
  for (const char* words : {"{\"ok\":false}\n", "{\"ok\":false,\"error\":7}\n"}) {
    const auto answer = asked_of_a_stranger(words);
    ASSERT_FALSE(answer) << words;
    EXPECT_EQ(answer.error().code, ErrorCode::kUnavailable) << words;
    ::unlink(path_.c_str());
  }
}

TEST_F(ControlTest, AnAnswerThatNeverComesIsUnavailable) {
  EXPECT_EQ(asked_of_a_stranger("").error().code, ErrorCode::kUnavailable);
}

}  // namespace
}  // namespace airspool::collector
