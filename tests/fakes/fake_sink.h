// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <airspool/uplink/sink.h>

namespace airspool::test {

// The other side of a FakeSink. Outlives the sink, as a broker does.
struct FakePlace {
  bool away = false;                                            // nothing is accepted; what is in flight is retried
  bool silent = false;                                          // takes and never answers
  std::map<std::int64_t, std::deque<uplink::Outcome>> answers;  // the next answers for a batch, instead of Accepted
  std::string bytes;                                            // all that was accepted, in order
  std::vector<std::int64_t> accepted;
  std::vector<std::pair<std::int64_t, bool>> offered;  // batch, replay
};

// A sink in memory that does what its place says.
class FakeSink final : public uplink::Sink {
 public:
  FakeSink(std::string name, FakePlace& place, uplink::SinkWindow window = {4, 1 << 20})
      : name_(std::move(name)), place_(place), window_(window) {}

  [[nodiscard]] const std::string& name() const override { return name_; }
  [[nodiscard]] uplink::SinkWindow window() const override { return window_; }
  [[nodiscard]] uplink::SinkHealth health() const override {
    return {!place_.away, place_.away, place_.away ? "the fake place is away" : "connected to the fake place"};
  }

  uplink::Offer offer(spool::BatchPtr batch, bool replay) override {
    if (in_flight_.size() >= window_.batches) return uplink::Offer::kFull;
    place_.offered.emplace_back(batch->header.id, replay);
    in_flight_.push_back(std::move(batch));
    return uplink::Offer::kTaken;
  }

  std::vector<uplink::Answer> poll(BootTime /*deadline*/) override {
    if (place_.silent) return {};
    std::vector<uplink::Answer> answers;
    for (const spool::BatchPtr& batch : std::exchange(in_flight_, {})) answers.push_back(answer(*batch));
    return answers;
  }

 private:
  uplink::Answer answer(const spool::Batch& batch) {
    const std::int64_t id = batch.header.id;
    if (place_.away) return {id, uplink::Retry{{}, "the fake place is away", "away"}};
    auto& script = place_.answers[id];
    if (!script.empty()) {
      uplink::Outcome outcome = std::move(script.front());
      script.pop_front();
      return {id, std::move(outcome)};
    }
    place_.bytes += batch.bytes;
    place_.accepted.push_back(id);
    return {id, uplink::Accepted{}};
  }

  std::string name_;
  FakePlace& place_;
  uplink::SinkWindow window_;
  std::vector<spool::BatchPtr> in_flight_;
};

}  // namespace airspool::test
