// SPDX-License-Identifier: Apache-2.0
#include "stage_watch.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace airspool::collector {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;

class StageWatchTest : public testing::Test {
 protected:
  StageWatchTest() {
    watch_.add("sky", sky_, 15s);
    watch_.add("store", store_, 60s);
    sky_.beat();
    store_.beat();
    watch_.silent(now_);
  }
  // A look every five seconds, as main does.
  std::vector<std::string> after(std::chrono::seconds time) {
    std::vector<std::string> silent;
    for (auto passed = 0s; passed < time; passed += 5s) {
      now_ += 5s;
      silent = watch_.silent(now_);
    }
    return silent;
  }

  Heartbeat sky_;
  Heartbeat store_;
  StageWatch watch_;
  BootTime now_{100s};
};

TEST_F(StageWatchTest, WhoeverMovesIsNotSilent) {
  for (int look = 0; look < 100; ++look) {
    sky_.beat();
    store_.beat();
    EXPECT_THAT(after(5s), IsEmpty());
  }
}

TEST_F(StageWatchTest, EachStageHasItsOwnPatience) {
  EXPECT_THAT(after(15s), IsEmpty());
  EXPECT_THAT(after(5s), ElementsAre("sky"));
  EXPECT_THAT(after(45s), ElementsAre("sky", "store"));
}

TEST_F(StageWatchTest, AStageThatComesBackIsForgiven) {
  EXPECT_THAT(after(30s), ElementsAre("sky"));
  sky_.beat();
  EXPECT_THAT(after(15s), IsEmpty());
}

TEST_F(StageWatchTest, AStageThatRestsMayBeSilent) {
  sky_.rest();
  store_.rest();
  EXPECT_THAT(after(1h), IsEmpty());
  sky_.beat();
  EXPECT_THAT(after(25s), ElementsAre("sky")) << "it works again";
}

TEST_F(StageWatchTest, AStageThatHasNotStartedIsNotSilent) {
  const Heartbeat never;
  watch_.add("opensky", never, 1s);
  EXPECT_THAT(after(5s), IsEmpty());
}

TEST_F(StageWatchTest, AMachineThatSleptBlamesNobody) {
  now_ += 8h;
  EXPECT_THAT(watch_.silent(now_), IsEmpty());
  EXPECT_THAT(after(10s), ElementsAre("sky")) << "awake, and still silent";
}

}  // namespace
}  // namespace airspool::collector
