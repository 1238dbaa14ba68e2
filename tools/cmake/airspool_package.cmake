# SPDX-License-Identifier: Apache-2.0
# One Debian package: `airspool`, or `airspool-cloud` when it has no radio. `cpack` in a build folder makes it, or
# tools/package.sh for any Debian and processor. The maintainer scripts and texts are in firmware/debian/.
if(AIRSPOOL_HAVE_RTLSDR)
  set(AIRSPOOL_PACKAGE airspool)
  set(sister airspool-cloud)
  set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "edge collector for ADS-B on 1090 MHz")
  set(CPACK_DEBIAN_PACKAGE_DESCRIPTION "Hears aircraft with an RTL-SDR dongle, merges what they say with the data
of the OpenSky Network, keeps all of it in SQLite while the network is away,
and forwards it to Kafka (Amazon MSK) or MQTT.
.
It runs on a Raspberry Pi Zero 2 W and everything larger.")
else()
  set(AIRSPOOL_PACKAGE airspool-cloud)
  set(sister airspool)
  set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "edge collector for data of the OpenSky Network")
  set(CPACK_DEBIAN_PACKAGE_DESCRIPTION "Asks the OpenSky Network for aircraft within a budget of credits, keeps the
answers in SQLite while the network is away, and forwards them to Kafka
(Amazon MSK) or MQTT.
.
This build has no radio; the package airspool has one.")
endif()
set(AIRSPOOL_MAINTAINER "The Airspool maintainers <maintainers@airspool.invalid>")
set(AIRSPOOL_HOMEPAGE "https://airspool.invalid/")

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME ${AIRSPOOL_PACKAGE})
set(CPACK_PACKAGE_VENDOR "Airspool")
set(CPACK_PACKAGE_CONTACT "${AIRSPOOL_MAINTAINER}")
set(CPACK_DEBIAN_PACKAGE_SECTION hamradio)
set(CPACK_DEBIAN_PACKAGE_PRIORITY optional)
set(CPACK_DEBIAN_PACKAGE_CONFLICTS ${sister})
set(CPACK_DEBIAN_PACKAGE_REPLACES ${sister})
set(CPACK_DEBIAN_PACKAGE_RECOMMENDS ca-certificates)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_STRIP_FILES ON)
set(CPACK_COMPONENTS_ALL runtime)
set(CPACK_VERBATIM_VARIABLES ON)

# One package a suite, since sonames differ; that of the later suite is the higher version.
if(NOT AIRSPOOL_SUITE)
  set(AIRSPOOL_SUITE unstable)
  set(CPACK_DEBIAN_PACKAGE_RELEASE 1)
elseif(AIRSPOOL_SUITE STREQUAL "bookworm")
  set(CPACK_DEBIAN_PACKAGE_RELEASE "1~deb12")
else()
  set(CPACK_DEBIAN_PACKAGE_RELEASE "1~deb13")
endif()
set(CPACK_DEBIAN_FULL_VERSION "${PROJECT_VERSION}-${CPACK_DEBIAN_PACKAGE_RELEASE}")

# systemd-sysusers, with or without systemd.
set(needs "systemd-standalone-sysusers | systemd-sysusers")
if(CMAKE_SYSROOT)
  # dpkg-shlibdeps does not know a sysroot; what it would say is in the sysroot's own shlibs.
  set(CPACK_DEBIAN_PACKAGE_ARCHITECTURE ${AIRSPOOL_DEBIAN_ARCH})
  set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS OFF)
  configure_file("${CMAKE_SOURCE_DIR}/tools/cmake/airspool_depends.cmake.in"
                 "${CMAKE_BINARY_DIR}/airspool_depends.cmake" @ONLY)
  set(CPACK_PRE_BUILD_SCRIPTS "${CMAKE_BINARY_DIR}/airspool_depends.cmake")
else()
  set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
endif()
set(CPACK_DEBIAN_PACKAGE_DEPENDS "${needs}")

# Texts that name the package. Dated by SOURCE_DATE_EPOCH where it is set.
string(TIMESTAMP AIRSPOOL_PACKAGE_DATE "%a, %d %b %Y 00:00:00 +0000" UTC)
set(debian "${CMAKE_SOURCE_DIR}/firmware/debian")
set(texts "${CMAKE_BINARY_DIR}/debian")
configure_file("${debian}/copyright.${AIRSPOOL_PACKAGE}.in" "${texts}/copyright" @ONLY)
configure_file("${debian}/lintian-overrides.in" "${texts}/${AIRSPOOL_PACKAGE}" @ONLY)
configure_file("${debian}/changelog.in" "${texts}/changelog.Debian" @ONLY)
configure_file("${CMAKE_SOURCE_DIR}/CHANGELOG.md" "${texts}/changelog" COPYONLY)
set(CPACK_DEBIAN_PACKAGE_CONTROL_EXTRA
  "${debian}/preinst;${debian}/postinst;${debian}/prerm;${debian}/postrm;${debian}/conffiles")
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)

set(doc "${CMAKE_INSTALL_DATADIR}/doc/${AIRSPOOL_PACKAGE}")
find_program(AIRSPOOL_GZIP gzip REQUIRED)
# Packed when it is installed, the same each time. Manual pages and completion: by the target airspool_man, if there is one.
install(CODE "
  file(GLOB texts \"${texts}/changelog.Debian\" \"${texts}/changelog\" \"${CMAKE_BINARY_DIR}/man/*.[15]\")
  foreach(text IN LISTS texts)
    execute_process(COMMAND \"${AIRSPOOL_GZIP}\" -9nf --keep \"\${text}\" COMMAND_ERROR_IS_FATAL ANY)
  endforeach()" COMPONENT runtime)
if(TARGET airspool_man)
  foreach(section 1 5)
    install(DIRECTORY "${CMAKE_BINARY_DIR}/man/" DESTINATION ${CMAKE_INSTALL_MANDIR}/man${section} COMPONENT runtime
            FILES_MATCHING PATTERN "*.${section}.gz")
  endforeach()
  install(FILES "${CMAKE_BINARY_DIR}/completion/airspool" DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions
          COMPONENT runtime)
endif()
install(DIRECTORY "${CMAKE_SOURCE_DIR}/firmware/config/examples" DESTINATION ${doc} COMPONENT runtime)
install(FILES "${texts}/changelog.Debian.gz" "${texts}/changelog.gz" "${texts}/copyright" DESTINATION ${doc} COMPONENT runtime)
install(FILES "${CMAKE_SOURCE_DIR}/NOTICE" DESTINATION ${doc} COMPONENT runtime)
install(FILES "${texts}/${AIRSPOOL_PACKAGE}" DESTINATION ${CMAKE_INSTALL_DATADIR}/lintian/overrides COMPONENT runtime)
include(CPack)

# What must be built before `cpack`: nothing else is.
add_custom_target(package_files)
add_dependencies(package_files airspool)
if(TARGET airspool_man)
  add_dependencies(package_files airspool_man)
endif()
set(CMAKE_SKIP_INSTALL_ALL_DEPENDENCY ON)
