# SPDX-License-Identifier: Apache-2.0
set(AIRSPOOL_BOARD_FLAGS -mcpu=cortex-a72)
