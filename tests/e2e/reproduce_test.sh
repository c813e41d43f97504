#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# slipway reproduce on the demo's chain: effects do not run, equal is equal, and what differs is named.
# shellcheck disable=SC2153 # CTest sets SLIPWAY_STAGES
set -euo pipefail
fail() { echo "FAILED: $*" >&2; exit 1; }
same() { [ "$1" = "$2" ] || fail "expected: $2"$'\n'"got:      $1"; }
export SLIPWAY_PLUGIN_PATH=$SLIPWAY_STAGES SLIPWAY_STATE=$PWD/state
chain=$SLIPWAY_SOURCE/config/chains/demo.jsonc

git init --quiet --bare remote.git
mkdir -p library patches repo
cp "$SLIPWAY_SOURCE/config/chains/demo/library" library/demo
cp "$SLIPWAY_SAMPLE"/* repo/
# Before the packages' own times, so that 'mtime' matters.
"$SLIPWAY" run -q "$chain" --epoch 1500000000 --set "vars.repository=file://$PWD/repo" \
    --set "vars.remote=$PWD/remote.git" --set "vars.library_file=$PWD/library/demo" --set "vars.patches=$PWD/patches"
run=$("$SLIPWAY" runs | sed -n '1s/ .*//p')
world() { git --git-dir remote.git for-each-ref; ls patches; sha256sum library/demo; "$SLIPWAY" runs; }
before=$(world)

reproduce() { # EXIT ARG...
    local expected=$1 code=0
    shift
    "$SLIPWAY" reproduce -q "$@" >said 2>err || code=$?
    [ "$code" = "$expected" ] || { cat said err; fail "exit $code, not $expected: reproduce $*"; }
}

# The repository is gone: packages come from the old store.
mv repo gone
reproduce 0
same "$(sed -n '2,$p' said)" "  packages: 19 identical, not counted (it is not deterministic)
  rootfs: 4 identical
  archive: 2 identical
  library: 2 identical, not counted (it is not deterministic)
  publish: not rebuilt: it has effects; its outputs are the run's
  submit: not rebuilt: it has effects; its outputs are the run's
identical: 6 artifacts"
"$SLIPWAY" show --json | python3 -c '
import json, sys, os
state = os.environ["SLIPWAY_STATE"]
locks = [o["sha256"] for s in json.load(sys.stdin)["stages"] for o in s["outputs"] if o["port"] == "lock"]
print(open(f"{state}/store/sha256/{locks[0][:2]}/{locks[0]}").read())' >run.lock
reproduce 0 run.lock
grep -q "^run $run of demo" said || fail "the lock's run is not found"
reproduce 0 --json "$run"
python3 -c '
import json
r = json.load(open("said"))
assert r["identical"] and r["compared"] == 6 and r["different"] == 0 and r["kept"] == "", r
assert {s["key"]: s["deterministic"] for s in r["stages"]}["packages"] is False, r'
same "$(world)" "$before"
same "$(ls state/reproduce)" ""

# Another chain gives something else, and what differs first is named.
python3 - "$chain" <<'PY'
import re, sys
text = open(sys.argv[1]).read()
open("other.jsonc", "w").write(text.replace('"use": "rootfs-build"', '"use": "rootfs-build", "with": {"mtime": "keep", "exclude": ["srv"]}'))
PY
mkdir -p demo && cp "$SLIPWAY_SOURCE/config/chains/demo/Dockerfile" demo/
reproduce 4 --json "$run" other.jsonc
python3 -c '
import json, os
r = json.load(open("said"))
stages = {s["key"]: s for s in r["stages"]}
tar = next(a for a in stages["rootfs"]["artifacts"] if a["port"] == "rootfs")
assert not tar["identical"] and tar["before"] != tar["after"] and stages["rootfs"]["because"] == "", tar
assert tar["differences"] == [] and "is not in the store" in tar["why"], tar # it went through a pipe
assert stages["archive"]["because"] == "rootfs.rootfs", stages["archive"]
archive = next(a for a in stages["archive"]["artifacts"] if a["port"] == "archive")
assert len(archive["differences"]) == 50 < archive["differences_total"], archive
assert {d["field"] for d in archive["differences"]} == {"mtime"}, archive["differences"]
assert archive["differences"][0] == {"path": "bin", "field": "mtime", "before": "2017-07-14T02:40:00Z", "after": archive["differences"][0]["after"]}
assert r["different"] == 4 and os.path.isdir(r["kept"] + "/store"), r'
reproduce 4 "$run" other.jsonc
grep -q "^      bin: mtime: 2017-07-14T02:40:00Z -> " said || { cat said; fail "the entry is not named"; }
grep -q "^different: 4 of 6 artifacts$" said || { cat said; fail "not counted"; }
sed -i 's/"mtime": "keep", //' other.jsonc
reproduce 4 "$run" other.jsonc
grep -q "^      srv: entry: directory -> missing$" said || { cat said; fail "the missing entry is not named"; }
same "$(world)" "$before"

# What cannot be.
reproduce 2 nothing
reproduce 2 "$SLIPWAY_SOURCE/README.md"
sed 's/"size": [0-9]*/"size": 1/' run.lock >other.lock
reproduce 2 other.lock
grep -q "^slipway: 'other.lock': no run that is done has made this lock$" err || fail "$(cat err)"
release=$("$SLIPWAY" show --json | python3 -c 'import json, sys
print(next(o["sha256"] for s in json.load(sys.stdin)["stages"] for o in s["outputs"] if o["port"] == "release"))')
rm -f "state/store/sha256/${release:0:2}/$release"
reproduce 2
grep -q "^slipway: stage 'publish' has effects and cannot be run again, and 'release.json', which it made, is gone" err || fail "$(cat err)"
same "$(git --git-dir remote.git for-each-ref | wc -l)" 1
echo ok
