// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iterator>
#include <optional>
#include <string>
#include <string_view>

#include <malloc.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <airspool/core/log.h>
#include <airspool/net/curl_http_client.h>
#include <airspool/opensky/poller.h>

#include "fakes/mock_opensky.h"
#include "rss.h"

// How fast an answer of the whole world is read, and what it takes while it is: from memory, and by HTTP from another
// process. Usage: opensky_bench [FILE], a recorded answer; else one of 12,000 generated aircraft (seed 1).
namespace airspool {
namespace {

using SteadyClock = std::chrono::steady_clock;

struct Read {
  std::size_t rows = 0;
  double seconds = 0.0;
  std::int64_t peak_bytes = 0;  // more private memory than before, with every row in hand
};

Read from_memory(std::string_view text) {
  Read read;
  ::malloc_trim(0);
  const std::int64_t before = test::private_bytes();
  const auto start = SteadyClock::now();
  opensky::ParseReport report;
  const auto answer = opensky::parse_states(
      [&, at = std::size_t{0}](std::span<char> into) mutable -> Result<std::size_t> {
        const std::size_t count = std::min(into.size(), text.size() - at);
        std::memcpy(into.data(), text.data() + at, count);
        at += count;
        return count;
      },
      &report);
  read.seconds = std::chrono::duration<double>(SteadyClock::now() - start).count();
  read.peak_bytes = test::private_bytes() - before;
  if (answer) read.rows = answer->states.size();
  return read;
}

// The service runs in a process of its own, so that its memory is not ours.
pid_t serve(const test::MockSettings& settings, int ready) {
  const pid_t child = ::fork();
  if (child != 0) return child;
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  const SystemClock clock;
  const test::MockOpenSky mock(settings, clock);
  const std::string url = mock.base_url();
  if (::write(ready, url.data(), url.size()) < 0) std::_Exit(1);
  ::close(ready);
  while (true) ::pause();
}

std::optional<Read> over_http(const test::MockSettings& settings) {
  int pipe_ends[2];
  if (::pipe(pipe_ends) != 0) return std::nullopt;
  const pid_t child = serve(settings, pipe_ends[1]);
  ::close(pipe_ends[1]);
  char url[128] = {};
  const ssize_t size = ::read(pipe_ends[0], url, sizeof(url) - 1);
  ::close(pipe_ends[0]);
  std::optional<Read> read;
  if (size > 0) {
    const SystemClock clock;
    metrics::Registry metrics;
    auto http = net::CurlHttpClient::create();
    opensky::PollerSettings poller_settings;
    poller_settings.base_url = url;
    std::int64_t before = 0;
    Read seen;
    auto poller =
        opensky::Poller::create(poller_settings, **http, clock, metrics, [&](opensky::OpenSkyAnswer&& answer) {
          seen.rows = answer.states.size();
          seen.peak_bytes = test::private_bytes() - before;
        });
    ::malloc_trim(0);
    before = test::private_bytes();
    const auto start = SteadyClock::now();
    poller->step(clock.boot_now());
    seen.seconds = std::chrono::duration<double>(SteadyClock::now() - start).count();
    if (seen.rows > 0) read = seen;
  }
  ::kill(child, SIGKILL);
  ::waitpid(child, nullptr, 0);
  return read;
}

void print(const char* what, const Read& read) {
  std::printf("%-12s %6zu aircraft in %6.1f ms: %8.0f aircraft/s, %5.2f MB private memory at its peak\n", what,
              read.rows, read.seconds * 1e3, static_cast<double>(read.rows) / read.seconds,
              static_cast<double>(read.peak_bytes) / 1e6);
}

int run(int argc, char** argv) {
  log::set_level(log::Level::kError);
  test::MockSettings settings;
  if (argc > 1) {
    std::ifstream file(argv[1], std::ios::binary);
    settings.recording.assign(std::istreambuf_iterator<char>(file), {});
  } else {
    settings.recording = test::MockSky(1, 12'000, {46.8, 8.2}).answer(1'790'000'000, {{}, {}, true});
  }
  const auto http = over_http(settings);  // first: a heap that nothing has used yet
  if (!http) {
    std::fprintf(stderr, "opensky_bench: no answer came through: is %s one of /states/all?\n",
                 argc > 1 ? argv[1] : "it");
    return 1;
  }
  print("by HTTP", *http);
  Read best = from_memory(settings.recording);
  const std::int64_t peak = best.peak_bytes;
  for (int i = 0; i < 20; ++i) best.seconds = std::min(best.seconds, from_memory(settings.recording).seconds);
  best.peak_bytes = peak;
  print("from memory", best);
  return 0;
}

}  // namespace
}  // namespace airspool

int main(int argc, char** argv) { return airspool::run(argc, argv); }
