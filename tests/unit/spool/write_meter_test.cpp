// SPDX-License-Identifier: Apache-2.0
#include "write_meter.h"

#include <fstream>

#include "spool_fixture.h"

namespace airspool::spool {
namespace {

class WriteMeterTest : public SpoolFixture {
 protected:
  void written(std::int64_t process, std::int64_t sectors) const {
    std::ofstream(folder_ / "io") << "rchar: 1\nwchar: 2\nsyscr: 3\nsyscw: 4\nread_bytes: 5\nwrite_bytes: " << process
                                  << "\ncancelled_write_bytes: 6\n";
    std::ofstream(folder_ / "stat") << "  11 12 13 14 15 16 " << sectors << " 18 19 20 21\n";
  }
  void look() { meter_.look(clock_.boot_now(), clock_.wall_now()); }

  WriteMeter meter_{folder_ / "io", folder_ / "stat"};
};

TEST_F(WriteMeterTest, CountsSinceItsFirstLookAndProjectsAYear) {
  written(1000, 10);
  look();
  EXPECT_EQ(meter_.by_process().today, 0);
  EXPECT_EQ(meter_.by_process().a_year, std::nullopt) << "too early to tell";
  clock_.advance(std::chrono::minutes(100));
  written(1000 + 6000, 10 + 100);
  look();
  EXPECT_EQ(meter_.by_process().today, 6000);
  EXPECT_EQ(meter_.by_process().a_year, 31'557'600) << "a byte a second";
  EXPECT_EQ(meter_.on_device().today, 51'200);
}

TEST_F(WriteMeterTest, LooksOnceAMinute) {
  written(0, 0);
  look();
  clock_.advance(std::chrono::seconds(59));
  written(500, 0);
  look();
  EXPECT_EQ(meter_.by_process().today, 0);
  clock_.advance(std::chrono::seconds(1));
  look();
  EXPECT_EQ(meter_.by_process().today, 500);
}

TEST_F(WriteMeterTest, ADayBeginsAtMidnight) {
  written(0, 0);
  look();
  clock_.advance(std::chrono::hours(9));  // 14:13 -> 23:13
  written(900, 0);
  look();
  EXPECT_EQ(meter_.by_process().today, 900);
  clock_.advance(std::chrono::hours(1));
  written(1000, 0);
  look();
  EXPECT_EQ(meter_.by_process().today, 100);
}

TEST_F(WriteMeterTest, WithoutADeviceNothingIsSaidOfOne) {
  WriteMeter meter(folder_ / "no-io", "");
  meter.look(clock_.boot_now(), clock_.wall_now());
  EXPECT_EQ(meter.by_process().today, std::nullopt);
  EXPECT_EQ(meter.on_device().today, std::nullopt);
  EXPECT_EQ(WriteMeter::device_stat_of(folder_ / "nothing"), "");
}

}  // namespace
}  // namespace airspool::spool
