#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# The official image's chain as it is, with its addresses set to folders: the rehearsal of docs/howto/archlinux.md, on
# a day of an archive made of the small sample repository. e2e.loop has the servers.
# shellcheck disable=SC2153 # CTest sets SLIPWAY_STAGES
set -euo pipefail
fail() { echo "FAILED: $*" >&2; exit 1; }

export SLIPWAY_PLUGIN_PATH=$SLIPWAY_STAGES SLIPWAY_STATE=$PWD/state
export GIT_CONFIG_NOSYSTEM=1 GIT_AUTHOR_NAME=A GIT_AUTHOR_EMAIL=a@example.org GIT_COMMITTER_NAME=A GIT_COMMITTER_EMAIL=a@example.org
chain=$SLIPWAY_SOURCE/config/chains/archlinux.json
"$SLIPWAY" validate "$chain"

unshare --mount --pid --ipc --uts --net --fork true 2>/dev/null || unshare --user true 2>/dev/null ||
    { echo "SKIPPED: this machine allows no namespaces"; exit 77; }
"$SLIPWAY_SOURCE/tests/tools/arch_archive.py" "$PWD/archive" "$SLIPWAY_SAMPLE"
git init -q --bare remote.git
before=$(git -C remote.git commit-tree -m before "$(git -C remote.git mktree </dev/null)")
git -C remote.git tag 29102026 "$before"
mkdir library
printf '%s\n' 'Maintainers: A <a@example.org> (@a)' "GitRepo: $PWD/remote.git" '' 'Tags: latest, base, base-29102026' \
    'GitFetch: refs/tags/29102026' "GitCommit: $before" 'Directory: base' >library/archlinux
echo '{"author": {"name": "Ann Example", "email": "ann@example.org"}, "directory": "'"$PWD"'/outbox"}' >patch.json
echo '{}' >nothing.json
# One group and one entry keep it short; the release before has no files that a preflight could find.
run() {
    "$SLIPWAY" run "$chain" --epoch 1793836800 --set 'variants.group=["base"]' --set stages.library.with.keep=0 \
        --set vars.mirror="file://$PWD/archive" --set vars.keyring="$PWD/archive/keyring" --set vars.remote="$PWD/remote.git" \
        --set "stages.library.with.repositories=[\"$PWD/remote.git\"]" \
        --set vars.library_file="$PWD/library/archlinux" --override submit=patch-submit:patch.json --override verify=mock:nothing.json "$@"
}
run >said 2>&1 || { cat said; fail "the chain does not run"; }
for program in "bash -c true" "ldconfig -p" "pacman -Dk"; do
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
has etc/ca-certificates/extracted/tls-ca-bundle.pem
text etc/passwd | grep -q '^alpm:' || fail "systemd-sysusers has not run"
has_not '^usr/share/man/.*[^/]$'
has_not '^etc/resolv.conf$'
has_not '^var/cache/ldconfig/aux-cache$'
[ "$(text etc/locale.conf)" = LANG=C.UTF-8 ] || fail "the overlay's locale.conf is not there"
text etc/shadow | grep -q '^root:!:' || fail "root is not locked"
cmp <(text etc/pacman.conf) "$SLIPWAY_SOURCE/config/chains/archlinux/overlay/etc/pacman.conf"
commit=$(git -C remote.git rev-parse "05112026^{commit}")
cmp <(git -C remote.git cat-file blob "$commit:base/rootfs.tar.zst") "$archive"
git -C remote.git cat-file blob "$commit:base/Dockerfile" | grep -qx 'ADD rootfs.tar.\* /' || fail "the tag has no Dockerfile"
grep -qx "+GitCommit: $commit" outbox/*.patch || fail "the patch does not name the release"
run --state "$PWD/other" -q || fail "the chain does not run again"
cmp "$archive" "$(SLIPWAY_STATE=$PWD/other artifact archive archive)" || fail "another run makes other bytes"
echo ok
