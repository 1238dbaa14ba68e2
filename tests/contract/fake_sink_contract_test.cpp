// SPDX-License-Identifier: Apache-2.0
#include "contract/sink_contract.h"

namespace airspool::contract {
namespace {

class FakeWorld {
 public:
  static std::string missing() { return {}; }
  const Clock& clock() { return clock_; }
  std::unique_ptr<uplink::Sink> open() { return std::make_unique<test::FakeSink>("fake", place_); }
  void take_away() { place_.away = true; }
  void bring_back() { place_.away = false; }
  std::string delivered() { return place_.bytes; }
  static std::string expected(const spool::Batch& batch) { return whole(batch); }

 private:
  SystemClock clock_;
  test::FakePlace place_;
};

INSTANTIATE_TYPED_TEST_SUITE_P(Fake, SinkContract, FakeWorld);

}  // namespace
}  // namespace airspool::contract
