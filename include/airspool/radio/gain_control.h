// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <airspool/core/result.h>
#include <airspool/radio/gain_policy.h>

namespace airspool::radio {

// What is wished for: a number of decibels, the policy above, or the tuner's own control.
struct GainChoice {
  enum class Mode : std::uint8_t { kFixed, kAuto, kAgc };
  Mode mode = Mode::kAuto;
  double fixed_db = 0.0;

  friend bool operator==(const GainChoice&, const GainChoice&) = default;
};
// "38.6", "auto", "agc". kUsage: none of these.
Result<GainChoice> parse_gain(std::string_view text);
std::string to_string(const GainChoice& choice);

struct GainState {
  GainChoice wanted;
  std::optional<double> gain_db;  // of the tuner now; nothing under its own control, and without a tuner
  std::string reason;             // why it is so
  std::uint64_t changes = 0;      // after the first setting of a tuner
};

// The gain of a source that has a tuner, while that comes and goes. Owned by the source; every call is safe from any
// thread. What is wished for outlives the tuner: the next one gets it.
class GainControl {
 public:
  // Sets the tuner: tenths of a decibel out of its table, or nothing for its own control. May take seconds.
  using Apply = std::function<Result<void>(std::optional<int> tenth_db)>;

  explicit GainControl(GainChoice wanted);

  // A tuner is there: it gets what is wanted at once. The table in tenths of a decibel; empty: cannot be set. `holder`
  // numbers those who attach: one that was overtaken by a later one is refused (kUnavailable).
  Result<void> attach(std::vector<int> table_tenth_db, Apply apply, std::uint64_t holder = 0);
  // It is gone; after the return its `apply` is not called any more. Nothing for a holder that was overtaken.
  void detach(std::uint64_t holder = 0);

  // From now on. A sentence that says what that means: the nearest gain of the table, or that no tuner is there yet.
  Result<std::string> choose(const GainChoice& wanted);
  // What the demodulator met: under "auto" the gain follows. True: it was changed.
  bool observe(const GainEvidence& evidence);

  [[nodiscard]] GainState state() const;

 private:
  Result<void> set_wanted(bool counts);
  void show(std::optional<double> gain_db, std::string reason, bool counts);
  [[nodiscard]] std::size_t nearest(double db) const;
  [[nodiscard]] double db_of(std::size_t step) const;

  std::mutex work_;           // one change at a time, for as long as the tuner takes
  mutable std::mutex mutex_;  // state_, so that looking never waits for the tuner; written under both
  GainState state_;
  std::vector<int> table_;
  Apply apply_;
  std::uint64_t holder_ = 0;
  std::optional<GainPolicy> policy_;
  std::optional<double> last_auto_db_;  // where the policy was, for the next tuner
};

}  // namespace airspool::radio
