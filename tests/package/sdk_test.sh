#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# The SDK alone: configured by itself, into folders of unusual names, then moved.
# shellcheck source=tests/package/lib.sh
source "$(dirname "$0")/lib.sh"

libdir=lib/$(cc -print-multiarch) # Debian's own choice
cmake -S "$SLIPWAY_SOURCE/sdk" -B build-sdk -DCMAKE_INSTALL_LIBDIR="$libdir" -DCMAKE_INSTALL_INCLUDEDIR=headers \
    -DCMAKE_INSTALL_DATADIR=data >configure.log
DESTDIR=$PWD/image cmake --install build-sdk --prefix /first >install.log
mv image/first 'moved here'
moved="$PWD/moved here"
use_prefix "$moved"
same 'everything is where GNUInstallDirs says' "./data/slipway/template/c/plugin.c
./data/slipway/template/cpp/plugin.cpp
./data/slipway/template/rust/slipway-sys/src/lib.rs
./data/slipway/template/rust/src/lib.rs
./headers/slipway/stage.h
./headers/slipway/stage.hpp
./$libdir/cmake/SlipwaySDK/SlipwayAddPlugin.cmake
./$libdir/cmake/SlipwaySDK/SlipwaySDKConfig.cmake
./$libdir/cmake/SlipwaySDK/SlipwaySDKConfigVersion.cmake
./$libdir/cmake/SlipwaySDK/SlipwaySDKTargets.cmake
./$libdir/cmake/SlipwaySDK/plugin.map
./$libdir/pkgconfig/slipway-sdk.pc
./share/doc/slipway-sdk/LICENSE" \
    "$(cd "$moved" && find . -type f | grep -E 'plugin\.c|lib\.rs|headers|lib/|LICENSE' | sort)"
same 'the version is that of the ABI' 1.0 "$(pkg-config --modversion slipway-sdk)"
same 'plugindir' "$(realpath -m "$moved/$libdir/slipway/stages")" \
    "$(eval "realpath -m $(pkg-config --variable=plugindir slipway-sdk)")"

# find_package refuses another major version and a newer minor one.
for version in 1 1.0 2 1.1 0.9; do
    mkdir "want-$version"
    echo "cmake_minimum_required(VERSION 3.16)
project(want LANGUAGES C)
find_package(SlipwaySDK $version CONFIG REQUIRED)
get_target_property(dirs slipway::sdk INTERFACE_INCLUDE_DIRECTORIES)
message(STATUS \"\${dirs} \${SLIPWAY_PLUGIN_DIR} \${SLIPWAY_TEMPLATE_DIR}\")" >"want-$version/CMakeLists.txt"
    case $version in
    1 | 1.0) says 0 "$moved/headers $libdir/slipway/stages $moved/data/slipway/template" \
        cmake -S "want-$version" -B "want-$version/build" ;;
    *) says 1 'version: 1.0' cmake -S "want-$version" -B "want-$version/build" ;;
    esac
done

# Both ways to build, from the moved tree.
template=$moved/data/slipway/template/c
eval "cc -std=c11 $(pkg-config --cflags slipway-sdk) '$template'/*.c $(pkg-config --variable=ldflags slipway-sdk) -o by-hand.so"
# The host of another place: the SDK has none, and needs none but for this test.
cmake -S "$template" -B build-c -DSLIPWAY_PROGRAM="$SLIPWAY" >configure.log
cmake --build build-c >build.log
for plugin in by-hand.so build-c/my-stage.so; do
    says 0 'my-stage 1.0.0 (MIT)' "$SLIPWAY" inspect $plugin
done
says 0 'my-stage.check' ctest --test-dir build-c

# A symbol that nobody defines is found by the linker, not by the user's dlopen().
mkdir broken && cp -r "$template"/* broken/ && echo 'int nobody(void); int caller(void); int caller(void) { return nobody(); }' >>broken/json.c
cmake -S broken -B broken/build >configure.log
says 1 'nobody' cmake --build broken/build
# ... whatever else the flags say: -pthread is no sanitizer.
cmake -S broken -B broken/build -DCMAKE_C_FLAGS=-pthread >configure.log
says 1 'nobody' cmake --build broken/build
