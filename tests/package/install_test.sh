#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Installs the build tree for the tests of this folder, and looks at what came of it.
# shellcheck source=tests/package/lib.sh
source "$(dirname "$0")/lib.sh"

rm -rf "$prefix"
cmake --install "$SLIPWAY_BUILD" --prefix "$prefix" >install.log || { cat install.log && fail 'cmake --install'; }
use_prefix "$prefix"
says 0 'slipway ' slipway --version
for plugin in "$SLIPWAY_STAGES"/*.so; do
    [ -e "$plugin" ] || continue
    [ -n "$(find "$prefix" -path "*/slipway/stages/${plugin##*/}")" ] || fail "${plugin##*/} is not installed"
done
# Found next to the installed host, without --plugin-dir; the list of the build tree is the oracle.
same 'the installed host finds the installed plugins' \
    "$(slipway stages --plugin-dir "$SLIPWAY_STAGES" || true)" "$(slipway stages || true)"
[ -d "$(pkg-config --variable=plugindir slipway-sdk)" ] || fail 'plugindir is not where the plugins are'

for component in host plugins sdk; do
    cmake --install "$SLIPWAY_BUILD" --prefix "$PWD/$component" --component $component >install.log
done
cp -a host all
for component in plugins sdk; do
    [ -d $component ] || continue
    for file in $(cd $component && find . -type f); do
        [ ! -e "all/$file" ] || fail "$file is in two components"
    done
    cp -a $component/. all/
done
same 'every file is in one component' "$(cd "$prefix" && find . -type f | sort)" "$(cd all && find . -type f | sort)"
same 'the host alone has one program' ./bin/slipway "$(cd host && find . -type f -perm -u+x)"
says 0 'slipway-run - run a chain' mandoc -Tutf8 host/share/man/man1/slipway-run.1.gz
for file in slipway@.service slipway@.timer slipway-resume.service slipway-resume.timer; do
    [ -f "host/lib/systemd/system/$file" ] || fail "$file is not installed"
done
says 0 '"name": "demo"' cat host/share/slipway/chains/demo.jsonc
