// SPDX-License-Identifier: Apache-2.0
#include "dongle.h"

namespace airspool::radio {

Result<std::unique_ptr<DongleBus>> open_librtlsdr() {
  return fail(
      ErrorCode::kConfig,
      "this airspool was built without librtlsdr and cannot read a dongle; install the package that can, or use "
      "rtl_tcp or another decoder on the machine that has the dongle");
}

}  // namespace airspool::radio
