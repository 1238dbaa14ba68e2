# SPDX-License-Identifier: Apache-2.0
# 64-bit ARM: Pi 3, Zero 2 W and later with a 64-bit system.
set(CMAKE_SYSTEM_PROCESSOR aarch64)
set(AIRSPOOL_DEBIAN_ARCH arm64)
set(AIRSPOOL_TRIPLE aarch64-linux-gnu)
set(AIRSPOOL_QEMU_NAME qemu-aarch64)
include("${CMAKE_CURRENT_LIST_DIR}/debian.cmake")
