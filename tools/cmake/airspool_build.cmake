# SPDX-License-Identifier: Apache-2.0
# One INTERFACE target carries what every translation unit is compiled with; nothing touches CMAKE_CXX_FLAGS.
set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)

find_program(AIRSPOOL_CCACHE ccache)
if(AIRSPOOL_CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  # The tests have precompiled headers; without these words ccache stays away from whatever uses them.
  set(CMAKE_CXX_COMPILER_LAUNCHER
    ${CMAKE_COMMAND} -E env CCACHE_SLOPPINESS=pch_defines,time_macros "${AIRSPOOL_CCACHE}")
endif()

# CMake must know that the compiler looks there by itself: named a second time, before the C++ headers, the board's C headers
# would mix with the compiler's. It finds out alone, but not through a ccache that rewrites paths (base_dir).
if(CMAKE_SYSROOT)
  list(APPEND CMAKE_CXX_IMPLICIT_INCLUDE_DIRECTORIES
    "${CMAKE_SYSROOT}/usr/include" "${CMAKE_SYSROOT}/usr/include/${CMAKE_LIBRARY_ARCHITECTURE}")
endif()

find_package(Threads REQUIRED)

add_library(airspool_build INTERFACE)
target_link_libraries(airspool_build INTERFACE Threads::Threads)
target_compile_options(airspool_build INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wnon-virtual-dtor -Woverloaded-virtual -Wimplicit-fallthrough
  $<$<CXX_COMPILER_ID:GNU>:-Wsuggest-override -Wno-psabi>
  $<$<BOOL:${AIRSPOOL_WERROR}>:-Werror>)
# What is not where the time goes is made small, for the card of a Pi; for a sanitizer it is made fast.
set(AIRSPOOL_COLD_OPTIONS $<$<NOT:$<CONFIG:Debug>>:-Os>)
if(AIRSPOOL_SANITIZE)
  set(AIRSPOOL_COLD_OPTIONS -O0)
  # GCC 12's sanitizers make it see uninitialised values in the standard library (std::regex, std::function).
  target_compile_options(airspool_build INTERFACE
    -fsanitize=${AIRSPOOL_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all
    $<$<CXX_COMPILER_ID:GNU>:-Wno-maybe-uninitialized>)
  target_link_options(airspool_build INTERFACE -fsanitize=${AIRSPOOL_SANITIZE})
endif()
if(AIRSPOOL_BUILD_FUZZERS)
  if(NOT CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
    message(FATAL_ERROR "The fuzzers need clang: use the preset 'fuzz' (cmake --preset fuzz)")
  endif()
  target_compile_options(airspool_build INTERFACE
    -fsanitize=address,undefined,fuzzer-no-link -fno-sanitize-recover=all)
  target_link_options(airspool_build INTERFACE -fsanitize=address,undefined)
endif()
