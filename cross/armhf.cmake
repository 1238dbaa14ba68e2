# SPDX-License-Identifier: Apache-2.0
# 32-bit ARMv7 with hardware floating point: Pi 2 and later with a 32-bit system. Not ARMv6 (Pi 1, Zero, Zero W).
set(CMAKE_SYSTEM_PROCESSOR armv7l)
set(AIRSPOOL_DEBIAN_ARCH armhf)
set(AIRSPOOL_TRIPLE arm-linux-gnueabihf)
set(AIRSPOOL_QEMU_NAME qemu-arm)
include("${CMAKE_CURRENT_LIST_DIR}/debian.cmake")
