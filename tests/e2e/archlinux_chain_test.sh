#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# The official image's chain, as far as the small sample repository's packages, which are Debian's, go: another
# repository, another command, the checks that only Arch's packages pass left out, and publishing mocked.
# shellcheck disable=SC2153 # CTest sets SLIPWAY_STAGES
set -euo pipefail
fail() { echo "FAILED: $*" >&2; exit 1; }

export SLIPWAY_PLUGIN_PATH=$SLIPWAY_STAGES SLIPWAY_STATE=$PWD/state
chain=$SLIPWAY_SOURCE/config/chains/archlinux.json
"$SLIPWAY" validate "$chain"

unshare --mount --pid --ipc --uts --net --fork true 2>/dev/null || unshare --user true 2>/dev/null ||
    { echo "SKIPPED: this machine allows no namespaces"; exit 77; }
cat >release.json <<'EOF'
{"outputs": {"release": [{"type": "application/vnd.slipway.release.v1+json", "json": {"version": "05112026"}}]}}
EOF
cat >change.json <<'EOF'
{"outputs": {"change": [{"type": "application/vnd.slipway.change.v1+json", "json": {}}], "file": [{"type": "text/x-stackbrew", "text": ""}]}}
EOF
cat >submission.json <<'EOF'
{"outputs": {"submission": [{"type": "application/vnd.slipway.submission.v1+json", "json": {}}]}}
EOF
checks=$(python3 - "$chain" <<'EOF'
import json, sys
stage = next(s for s in json.load(open(sys.argv[1]))["stages"] if s["id"] == "test")["with"]
missing = {"etc/ssl/certs/ca-certificates.crt", "etc/ca-certificates/extracted/tls-ca-bundle.pem",
           "usr/bin/pacman", "usr/share/pacman/keyrings/archlinux.gpg"}
files = [f for f in stage["files"] if f["path"] not in missing]
next(f for f in files if f["path"] == "usr/lib/os-release")["matches"] = "^ID=debian$"
assert len(files) == len(stage["files"]) - len(missing)
print(json.dumps({"files": files, "commands": [c for c in stage["commands"] if c["run"][0] != "pacman"]}))
assert len(stage["commands"]) == 3
EOF
)
part() { python3 -c 'import json, sys; print(json.dumps(json.loads(sys.argv[1])[sys.argv[2]]))' "$checks" "$1"; }
run() {
    "$SLIPWAY" run "$chain" --epoch 1793836800 --set 'variants.group=["base"]' \
        --set "stages.packages.with={\"repositories\": [{\"name\": \"sample\", \"servers\": [\"file://$SLIPWAY_SAMPLE\"]}], \"install\": [\"base\"]}" \
        --set 'stages.rootfs.with.commands=[{"run": ["ldconfig"]}]' --set "stages.test.with.files=$(part files)" \
        --set "stages.test.with.commands=$(part commands)" \
        --override publish=mock:release.json --override library=mock:change.json --override submit=mock:submission.json "$@"
}
run >said 2>&1 || { cat said; fail "the chain does not run"; }
for program in "bash -c true" "ldconfig -p"; do
    grep -qF "ok: commands: '$program' has exit code 0" said || { cat said; fail "'$program' did not run in the tree"; }
done
artifact() { # STAGE PORT
    local digest
    digest=$("$SLIPWAY" show --json | python3 -c '
import json, sys
print(next(o["sha256"] for s in json.load(sys.stdin)["stages"] if s["key"].startswith(sys.argv[1])
           for o in s["outputs"] if o["port"] == sys.argv[2]))' "$@")
    echo "$SLIPWAY_STATE/store/sha256/${digest:0:2}/$digest"
}
archive=$(artifact archive archive)
listed=$(tar --zstd -tf "$archive")
has() { grep -qx -- "$1" <<<"$listed" || fail "'$1' is not in the image"; }
has_not() { ! grep -q -- "$1" <<<"$listed" || fail "'$1' is in the image"; }
text() { tar --zstd -xOf "$archive" "$1"; }
has etc/ld.so.cache
has etc/os-release
has_not '^usr/share/man/.*[^/]$'
has_not '^etc/resolv.conf$'
has_not '^var/cache/ldconfig/aux-cache$'
[ "$(text etc/locale.conf)" = LANG=C.UTF-8 ] || fail "the overlay's locale.conf is not there"
text etc/shadow | grep -q '^root:!:' || fail "root is not locked"
cmp <(text etc/pacman.conf) "$SLIPWAY_SOURCE/config/chains/archlinux/overlay/etc/pacman.conf"
run --state "$PWD/other" -q || fail "the chain does not run again"
cmp "$archive" "$(SLIPWAY_STATE=$PWD/other artifact archive archive)" || fail "another run makes other bytes"
echo ok
