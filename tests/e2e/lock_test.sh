#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# slipway lock, run --locked and diff, on a repository that changes in between.
set -euo pipefail
fail() { echo "FAILED: $*" >&2; exit 1; }
same() { [ "$1" = "$2" ] || fail "expected: $2"$'\n'"got:      $1"; }
# shellcheck disable=SC2153 # CTest sets SLIPWAY_STAGES
export SLIPWAY_PLUGIN_PATH=$SLIPWAY_STAGES SLIPWAY_STATE=$PWD/state SOURCE_DATE_EPOCH=1793836800

mkdir -p repo
package() { "$SLIPWAY_SOURCE/tests/tools/make-test-package" repo "$@" >/dev/null; }
publish() { rm -f repo/core.*; repo-add -q repo/core.db.tar.gz "$@"; }
package a 1-1 depend=b; package b 1:1.0-1; package c 1-1; package d 2-1; package b 1:1.1-1 depend=e
package e 1-1; package d 1.9-1; package c 1-1 depend=e
cp repo/c-1-1-any.pkg.tar.zst c-new; package c 1-1; cp repo/c-1-1-any.pkg.tar.zst c-old
publish repo/a-1-1* repo/b-1:1.0-1* repo/c-1-1* repo/d-2-1*

chain() { # EACH INSTALL
    cat <<JSON
{"slipway": 1, "name": "t", "version": "1", "variants": {"group": ["a", "c"]}, "stages": [
  {"id": "packages", "use": "pacman-fetch"$1, "with": {"repositories": [{"name": "core", "servers": ["file://$PWD/repo"]}],
   "install": $2}}]}
JSON
}
chain '' '["a", "c", "d"]' >one.json
# shellcheck disable=SC2016 # the chain's variable
chain ', "each": ["group"]' '["${group}"]' >two.json

"$SLIPWAY" lock one.json -q -o old.lock
same "$(python3 -c 'import json; print(*(p["name"] + " " + p["version"] + " " + p["reason"] for p in json.load(open("old.lock"))["packages"]), sep=", ")')" \
    "b 1:1.0-1 dependency, a 1-1 explicit, c 1-1 explicit, d 2-1 explicit"
"$SLIPWAY" lock two.json -q >both.lock
grep -q '"packages\[group=c\]"' both.lock || fail "both.lock has no lock of packages[group=c]"

# Both hold the digests of the plugins, and no other plugin takes what is locked.
for lock in old.lock both.lock; do
    same "$(python3 -c 'import json, sys; print(json.load(open(sys.argv[1]))["plugins"])' $lock)" \
        "{'pacman-fetch': '$(sha256sum "$SLIPWAY_STAGES/pacman-fetch.so" | cut -d' ' -f1)'}"
done
mkdir stages && cp "$SLIPWAY_STAGES/pacman-fetch.so" stages/ && printf '\0' >>stages/pacman-fetch.so
got=0
"$SLIPWAY" run -q --locked old.lock one.json --plugin-dir stages 2>said || got=$?
[ $got != 0 ] || fail "another plugin was taken"
grep -q 'is not the one that was pinned' said || { cat said; fail "it does not say why"; }

# The world moves on.
cp c-new repo/c-1-1-any.pkg.tar.zst
publish repo/a-1-1* repo/b-1:1.1-1* repo/c-1-1* repo/d-1.9-1* repo/e-1-1*
"$SLIPWAY" lock one.json -q -o new.lock
"$SLIPWAY" diff old.lock new.lock | tee diff.txt
same "$(awk '{print $1, $2, $3, $4, $5}' diff.txt | sed -n '1,4p' | sed 's/ (.*//')" "added e 1-1
upgraded b 1:1.0-1 -> 1:1.1-1
downgraded d 2-1 -> 1.9-1
rebuilt c 1-1"
"$SLIPWAY" diff --json old.lock new.lock | python3 -c '
import json, sys
d = json.load(sys.stdin)
assert [p["name"] for p in d["added"]] == ["e"] and d["packages"] == {"before": 4, "after": 5}, d
assert d["upgraded"][0]["before"] == "1:1.0-1" and d["removed"] == [], d
assert d["size"]["after"] > d["size"]["before"] > 0, d'
same "$("$SLIPWAY" diff new.lock new.lock)" "no difference"

# What is locked is taken, from the store: the repository no longer has c as it was.
"$SLIPWAY" run -q --locked old.lock one.json
"$SLIPWAY" run -q --locked both.lock two.json
"$SLIPWAY" run -q one.json
same "$("$SLIPWAY" diff "$("$SLIPWAY" runs | sed -n '3s/ .*//p')" old.lock)" "no difference"
same "$("$SLIPWAY" diff "$("$SLIPWAY" runs | sed -n '1s/ .*//p')" new.lock)" "no difference"

refuses() { # EXIT MESSAGE ARG...
    local code=$1 message=$2 got=0
    shift 2
    "$SLIPWAY" run -q "$@" >said 2>&1 || got=$?
    same "$got" "$code"
    grep -qF "$message" said || { cat said; fail "it does not say: $message"; }
}
refuses 3 "targets: the lock says 'a c d', here it is 'a'" --locked old.lock one.json --set 'stages.packages.with.install=["a"]'
refuses 2 "'both.lock': it has no lock for stage 'packages'" --locked both.lock one.json
refuses 2 "'one.json': not a lock" --locked one.json one.json
# An empty store: what the server has now is something else.
mkdir other
refuses 1 "package 'c-1-1-any.pkg.tar.zst' from file://$PWD/repo/c-1-1-any.pkg.tar.zst: " --state "$PWD/other" --locked old.lock one.json
cp c-old repo/c-1-1-any.pkg.tar.zst
"$SLIPWAY" run -q --state "$PWD/other" --locked old.lock one.json
same "$("$SLIPWAY" diff --state "$PWD/other" "$("$SLIPWAY" runs --state "$PWD/other" | sed -n '1s/ .*//p')" old.lock)" "no difference"
echo ok
