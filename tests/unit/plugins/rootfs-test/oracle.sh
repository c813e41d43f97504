#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# package_database against `pacman -Qkk`: a tree of the small sample repository, and copies of it with one
# thing wrong each. Both must name the same path, or nothing.
set -euo pipefail
[ "$(id -u)" = 0 ] || { echo "skipped: owners need root"; exit 0; }
cat >chain.json <<JSON
{"slipway": 1, "name": "t", "stages": [
  {"id": "packages", "use": "pacman-fetch",
   "with": {"repositories": [{"name": "sample", "servers": ["file://$SLIPWAY_SAMPLE"]}], "install": ["base"]}},
  {"id": "rootfs", "use": "rootfs-build"}]}
JSON
"$SLIPWAY" run -q chain.json --plugin-dir "$SLIPWAY_STAGES" --state state --epoch 1793836800
rootfs=$("$SLIPWAY" show --state state --json | python3 -c '
import json, sys
print(next(o["sha256"] for s in json.load(sys.stdin)["stages"] for o in s["outputs"] if o["port"] == "rootfs"))')
printf '[options]\nArchitecture = auto\n' >pacman.conf
tree=$PWD/root

# The paths pacman complains of; backup files it mentions, but does not count. Times are not ours to check.
theirs() {
    { pacman -r root --config pacman.conf -Qkk 2>&1 || true; } | { grep -v 'Modification time mismatch\|backup file' || true; } \
        | sed -n "s|^warning: [^:]*: $tree/\([^ ]*\) (.*|\1|p" | sed 's|/$||' | sort -u
}
ours() {
    tar --numeric-owner --xattrs --format=pax -C root -cf tree.tar .
    { "$SLIPWAY_BUILD/bin/run-stage" "$SLIPWAY_STAGES/rootfs-test.so" rootfs-test out \
        '{"package_database": true, "world_writable": "allow"}' rootfs=tree.tar 2>&1 >/dev/null || true; } \
        | sed -n 's/^ *\([^ ]*\): found .*, expected .*/\1/p' | sort -u
}

mistakes=(
    "true"
    "rm root/usr/bin/gzip"
    "chmod 700 root/usr/bin/gzip"
    "chown 1:0 root/usr/bin/gzip"
    "chown 0:3 root/usr/bin/gzip"
    "chmod u+s root/usr/bin/gzip"
    "chmod 700 root/usr/bin"
    "printf x >>root/usr/bin/gzip"
    "ln -sf gone root/usr/bin/sh"
    "ln -sf /bin/true root/usr/bin/gzip"
    "rm root/usr/bin/sh && cp root/usr/bin/gzip root/usr/bin/sh"
    "printf x >>root/etc/passwd"
    "touch root/usr/bin/new"
)
for mistake in "${mistakes[@]}"; do
    rm -rf root && mkdir root
    tar -C root -xpf "state/store/sha256/${rootfs:0:2}/$rootfs" --numeric-owner --xattrs --xattrs-include='*'
    before=$(theirs)
    [ -z "$before" ] || { echo "pacman finds fault with the sound tree: $before"; exit 1; }
    eval "$mistake"
    expected=$(theirs) got=$(ours)
    if [ "$expected" != "$got" ]; then
        echo "FAILED: after '$mistake' pacman names '$expected', we name '$got'"
        pacman -r root --config pacman.conf -Qkk 2>&1 | grep warning | head -5
        exit 1
    fi
    echo "ok: $mistake: ${expected:-nothing}"
done
