# SPDX-License-Identifier: GPL-3.0-or-later
#
# The Debian packages slipway, slipway-plugins and slipway-sdk-dev, one for each component of `cmake --install`, made by
# cpack in a build that is configured for /usr: the preset `package`, or ./dev package.
set(debian ${CMAKE_CURRENT_LIST_DIR}/debian)
set(made ${CMAKE_BINARY_DIR}/debian)
set(SLIPWAY_CONTACT "Slipway maintainers <slipway@users.noreply.github.com>" CACHE STRING "who makes these packages")

set(package_host slipway)
set(package_plugins slipway-plugins)
set(package_sdk slipway-sdk-dev)

# Policy 12.5 and 12.7: what is in every package. The date is SOURCE_DATE_EPOCH's, if that is set.
find_program(SLIPWAY_GZIP gzip REQUIRED)
string(TIMESTAMP SLIPWAY_PACKAGE_DATE "%a, %d %b %Y %H:%M:%S +0000" UTC)
configure_file(${debian}/changelog.in ${made}/changelog @ONLY)
execute_process(COMMAND ${SLIPWAY_GZIP} -9 -n -f ${made}/changelog COMMAND_ERROR_IS_FATAL ANY)
foreach(component host plugins sdk)
    install(FILES ${debian}/copyright ${made}/changelog.gz DESTINATION ${CMAKE_INSTALL_DATADIR}/doc/${package_${component}}
            COMPONENT ${component})
endforeach()
foreach(script postinst prerm postrm)
    configure_file(${debian}/${script} ${made}/${script} COPYONLY
                   FILE_PERMISSIONS OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE WORLD_READ WORLD_EXECUTE)
endforeach()

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME slipway)
set(CPACK_PACKAGE_CONTACT ${SLIPWAY_CONTACT})
set(CPACK_PACKAGING_INSTALL_PREFIX ${CMAKE_INSTALL_PREFIX})
set(CPACK_INSTALL_DEFAULT_DIRECTORY_PERMISSIONS
    OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE WORLD_READ WORLD_EXECUTE)
set(CPACK_STRIP_FILES ON)
set(CPACK_COMPONENTS_ALL host plugins sdk)
set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
set(CPACK_DEBIAN_PACKAGE_SECTION devel)

set(CPACK_DEBIAN_HOST_PACKAGE_NAME ${package_host})
set(CPACK_COMPONENT_HOST_DESCRIPTION "build and publish the base images of Linux distributions
Slipway runs chains of stages, from packages to a git tag, to the pull request
on Docker's official-images, to the verified image. Every step is recorded,
reproducible and resumable. Units for systemd run a chain every month.

The stages are in slipway-plugins.")
set(CPACK_DEBIAN_HOST_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_HOST_PACKAGE_DEPENDS
    "systemd | systemd-standalone-sysusers | systemd-sysusers, systemd | systemd-standalone-tmpfiles | systemd-tmpfiles")
set(CPACK_DEBIAN_HOST_PACKAGE_RECOMMENDS "slipway-plugins, ca-certificates, uidmap")
set(CPACK_DEBIAN_HOST_PACKAGE_SECTION admin)
set(CPACK_DEBIAN_HOST_PACKAGE_CONTROL_EXTRA ${made}/postinst ${made}/prerm ${made}/postrm)

set(CPACK_DEBIAN_PLUGINS_PACKAGE_NAME ${package_plugins})
set(CPACK_COMPONENT_PLUGINS_DESCRIPTION "stages for slipway
Resolves and downloads packages with libalpm, builds and tests root
filesystems, compresses them, makes OCI layouts, publishes git tags, opens pull
requests and verifies images on Docker Hub.")
set(CPACK_DEBIAN_PLUGINS_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PLUGINS_PACKAGE_DEPENDS "slipway (= ${PROJECT_VERSION})")
set(CPACK_DEBIAN_PLUGINS_PACKAGE_RECOMMENDS "ca-certificates, git, gnupg, openssh-client")
set(CPACK_DEBIAN_PLUGINS_PACKAGE_SECTION admin)

set(CPACK_DEBIAN_SDK_PACKAGE_NAME ${package_sdk})
set(CPACK_COMPONENT_SDK_DESCRIPTION "build stages for slipway
The stage ABI as a C header, a C++20 layer over it, files for CMake and
pkg-config, and templates in C, C++ and Rust.")
set(CPACK_DEBIAN_SDK_PACKAGE_SUGGESTS "slipway, cmake, pkg-config, g++, cargo")
set(CPACK_DEBIAN_SDK_PACKAGE_SECTION libdevel)

include(CPack)
