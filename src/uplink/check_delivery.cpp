// SPDX-License-Identifier: Apache-2.0
#include <memory>
#include <optional>
#include <utility>
#include <variant>

#include <poll.h>

#include <airspool/spool/batch_codec.h>
#include <airspool/uplink/check.h>

namespace airspool::uplink {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kPoll{50};
constexpr milliseconds kPause{5};  // a sink with nothing to wait for returns at once

// Polls until `done` says so, or for `patience`.
template <typename Done>
bool poll_until(Sink& sink, const Clock& clock, milliseconds patience, std::vector<Answer>& answers, const Done& done) {
  const BootTime deadline = clock.boot_now() + patience;
  while (!done()) {
    if (clock.boot_now() >= deadline) return false;
    for (Answer& answer : sink.poll(clock.boot_now() + kPoll)) answers.push_back(std::move(answer));
    ::poll(nullptr, 0, static_cast<int>(kPause.count()));
  }
  return true;
}

CheckStep step_of(const Outcome& outcome, const std::string& before, const SinkHealth& health) {
  if (std::holds_alternative<Accepted>(outcome)) {
    // What a sink has to add to a delivery is a reservation: nobody listens, the acknowledgement means little.
    if (health.detail != before)
      return {"delivery", CheckState::kWarning, "a test message was taken, but: " + health.detail, ""};
    return {"delivery", CheckState::kGood, "a test message was taken and acknowledged", ""};
  }
  const auto* retry = std::get_if<Retry>(&outcome);
  return failed_step("delivery", retry != nullptr ? retry->reason : std::get<Reject>(outcome).reason);
}

}  // namespace

bool check_delivery(Sink& sink, const spool::BatchPtr& probe, const Clock& clock, milliseconds patience,
                    const OnStep& on_step) {
  std::vector<Answer> answers;
  const auto logged_in = [&] { return sink.health().connected; };
  const bool settled =
      poll_until(sink, clock, patience, answers, [&] { return logged_in() || sink.health().attention; });
  const std::string before = sink.health().detail;
  if (!settled || !logged_in()) {
    on_step(failed_step("login", before));
    return false;
  }
  on_step({"login", CheckState::kGood, before, ""});
  if (!probe) {
    on_step({"delivery", CheckState::kSkipped, "no test message was sent, as asked", ""});
    return true;
  }
  bool taken = false;
  const bool answered = poll_until(sink, clock, patience, answers, [&] {
    if (!taken) taken = sink.offer(probe, false) == Offer::kTaken;
    return !answers.empty();
  });
  const CheckStep step =
      answered ? step_of(answers.front().outcome, before, sink.health())
               : failed_step("delivery", "no answer to a test message within " +
                                             std::to_string(std::chrono::ceil<std::chrono::seconds>(patience).count()) +
                                             " s: " + sink.health().detail);
  on_step(step);
  return step.state != CheckState::kFailed;
}

}  // namespace airspool::uplink
