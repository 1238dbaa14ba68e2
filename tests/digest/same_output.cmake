# SPDX-License-Identifier: Apache-2.0
# cmake -DONE=program -DOTHER=program -P same_output.cmake: fails unless both print the same, and something.
foreach(program ONE OTHER)
  execute_process(COMMAND "${${program}}" RESULT_VARIABLE status OUTPUT_VARIABLE said_${program})
  if(NOT status EQUAL 0 OR said_${program} STREQUAL "")
    message(FATAL_ERROR "${${program}} ended with ${status}")
  endif()
endforeach()
if(NOT said_ONE STREQUAL said_OTHER)
  message(FATAL_ERROR "not the same:\n${said_ONE}\n${said_OTHER}")
endif()
message(STATUS "the same:\n${said_ONE}")
