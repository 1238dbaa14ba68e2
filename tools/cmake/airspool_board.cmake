# SPDX-License-Identifier: Apache-2.0
# What a board asks of the compiler: boards/<name>/board.cmake, and a floor for all of them.
set(AIRSPOOL_BOARD "" CACHE STRING "Folder of boards/ to build for; empty: what the compiler makes by itself")
include(CheckCXXSourceCompiles)

set(AIRSPOOL_BOARD_FLAGS)
if(AIRSPOOL_BOARD)
  set(board "${CMAKE_SOURCE_DIR}/boards/${AIRSPOOL_BOARD}")
  if(NOT IS_DIRECTORY "${board}")
    file(GLOB known RELATIVE "${CMAKE_SOURCE_DIR}/boards" "${CMAKE_SOURCE_DIR}/boards/*/board.*")
    list(TRANSFORM known REPLACE "/.*" "")
    list(REMOVE_DUPLICATES known)
    list(JOIN known ", " known)
    message(FATAL_ERROR "boards/ has no '${AIRSPOOL_BOARD}'. It has: ${known}")
  endif()
  include("${board}/board.cmake" OPTIONAL)
endif()
target_compile_options(airspool_build INTERFACE ${AIRSPOOL_BOARD_FLAGS})

list(JOIN AIRSPOOL_BOARD_FLAGS " " CMAKE_REQUIRED_FLAGS)
check_cxx_source_compiles("
  #if defined(__arm__) && __ARM_ARCH < 7
  #error ARMv6
  #endif
  int main() { return 0; }" AIRSPOOL_ARCHITECTURE_IS_SUPPORTED)
unset(CMAKE_REQUIRED_FLAGS)
if(NOT AIRSPOOL_ARCHITECTURE_IS_SUPPORTED)
  message(FATAL_ERROR
    "This compiler makes ARMv6 code. The boards that need it (Pi 1, Zero, Zero W) are not supported: they are too slow to "
    "hear anything. On a newer board with a 32-bit Raspberry Pi OS, whose compiler makes ARMv6 code as well: take the "
    "64-bit system, or configure with -DCMAKE_CXX_FLAGS=-march=armv7-a+fp")
endif()
