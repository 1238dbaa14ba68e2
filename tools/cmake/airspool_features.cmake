# SPDX-License-Identifier: Apache-2.0
# Optional third parties. AUTO takes what is there, ON fails without it, OFF leaves it out.
find_package(PkgConfig REQUIRED)

function(airspool_feature feature module)
  set(found OFF)
  if(NOT AIRSPOOL_WITH_${feature} STREQUAL "OFF")
    pkg_check_modules(${feature} QUIET IMPORTED_TARGET ${module})
    if(${feature}_FOUND)
      set(found ON)
    elseif(AIRSPOOL_WITH_${feature} STREQUAL "ON")
      message(FATAL_ERROR "AIRSPOOL_WITH_${feature}=ON, but pkg-config does not know '${module}': run tools/deps.sh")
    endif()
  endif()
  set(AIRSPOOL_HAVE_${feature} ${found} PARENT_SCOPE)
endfunction()

function(airspool_print_features)
  message(STATUS "airspool ${PROJECT_VERSION}: rtlsdr=${AIRSPOOL_HAVE_RTLSDR} kafka=${AIRSPOOL_HAVE_KAFKA} mqtt=${AIRSPOOL_HAVE_MQTT}")
endfunction()

airspool_feature(RTLSDR librtlsdr)
airspool_feature(KAFKA rdkafka)
# MQTT is our own publisher (src/decisions/0007); its TLS is OpenSSL.
airspool_feature(MQTT openssl)
