#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# archive_readers_test.sh readers|threads|buildah: a root filesystem of the small sample repository in each format that
# compress knows. readers: zstd, xz, gzip, pigz, bsdtar, Python, GNU tar and sha256sum read them, and find one tree.
# threads: the bytes are the same with 1, 2 and 7 threads, and on a busy machine. buildah: ADD makes the same tree.
# shellcheck disable=SC2153 # CTest sets SLIPWAY_STAGES
set -euo pipefail
fail() { echo "FAILED: $*" >&2; exit 1; }
skip() { echo "SKIPPED: $*"; exit 77; }
part=$1
if [ "$part" != threads ]; then
    [ "$(id -u)" = 0 ] || skip "the tree's owners can be restored as root only"
fi
if [ "$part" = buildah ]; then
    unshare --mount true 2>/dev/null || skip "this machine allows no mount namespaces, which buildah unpacks in"
fi

export SLIPWAY_PLUGIN_PATH=$SLIPWAY_STAGES SLIPWAY_STATE=$PWD/state
epoch=1793836800 # 2026-11-05
cat >chain.json <<EOF
{ "slipway": 1, "name": "archives",
  "stages": [
    { "id": "packages", "use": "pacman-fetch",
      "with": { "repositories": [{ "name": "sample", "servers": ["file://$SLIPWAY_SAMPLE"] }], "install": ["base"] } },
    { "id": "rootfs", "use": "rootfs-build", "keep": true },
    { "id": "zstd", "use": "compress", "inputs": { "file": "rootfs.rootfs" } },
    { "id": "stream", "use": "compress", "inputs": { "file": "rootfs.rootfs" }, "with": { "frames": "none" } },
    { "id": "jobs", "use": "compress", "inputs": { "file": "rootfs.rootfs" }, "with": { "frames": "none", "long": false } },
    { "id": "xz", "use": "compress", "inputs": { "file": "rootfs.rootfs" }, "with": { "format": "xz", "level": 1 } },
    { "id": "gzip", "use": "compress", "inputs": { "file": "rootfs.rootfs" }, "with": { "format": "gzip" } },
    { "id": "none", "use": "compress", "inputs": { "file": "rootfs.rootfs" }, "with": { "format": "none" } } ] }
EOF
levels() { # STAGE RANGE LEVEL...: refused before anything runs
    local stage=$1 range=$2 level said
    for level in "${@:3}"; do
        said=$("$SLIPWAY" validate chain.json --set "stages.$stage.with.level=$level" 2>&1) && fail "$stage: level $level is taken"
        grep -qF "/with/level: expected $range, found $level" <<<"$said" || fail "$stage: level $level: $said"
    done
}
if [ "$part" = readers ]; then
    levels zstd '1 to 22' 0
    levels zstd '0 to 22' 23 -1
    levels xz '0 to 9' 10
    levels gzip '1 to 12' 0 13
    levels none '0 to 0' 1
fi
"$SLIPWAY" run chain.json --epoch $epoch -q || fail "the chain does not run"
# Each stage's outputs, under their names: STAGE/NAME.
"$SLIPWAY" show --json | python3 -c '
import json, os, shutil, sys
for stage in json.load(sys.stdin)["stages"]:
    os.mkdir(stage["key"])
    for output in stage["outputs"]:
        digest = output["sha256"]
        shutil.copy(f"state/store/sha256/{digest[:2]}/{digest}", stage["key"] + "/" + output["name"])'
