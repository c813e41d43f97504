#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# The PKGBUILD: makepkg reads it, and each of its packages takes what is its own out of a build.
# shellcheck source=tests/package/lib.sh
source "$(dirname "$0")/lib.sh"
recipe=$SLIPWAY_SOURCE/config/packaging/arch/PKGBUILD

# makepkg refuses to be root.
as_user=()
[ "$(id -u)" != 0 ] || as_user=(setpriv --reuid=nobody --regid=nogroup --clear-groups)
place=$(mktemp -d /tmp/slipway-arch-XXXXXX)
trap 'rm -rf "$place"' EXIT
chmod 777 "$place" && cp "$recipe" "$place/" && chmod 644 "$place/PKGBUILD"
(cd "$place" && HOME=$place "${as_user[@]}" makepkg --printsrcinfo) >srcinfo 2>said || { cat said && fail 'makepkg --printsrcinfo'; }
same 'packages' 'slipway slipway-plugins slipway-sdk' "$(sed -n 's/^pkgname = //p' srcinfo | xargs)"
same 'the version is that of the build' "$(sed -n 's/^project(.* VERSION \([0-9.]*\).*/\1/p' "$SLIPWAY_SOURCE/CMakeLists.txt")" \
    "$(sed -n 's/^\tpkgver = //p' srcinfo)"

# The packages, as makepkg would call them after a build.
pkgver=$(sed -n 's/^\tpkgver = //p' srcinfo)
ln -s "$SLIPWAY_BUILD" build && ln -s "$SLIPWAY_SOURCE" "slipway-$pkgver"
for package in slipway slipway-plugins slipway-sdk; do
    (
        # shellcheck disable=SC1090 # a recipe is made to be sourced
        source "$recipe"
        # shellcheck disable=SC2034 # package functions use them
        pkgname=$package pkgdir=$PWD/$package
        "package_$package"
    ) >install.log || { cat install.log && fail "package_$package"; }
    [ -f "$package/usr/share/licenses/$package/LICENSE" ] || fail "$package has no licence"
done
[ -n "$(find slipway -name slipway -path '*/bin/*')" ] || fail 'slipway has no program'
[ -n "$(find slipway-plugins -name compress.so)" ] || fail 'slipway-plugins has no stages'
[ -n "$(find slipway-sdk -name stage.h)" ] || fail 'slipway-sdk has no header'
same 'no file is in two packages' '' "$(for p in slipway slipway-plugins slipway-sdk; do (cd $p && find . -type f ! -path '*/licenses/*'); done | sort | uniq -d)"
