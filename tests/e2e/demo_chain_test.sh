#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# The demo's chain on the small sample repository, twice; what it made is judged by pacman, git, zstd and
# git am.
# shellcheck disable=SC2016,SC2153 # the inner shells expand; CTest sets SLIPWAY_STAGES
set -euo pipefail

export SLIPWAY_PLUGIN_PATH=$SLIPWAY_STAGES SLIPWAY_STATE=$PWD/state
epoch=1793836800 # 2026-11-05
version=05112026

check() { # WHAT COMMAND...
    local what=$1
    shift
    if ! "$@" >check.log 2>&1; then
        echo "not ok: $what"
        cat check.log
        exit 1
    fi
    echo "ok: $what"
}

demo() {
    "$SLIPWAY" run "$SLIPWAY_SOURCE/config/chains/demo.jsonc" --epoch $epoch \
        --set "vars.repository=file://$SLIPWAY_SAMPLE" --set "vars.remote=$PWD/remote.git" \
        --set "vars.library_file=$PWD/library/demo" --set "vars.patches=$PWD/patches" "$@"
}

digest() { # STAGE PORT
    "$SLIPWAY" show --json | python3 -c '
import json, sys
run = json.load(sys.stdin)
print(next(o["sha256"] for s in run["stages"] if s["key"] == sys.argv[1] for o in s["outputs"] if o["port"] == sys.argv[2]))
' "$@"
}
artifact() { echo "$SLIPWAY_STATE/store/sha256/${1:0:2}/$1"; }
states() { "$SLIPWAY" show --json | python3 -c 'import json, sys
print(*(s["key"] + "=" + s["state"] for s in json.load(sys.stdin)["stages"]))'; }

git init --quiet --bare remote.git
mkdir -p library patches official-images/library
cp "$SLIPWAY_SOURCE/config/chains/demo/library" library/demo
cp library/demo official-images/library/demo

plan=$("$SLIPWAY" plan "$SLIPWAY_SOURCE/config/chains/demo.jsonc" --epoch $epoch -q \
    --set "vars.repository=file://$SLIPWAY_SAMPLE" --set "vars.remote=$PWD/remote.git" \
    --set "vars.library_file=$PWD/library/demo" --set "vars.patches=$PWD/patches")
check "the plan names the tag" grep -q "git.push: create tag $version" <<<"$plan"
check "the plan shows the change of the library file" grep -q "^ *+GitFetch: refs/tags/$version" <<<"$plan"
check "the plan has changed nothing" test -z "$(git --git-dir remote.git for-each-ref; ls patches)"

check "the chain runs" demo
check "everything is done" test "$(states)" = \
    "packages=done rootfs=unchanged archive=unchanged publish=done library=done submit=done"
archive=$(digest archive archive)

check "zstd reads the archive" zstd -qt "$(artifact "$archive")"
check "SHA256SUMS holds its digest" grep -q "^$archive  rootfs.tar.zst$" "$(artifact "$(digest archive sums)")"
mkdir root
check "tar unpacks it" tar -C root --zstd -xpf "$(artifact "$archive")" --numeric-owner --xattrs --xattrs-include='*'
printf '[options]\nArchitecture = auto\n' >pacman.conf
check "pacman finds no missing or altered file" bash -c '
    pacman -r root --config pacman.conf -Qkk >qkk.log 2>&1 || { cat qkk.log; exit 1; }
    [ "$(grep -c " 0 altered files$" qkk.log)" = "$(pacman -r root --config pacman.conf -Q | wc -l)" ]'
check "the shell in it runs" bash -c '[ "$(id -u)" != 0 ] || chroot root /usr/bin/bash -c true'

check "git fsck --strict is clean" git --git-dir remote.git fsck --strict
check "the tag's commit has no parent" test "$(git --git-dir remote.git rev-list --count "$version")" = 1
check "a plain clone of the tag has the archive" bash -c "
    git clone -q --depth 1 --branch $version file://$PWD/remote.git clone && cd clone && sha256sum -c SHA256SUMS"

git -C official-images init -q
git -C official-images -c user.name=t -c user.email=t@localhost add library
git -C official-images -c user.name=t -c user.email=t@localhost commit -qm start
check "git am takes the patch" bash -c "
    cd official-images && git -c user.name=t -c user.email=t@localhost am -q ../patches/*.patch"
check "which gives the edited library file" cmp official-images/library/demo "$(artifact "$(digest library file)")"

check "the chain runs again" demo
check "everything deterministic is unchanged" test "$(states)" = \
    "packages=done rootfs=unchanged archive=unchanged publish=done library=done submit=done"
check "the digest is the same" test "$(digest archive archive)" = "$archive"
check "in a fresh state folder too" demo --state "$PWD/other" -q
check "with the same digest" test "$archive" = "$(SLIPWAY_STATE=$PWD/other digest archive archive)"
check "and one tag" test "$(git --git-dir remote.git for-each-ref | wc -l)" = 1

"$SLIPWAY" run "$SLIPWAY_SOURCE/config/chains/demo.jsonc" --epoch $epoch -q --set version=other \
    --set stages.publish.with.tag=$version --set "vars.repository=file://$SLIPWAY_SAMPLE" \
    --set stages.archive.with.format=xz --set "vars.remote=$PWD/remote.git" \
    --set "vars.library_file=$PWD/library/demo" --set "vars.patches=$PWD/patches" >conflict.log 2>&1 && code=0 || code=$?
check "another tree under the same tag is a conflict" test "$code" = 3
check "and the message names both" grep -q "$(git --git-dir remote.git rev-parse "$version^{tree}")" conflict.log
check "and the tag is left alone" test "$(git --git-dir remote.git rev-list --count --all)" = 1
