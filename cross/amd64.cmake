# SPDX-License-Identifier: Apache-2.0
# A PC: so that its package is made against the same libraries wherever it is made.
set(CMAKE_SYSTEM_PROCESSOR x86_64)
set(AIRSPOOL_DEBIAN_ARCH amd64)
set(AIRSPOOL_TRIPLE x86_64-linux-gnu)
set(AIRSPOOL_QEMU_NAME qemu-x86_64)
include("${CMAKE_CURRENT_LIST_DIR}/debian.cmake")