tar=$(ls rootfs/*.tar)
name=$(basename "$tar")
archives=("zstd/$name.zst" "stream/$name.zst" "jobs/$name.zst" "xz/$name.xz" "gzip/$name.gz" "none/$name")

plain() { # ARCHIVE: what its own program makes of it
    case $1 in
    *.zst) zstd -dc "$1" ;;
    *.xz) xz -dc "$1" ;;
    *.gz) gzip -dc "$1" ;;
    *) cat "$1" ;;
    esac
}
# Several packages fill a folder: without the delay tar does not set its mtime again after the second.
unpack() { # TAR FOLDER
    mkdir "$2"
    tar -C "$2" --numeric-owner --xattrs --xattrs-include='*' --delay-directory-restore --warning=no-timestamp -xpf "$1"
}
same_tree() { # FOLDER WHOSE: it is the tar's to the last mtime
    "$SLIPWAY_SOURCE/tests/tools/compare-roots" root "$1" $epoch >compare.log || fail "$2: $(cat compare.log)"
    grep -q '"allowed": {}' compare.log || fail "$2: differences: $(cat compare.log)"
}

readers() {
    local archive stage members frames
    zstd -tq "zstd/$name.zst" "stream/$name.zst" "jobs/$name.zst"
    xz -t "xz/$name.xz"
    gzip -t "gzip/$name.gz"
    pigz -t "gzip/$name.gz"
    frames=$(zstd -lv "zstd/$name.zst" | sed -n 's/^# Zstandard Frames: //p')
    [ "$frames" -gt 10 ] || fail "$frames frames of all the packages"
    # All that Python's tarfile sees, but for what is the reader's own.
    cat >members.py <<'EOF'
import hashlib, sys, tarfile
with tarfile.open(fileobj=sys.stdin.buffer, mode="r|") as archive:
    for member in archive:
        content = archive.extractfile(member).read() if member.isreg() else b""
        print(member.name, member.type, member.mode, member.uid, member.gid, member.mtime, member.size, member.linkname,
              sorted(member.pax_headers.items()), hashlib.sha256(content).hexdigest())
EOF
    python3 members.py <"$tar" >members
    members=$(wc -l <members)
    [ "$members" -gt 100 ] || fail "only $members members"
    bsdtar -tf "$tar" >names
    [ "$(wc -l <names)" = "$members" ] || fail "bsdtar lists $(wc -l <names) members, Python $members"
    unpack "$tar" root
    for archive in "${archives[@]}"; do
        stage=${archive%%/*}
        (cd "$stage" && sha256sum --strict --quiet -c SHA256SUMS) || fail "$stage: its SHA256SUMS"
        plain "$archive" | cmp - "$tar" || fail "$archive: another tar"
        bsdtar -tf "$archive" | cmp - names || fail "$archive: bsdtar lists other names"
        plain "$archive" | python3 members.py | cmp - members || fail "$archive: Python sees another archive"
        unpack "$archive" "root-$stage" # tar finds the program
        same_tree "root-$stage" "$archive"
        rm -rf "root-$stage"
    done
    for archive in "xz/$name.xz" "gzip/$name.gz"; do
        python3 -c 'import sys, tarfile; print(len(tarfile.open(sys.argv[1]).getmembers()))' "$archive" | grep -qx "$members" ||
            fail "$archive: tarfile, with Python's own decompressor"
    done
}

made() { # OPTIONS: the digest of what a stage without anything kept makes of the tar
    rm -rf made
    "$SLIPWAY_BUILD/bin/run-stage" "$SLIPWAY_STAGES/compress.so" compress made "$1" "file=$tar" 2>made.log ||
        fail "$1: $(cat made.log)"
    sha256sum made/archive/* | cut -d' ' -f1
}
threads() {
    local busy=() counts=(1 2 7) options stage wanted digest count
    declare -A format=([zstd]='"format": "zstd"' [stream]='"frames": "none"' [jobs]='"frames": "none", "long": false'
        [xz]='"format": "xz", "level": 1' [gzip]='"format": "gzip"' [none]='"format": "none"')
    # shellcheck disable=SC2064 # of now
    for load in idle busy; do
        if [ $load = busy ]; then
            for _ in $(seq "$(nproc)"); do
                while kill -0 $$; do :; done 2>/dev/null &
                busy+=($!)
            done
            trap "kill ${busy[*]}" EXIT
            counts=(2 7)
        fi
        for stage in zstd stream jobs xz gzip none; do
            wanted=$(sha256sum <"$(ls $stage/"$name"*)" | cut -d' ' -f1)
            for count in "${counts[@]}"; do
                options="{${format[$stage]}, \"threads\": $count}"
                digest=$(made "$options")
                [ "$digest" = "$wanted" ] || fail "$options, $load: $digest, and not $wanted"
            done
        done
    done
}

buildah_add() {
    local container archive stage folder
    unpack "$tar" root
    store=(buildah --root "$PWD/storage" --runroot "$PWD/runroot" --storage-driver vfs)
    for archive in "zstd/$name.zst" "stream/$name.zst" "xz/$name.xz"; do
        stage=${archive%%/*}
        printf 'FROM scratch\nADD %s /\n' "$(basename "$archive")" >"$stage/Dockerfile"
        "${store[@]}" build -q --isolation chroot -t "image-$stage" "$stage" >buildah.log 2>&1 ||
            fail "$archive: buildah: $(cat buildah.log)"
        container=$("${store[@]}" from -q --pull-never "localhost/image-$stage")
        folder=$("${store[@]}" mount "$container")
        same_tree "$folder" "$archive, as buildah adds it"
        "${store[@]}" rm -a >/dev/null
    done
    "${store[@]}" rmi -a >/dev/null
}

case $part in
buildah) buildah_add ;;
*) "$part" ;;
esac
echo ok
