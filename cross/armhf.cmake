# SPDX-License-Identifier: Apache-2.0
# 32-bit ARMv7 with hardware floating point: Pi 2 and later with a 32-bit system. Not ARMv6 (Pi 1, Zero, Zero W).
set(CMAKE_SYSTEM_PROCESSOR armv7l)
set(AIRSPOOL_DEBIAN_ARCH armhf)
set(AIRSPOOL_TRIPLE arm-linux-gnueabihf)
set(AIRSPOOL_QEMU_NAME qemu-arm)
# Files may be larger than 2 GiB. A time beyond 2038 is part of the libraries' interface: since trixie.
set(CMAKE_CXX_FLAGS_INIT "-D_FILE_OFFSET_BITS=64")
if(AIRSPOOL_SUITE AND NOT AIRSPOOL_SUITE STREQUAL "bookworm")
  string(APPEND CMAKE_CXX_FLAGS_INIT " -D_TIME_BITS=64")
endif()
include("${CMAKE_CURRENT_LIST_DIR}/debian.cmake")
