# SPDX-License-Identifier: Apache-2.0
# airspool_module(NAME sky SOURCES a.cpp b.cpp DEPS core modes PRIVATE Some::Library)
# One static library per room: airspool_<name>, alias airspool::<name>. Its face is include/airspool/<name>/, its
# rooms on the left are DEPS (public), third parties are PRIVATE: they are included in its .cpp files only. COLD: it is not where
# the time goes (airspool_build.cmake).
function(airspool_module)
  cmake_parse_arguments(ARG "COLD" "NAME" "SOURCES;DEPS;PUBLIC;PRIVATE" ${ARGN})
  set(target airspool_${ARG_NAME})
  add_library(${target} STATIC ${ARG_SOURCES})
  add_library(airspool::${ARG_NAME} ALIAS ${target})
  list(TRANSFORM ARG_DEPS PREPEND airspool::)
  target_include_directories(${target} PUBLIC "${CMAKE_SOURCE_DIR}/include" PRIVATE "${CMAKE_CURRENT_SOURCE_DIR}")
  target_link_libraries(${target} PUBLIC ${ARG_DEPS} ${ARG_PUBLIC} PRIVATE airspool_build ${ARG_PRIVATE})
  if(ARG_COLD)
    target_compile_options(${target} PRIVATE ${AIRSPOOL_COLD_OPTIONS})
  endif()
endfunction()
