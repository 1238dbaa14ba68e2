// SPDX-License-Identifier: Apache-2.0
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <exception>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <optional>
#include <string>
#include <system_error>

#include <CLI/CLI.hpp>
#include <fcntl.h>
#include <sys/stat.h>
#include <sysexits.h>
#include <unistd.h>

#include <airspool/core/clock.h>
#include <airspool/core/result.h>

#include "fakes/mock_opensky.h"

namespace airspool::test {
namespace {

namespace fs = std::filesystem;

struct Options {
  MockSettings mock;
  std::uint16_t port = 8'090;
  std::string recording;
  std::string script;
  std::string folder = "airspool-data/mock-opensky";
};

int report(const Error& error) {
  std::fprintf(stderr, "mock-opensky: %s\n", error.message.c_str());
  return exit_status(error.code);
}

Result<std::string> content_of(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return fail(ErrorCode::kNotFound, "--recording " + path + " cannot be read: " + std::strerror(errno));
  return std::string(std::istreambuf_iterator<char>(file), {});
}

// Readable by its owner alone from the first moment on.
std::optional<Error> write_private(const fs::path& path, const std::string& text) {
  const int fd = ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  const bool written =
      fd >= 0 && ::fchmod(fd, 0600) == 0 && ::write(fd, text.data(), text.size()) == static_cast<ssize_t>(text.size());
  const int number = errno;
  if (fd >= 0) ::close(fd);
  if (written) return std::nullopt;
  return Error{ErrorCode::kIo,
               path.string() + " cannot be written: " + std::strerror(number) + "; name another place with --folder"};
}

std::string configuration(const MockOpenSky& mock, const fs::path& folder, bool anonymous) {
  std::string text = "[radio]\nsource = \"none\"\n\n[opensky]\nbase_url = \"" + mock.base_url() + "\"\n";
  if (!anonymous) {
    text += "token_url = \"" + mock.token_url() + "\"\ncredentials_file = \"" + (folder / "credentials.json").string() +
            "\"\n";
  }
  return text +
         "area = [ { south = 45.8389, west = 5.9962, north = 47.8229, east = 10.5226 } ]\n\n"
         "[spool]\npath = \"" +
         (folder / "spool.db").string() +
         "\"\n\n"
         "[[sink]]\ntype = \"file\"\npath = \"" +
         (folder / "out").string() + "\"\nrotate_seconds = 60\n";
}

int serve(Options& options) {
  if (!options.recording.empty()) {
    auto recording = content_of(options.recording);
    if (!recording) return report(recording.error());
    options.mock.recording = std::move(*recording);
  }
  const auto script = parse_mock_script(options.script);
  if (!script) return report({script.error().code, "--script: " + script.error().message});

  sigset_t ends;
  sigemptyset(&ends);
  sigaddset(&ends, SIGINT);
  sigaddset(&ends, SIGTERM);
  ::pthread_sigmask(SIG_BLOCK, &ends, nullptr);  // before any thread: all of them inherit it

  const SystemClock clock;
  const bool anonymous = options.mock.account == opensky::Account::kAnonymous;
  std::optional<MockOpenSky> mock;
  try {
    mock.emplace(options.mock, clock, options.port);
  } catch (const std::exception&) {
    return report({ErrorCode::kUnavailable,
                   "port " + std::to_string(options.port) + " of 127.0.0.1 is taken: choose another with --port"});
  }
  mock->service().script(*script);

  std::error_code failed;
  const fs::path folder = fs::absolute(options.folder, failed);
  fs::create_directories(folder, failed);
  const std::string config = configuration(*mock, folder, anonymous);
  auto error =
      write_private(folder / "credentials.json", R"({"clientId":")" + options.mock.client_id + R"(","clientSecret":")" +
                                                     options.mock.client_secret + "\"}\n");
  if (!error) error = write_private(folder / "airspool.toml", config);
  if (error) return report(*error);

  std::printf(
      "base_url   %s\ntoken_url  %s\n\nA configuration for it, which is also in %s:\n\n%s\n"
      "Try next:\n  airspool run --config %s\n  curl '%s/states/all?lamin=46&lomin=7&lamax=47&lomax=8'\nCtrl-C ends "
      "it.\n",
      mock->base_url().c_str(), mock->token_url().c_str(), (folder / "airspool.toml").c_str(), config.c_str(),
      (folder / "airspool.toml").c_str(), mock->base_url().c_str());
  std::fflush(stdout);
  int signal = 0;
  ::sigwait(&ends, &signal);
  const auto books = mock->service().books();
  std::printf(
      "\n%llu requests for state vectors, %llu answered, %llu without credits; %llu tokens; %llu credits spent\n",
      static_cast<unsigned long long>(books.states), static_cast<unsigned long long>(books.answers),
      static_cast<unsigned long long>(books.refused), static_cast<unsigned long long>(books.tokens),
      static_cast<unsigned long long>(books.credits));
  return EX_OK;
}

int run(int argc, char** argv) {
  CLI::App app{
      "mock-opensky: a stand-in for the OpenSky Network on this machine, to try a collector without an account.\n"
      "Its aircraft do not exist; its credits, tokens, headers and troubles are like the real ones.",
      "mock-opensky"};
  app.failure_message([](const CLI::App*, const CLI::Error& error) {
    return "mock-opensky: " + std::string(error.what()) + "\nTry 'mock-opensky --help'.\n";
  });
  app.footer(
      "A day with trouble in it: a good answer, three times 503, a login page, then good ones again:\n"
      "  mock-opensky --script 'ok,503*3,html'");
  Options options;
  const std::map<std::string, opensky::Account> accounts{{"anonymous", opensky::Account::kAnonymous},
                                                         {"standard", opensky::Account::kStandard},
                                                         {"feeder", opensky::Account::kFeeder},
                                                         {"licensed", opensky::Account::kLicensed}};
  app.add_option("--port", options.port, "port on 127.0.0.1; 0 is any that is free (8090)");
  app.add_option_function<std::string>(
         "--account", [&](const std::string& name) { options.mock.account = accounts.at(name); },
         "class of the account: standard, if not told otherwise")
      ->check(CLI::IsMember({"anonymous", "standard", "feeder", "licensed"}));
  app.add_option("--aircraft", options.mock.aircraft, "how many; every second one is over Switzerland (200)");
  app.add_option("--seed", options.mock.seed, "the same seed gives the same aircraft (1)");
  app.add_option("--recording", options.recording, "answer with this file, as it is, instead");
  app.add_option("--script", options.script,
                 "what happens to the first requests: ok, 429, 401, 503, drip, cut, html, bomb; 503*3 is three times");
  app.add_option("--folder", options.folder,
                 "where a configuration and its credentials are written (airspool-data/mock-opensky)");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? EX_OK : EX_USAGE;
  }
  return serve(options);
}

}  // namespace
}  // namespace airspool::test

int main(int argc, char** argv) {
  try {
    return airspool::test::run(argc, argv);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "mock-opensky: internal error: %s (please report it)\n", error.what());
    return EX_SOFTWARE;
  }
}
