// SPDX-License-Identifier: Apache-2.0
#include "fakes/fault_disk.h"
#include "spool_fixture.h"

namespace airspool::spool {
namespace {

using test::FaultDisk;

// Stories that end in the dark: what is durable at a power cut must be enough for the next run to tell the rest.
class SpoolPowerTest : public SpoolFixture {
 protected:
  SpoolPowerTest() { settings_.sinks = {{"lake", StartAt::kOldest, LeaseOrder::kOldestFirst}}; }

  FaultDisk disk_;
};

TEST_F(SpoolPowerTest, AGapIsDurableBeforeWhatFollowsIt) {
  std::int64_t stored = 0;
  {
    Spool spool = open();
    append(spool, 10);
    disk_.set_state(FaultDisk::State::kReadOnly);
    append(spool, 700);  // 64 batches fit into memory: the oldest are given up
    disk_.set_state(FaultDisk::State::kHealthy);
    int commits = 0;
    disk_.watch([&](FaultDisk::Operation operation, FaultDisk::Part part) {
      if (operation == FaultDisk::Operation::kSync && part == FaultDisk::Part::kWal && ++commits == 2)
        disk_.cut_power();
    });
    pass(spool, 2);
    stored = spool.stored_seq();
    ASSERT_GT(stored, 10);
    ASSERT_LT(stored, 710);
    disk_.watch({});
  }
  disk_.restore_power();
  Spool spool = open();
  append(spool, 10);
  const std::string all = text(lease(spool, "lake"));
  const auto gaps = lines_of_kind(all, "gap");
  ASSERT_EQ(gaps.size(), 1U);
  EXPECT_NE(gaps[0].find("\"from\":11,\"to\":70,\"reason\":\"store-failed\"}"), std::string::npos) << gaps[0];
}

}  // namespace
}  // namespace airspool::spool
