#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# A bit of a package flips in the store, between fetch and build. Who notices: the decompressor where the format has a
# checksum that is looked at (zstd, xz); the host after a restart of the machine, before any stage sees it; and
# rootfs-test's package database check in any case, gzip's included, before anything is published.
# shellcheck disable=SC2153
set -euo pipefail
fail() { echo "FAILED: $*" >&2; exit 1; }
tools=$SLIPWAY_SOURCE/tests/tools
export SLIPWAY_PLUGIN_PATH=$SLIPWAY_STAGES SLIPWAY_STATE=$PWD/state SOURCE_DATE_EPOCH=1700000001

mkdir repo
for format in gz xz zst; do
    mkdir -p "tree/$format/usr/share"
    printf 'the content of a file in a package\n%.0s' $(seq 100) >"tree/$format/usr/share/$format"
    "$tools/pack-test-package" "tree/$format" "$format" 1.0-1 repo </dev/null >/dev/null
done
# Uncompressed blocks, so that a flipped bit is one of the content and no broken stream.
unpacked() { zstd -dqc "repo/$1-1.0-1-x86_64.pkg.tar.zst"; }
unpacked gz | python3 -c 'import gzip, sys; sys.stdout.buffer.write(gzip.compress(sys.stdin.buffer.read(), 0, mtime=0))' >repo/gz-1.0-1-x86_64.pkg.tar.gz
unpacked xz | xz -c >repo/xz-1.0-1-x86_64.pkg.tar.xz
rm repo/{gz,xz}-1.0-1-x86_64.pkg.tar.zst
repo-add -q repo/test.db.tar.gz repo/*.pkg.tar.gz repo/*.pkg.tar.xz repo/*.pkg.tar.zst >/dev/null

chain() { # PACKAGE OPTION: another option makes another build of the same packages
    printf '{"slipway": 1, "name": "t", "version": "1", "stages": [
      {"id": "packages", "use": "pacman-fetch", "with": {"repositories": [{"name": "test", "servers": ["file://%s/repo"]}],
       "install": ["%s"]}}, {"id": "rootfs", "use": "rootfs-build", "with": {"blank": ["etc/%s"]}},
      {"id": "test", "use": "rootfs-test", "with": {"package_database": true}}]}' "$PWD" "$1" "$2" >chain.json
}
flip() { # FILE: a bit in the middle of the longest run of content, or in the middle
    chmod u+w "$1"
    python3 - "$1" <<'END'
import sys
with open(sys.argv[1], "r+b") as file:
    data = file.read()
    at = data.find(b"the content of a file")
    at = at if at >= 0 else len(data) // 2
    file.seek(at)
    file.write(bytes([data[at] ^ 1]))
END
    chmod 444 "$1"
}
refuses() { # MESSAGE COMMAND...
    local message=$1
    shift
    if "$@" run chain.json >said 2>&1; then cat said; fail "it should say: $message"; fi
    grep -qE -- "$message" said || { cat said; fail "it does not say: $message"; }
}

for format in gz xz zst; do
    chain "$format" one
    "$SLIPWAY" run chain.json >said 2>&1 || { cat said; fail "the sound $format package"; }
    digest=$(sha256sum repo/"$format"-1.0-1-x86_64.pkg.tar.*)
    stored=$SLIPWAY_STATE/store/sha256/${digest:0:2}/${digest:0:64}
    [ -f "$stored" ] || fail "the $format package is not in the store"
    flip "$stored"
    chain "$format" two
    if [ "$format" = gz ]; then
        refuses "^test: failed: .*package_database: usr/share/gz: found sha256" "$SLIPWAY"
    else
        refuses "^rootfs: failed: .*$format-1.0-1" "$SLIPWAY"
    fi
done

# After a restart of the machine the host looks itself, takes the package out of the store, and fetches it again.
unshare --time --boottime 0 true 2>/dev/null || { echo "NOT TESTED: after a restart: no time namespaces"; exit 0; }
sleep 3 # the restart, up to 2 s ago, must be later than the store
uptime=$(cut -d. -f1 /proc/uptime)
for format in gz xz zst; do
    chain "$format" three
    unshare --time --boottime "$((1 - uptime))" --fork "$SLIPWAY" run chain.json >said 2>&1 ||
        { cat said; fail "after a restart, $format"; }
    digest=$(sha256sum repo/"$format"-1.0-1-x86_64.pkg.tar.*)
    cmp repo/"$format"-1.0-1-x86_64.pkg.tar.* "$SLIPWAY_STATE/store/sha256/${digest:0:2}/${digest:0:64}" ||
        fail "the damaged $format package is still there"
done
echo ok
