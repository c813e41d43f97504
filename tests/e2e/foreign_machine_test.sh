#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Packages for aarch64 on another machine. Without commands nothing cares; with commands the programs run where
# binfmt_misc has an entry for them, and where not it is said before anything has run, by the run and by the doctor.
# shellcheck disable=SC2153 # CTest sets SLIPWAY_SAMPLE
set -euo pipefail
fail() { echo "FAILED: $*" >&2; exit 1; }
tools=$SLIPWAY_SOURCE/tests/tools
[ "$(uname -m)" != aarch64 ] || { echo "SKIPPED: this is an aarch64"; exit 77; }
export SLIPWAY_PLUGIN_PATH=$SLIPWAY_STAGES SLIPWAY_STATE=$PWD/state
"$tools/relabel_repo.py" "$SLIPWAY_SAMPLE" "$PWD/repo" aarch64
mkdir -p overlay/usr/bin overlay/usr/share/libalpm/hooks
"$tools/aarch64_hello.py" overlay/usr/bin/hello
printf '[Trigger]\nOperation = Install\nType = Package\nTarget = *\n[Action]\nWhen = PostTransaction\nExec = /usr/bin/hello\n' \
    >overlay/usr/share/libalpm/hooks/hello.hook

chain() { # MORE OPTIONS OF rootfs-build AND OF rootfs-test
    cat >chain.json <<END
{"slipway": 1, "name": "t", "version": "1", "stages": [
  {"id": "packages", "use": "pacman-fetch", "with": {"architecture": "aarch64", "install": ["base"],
    "repositories": [{"name": "sample", "servers": ["file://$PWD/repo"]}]}},
  {"id": "rootfs", "use": "rootfs-build", "with": {"overlays": [{"path": "overlay"}] $1}},
  {"id": "test", "use": "rootfs-test", "with": {"files": [{"path": "usr/bin/hello", "mode": "0755"}], "package_database": true $2}},
  {"id": "image", "use": "oci-layout", "with": {"platform": "aarch64"}}]}
END
}
run() { "$SLIPWAY" run -q --epoch 1700000001 chain.json >said 2>&1; }
doctor() { "$SLIPWAY" doctor -q chain.json >said 2>&1; }
says() { grep -qF -- "$1" said || { cat said; fail "it does not say: $1"; }; }
output() { # STAGE PORT: its digest
    "$SLIPWAY" show --json | python3 -c 'import json, sys
print(*(o["sha256"] for s in json.load(sys.stdin)["stages"] if s["key"] == sys.argv[1]
        for o in s["outputs"] if o["port"] == sys.argv[2]))' "$@"
}
text() { cat "$SLIPWAY_STATE/store/sha256/${1:0:2}/$1"; }

# --- without commands
chain "" ""
run || { cat said; fail "packages for another machine"; }
tar=$(output rootfs rootfs)
text "$(output rootfs sbom)" | grep -q 'arch=aarch64' || fail "the SBOM does not name the machine"
text "$(output packages lock)" | grep -q '"architecture": "aarch64"' || fail "the lock does not name the machine"
! text "$(output packages lock)" | grep -q '"architecture": "x86_64"' || fail "packages of this machine were taken"
text "$tar" | tar -xO --wildcards 'var/lib/pacman/local/bash-*/desc' | grep -qx aarch64 || fail "pacman's database"
for digest in $("$SLIPWAY" show --json | python3 -c 'import json, sys
print(*(o["sha256"] for s in json.load(sys.stdin)["stages"] if s["key"] == "image" for o in s["outputs"]))'); do
    text "$digest" | head -c 4096 | grep -q '"architecture": *"arm64"' && image=yes
done
[ "${image-}" = yes ] || fail "the image is not for arm64"
doctor || true
! grep -q "programs for" said || { cat said; fail "the doctor wants programs that no stage runs"; }

# --- with commands
unshare --mount --pid --ipc --uts --net --fork true 2>/dev/null || { echo "NOT TESTED: commands: this machine allows no namespaces"; exit 0; }
refused() { # WHY
    says "programs for aarch64 cannot run on this machine ($(uname -m)): $1"
    says "apt-get install qemu-user-static binfmt-support"
}
none="it has no entry for them in binfmt_misc"
in_binfmt() { # ENTRY FUNCTION…
    local entry=$1
    shift
    export -f run doctor
    "$tools/own-binfmt" "$entry" bash -c "$*"
}
chain ', "commands": [{"run": ["hello"]}]' ""
code=0
in_binfmt "" run || code=$?
if [ "$code" = 77 ]; then
    if run; then fail "an entry of this machine's was not expected"; fi # such a machine shows only this
    refused "$none"
    echo "NOT TESTED: programs of another machine: this one has no binfmt_misc for a user namespace"
    exit 0
fi
[ "$code" != 0 ] || fail "a program of another machine runs without help"
refused "$none"
says "rootfs: failed: command 'hello': "
[ -z "$(ls "$SLIPWAY_STATE/work")" ] || fail "something is left in the work folder"
if in_binfmt "" doctor; then fail "the doctor finds all well"; fi
refused "$none; needed by rootfs"
chain ', "hooks": ["hello.hook"]' ""
! in_binfmt "" run || fail "a hook of another machine runs without help"
refused "$none"
chain "" ', "commands": [{"run": ["hello"]}]'
! in_binfmt "" run || fail "a test's command of another machine runs without help"
refused "$none"
! grep -q "checks failed" said || { cat said; fail "the machine's fault is told as the tree's"; }
printf '#!/usr/bin/hello\n' >overlay/usr/bin/script
chmod 755 overlay/usr/bin/script
chain ', "commands": [{"run": ["script"]}]' ""
! in_binfmt "" run || fail "a script of another machine runs without help"
refused "$none"
rm overlay/usr/bin/script

interpreter=/usr/bin/qemu-aarch64-static
[ -x $interpreter ] || { echo "NOT TESTED: programs of another machine: qemu-user-static is not installed"; exit 0; }
# As in Debian's /usr/lib/binfmt.d/qemu-aarch64.conf.
magic='\x7fELF\x02\x01\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x02\x00\xb7\x00'
mask='\xff\xff\xff\xff\xff\xff\xff\x00\xff\xff\xff\xff\xff\xff\xff\xff\xfe\xff\xff\xff'
entry=":qemu-aarch64:M::$magic:$mask:$interpreter:"
all=', "commands": [{"run": ["hello"]}], "hooks": ["hello.hook"]'
chain "$all" ', "commands": [{"run": ["hello"], "matches": "^hello from aarch64$"}]'
! in_binfmt "$entry" run || fail "an interpreter outside of the root is found"
refused "the interpreter of their entry in binfmt_misc is not found inside a root"
if in_binfmt "$entry" doctor; then fail "the doctor finds all well"; fi
refused "the interpreter of their entry in binfmt_misc is not found inside a root"
in_binfmt "${entry}F" run || { cat said; fail "programs of another machine do not run"; }
[ "$("$SLIPWAY" log | grep -c "hello from aarch64")" -ge 3 ] || { "$SLIPWAY" log; fail "a program has not run"; }
[ "$(output rootfs rootfs)" = "$tar" ] || fail "programs that change nothing have changed the tree"
in_binfmt "${entry}F" doctor || true
! grep -q "programs for" said || { cat said; fail "the doctor misses what is there"; }
echo ok
