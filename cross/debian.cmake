# SPDX-License-Identifier: Apache-2.0
# Debian's cross compilers against a sysroot of the board's Debian; arm64.cmake and armhf.cmake say which. AIRSPOOL_SUITE
# is that Debian: a binary runs on it, and mostly on a later one.
set(AIRSPOOL_SUITE "bookworm" CACHE STRING "Debian of the board: bookworm or trixie")
list(APPEND CMAKE_TRY_COMPILE_PLATFORM_VARIABLES AIRSPOOL_SUITE)

set(CMAKE_SYSTEM_NAME Linux)
set(CMAKE_LIBRARY_ARCHITECTURE ${AIRSPOOL_TRIPLE})
find_program(AIRSPOOL_CROSS_CXX ${AIRSPOOL_TRIPLE}-g++)
if(NOT AIRSPOOL_CROSS_CXX)
  message(FATAL_ERROR "${AIRSPOOL_TRIPLE}-g++ is missing: run tools/deps.sh --cross ${AIRSPOOL_DEBIAN_ARCH}")
endif()
set(CMAKE_CXX_COMPILER "${AIRSPOOL_CROSS_CXX}")

set(CMAKE_SYSROOT "${CMAKE_CURRENT_LIST_DIR}/../build/sysroot/${AIRSPOOL_SUITE}-${AIRSPOOL_DEBIAN_ARCH}")
cmake_path(NORMAL_PATH CMAKE_SYSROOT)
get_property(is_try_compile GLOBAL PROPERTY IN_TRY_COMPILE)
if(NOT is_try_compile)
  execute_process(COMMAND "${CMAKE_CURRENT_LIST_DIR}/sysroot.sh" ${AIRSPOOL_DEBIAN_ARCH} ${AIRSPOOL_SUITE} "${CMAKE_SYSROOT}"
                  RESULT_VARIABLE failed)
  if(failed)
    message(FATAL_ERROR "There is no sysroot to build against (see above)")
  endif()
endif()

set(CMAKE_FIND_ROOT_PATH_MODE_PROGRAM NEVER)
set(CMAKE_FIND_ROOT_PATH_MODE_LIBRARY ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_INCLUDE ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_PACKAGE ONLY)
set(ENV{PKG_CONFIG_SYSROOT_DIR} "${CMAKE_SYSROOT}")
set(ENV{PKG_CONFIG_LIBDIR} "${CMAKE_SYSROOT}/usr/lib/${AIRSPOOL_TRIPLE}/pkgconfig:${CMAKE_SYSROOT}/usr/share/pkgconfig")

# The board's C library too, not the compiler's: libraries of a later Debian ask for symbols that the compiler's does not have.
set(CMAKE_EXE_LINKER_FLAGS_INIT "-L${CMAKE_SYSROOT}/link -L${CMAKE_SYSROOT}/usr/lib/${AIRSPOOL_TRIPLE}")

# Tests, and whatever else is built and run, go through the emulator.
find_program(AIRSPOOL_QEMU NAMES ${AIRSPOOL_QEMU_NAME}-static ${AIRSPOOL_QEMU_NAME})
if(AIRSPOOL_QEMU)
  set(CMAKE_CROSSCOMPILING_EMULATOR "${AIRSPOOL_QEMU};-L;${CMAKE_SYSROOT}")
endif()
