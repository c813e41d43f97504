#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Stages replaced and recorded: overrides of every form, what a mock in a stage's place still checks, a recording that
# is replayed, and how a mocked run is marked. A real git repository is what must not change.
# shellcheck disable=SC2153,SC2016 # CTest sets SLIPWAY_STAGES; ${…} is the chain's own
set -euo pipefail
fail() { echo "FAILED: $*" >&2; exit 1; }
export SLIPWAY_PLUGIN_PATH=$SLIPWAY_STAGES SLIPWAY_STATE=$PWD/state SOURCE_DATE_EPOCH=1793836800 TOKEN=hush-hush-hush
slipway() { "$SLIPWAY" "$@"; }
# refused TEXT COMMAND...: ends with 2 and says TEXT
refused() {
    local code=0 text=$1
    shift
    "$@" >said 2>&1 || code=$?
    if [ $code != 2 ] || ! grep -qF -- "$text" said; then cat said >&2 && fail "$code, not '$text': $*"; fi
}
tags() { git -C remote.git tag --list; }

git init -q --bare remote.git
git -C remote.git symbolic-ref HEAD refs/heads/main
cat >chain.json <<'JSON'
{ "slipway": 1, "name": "t", "version": "7", "variants": { "group": ["base", "devel"] },
  "stages": [
    { "id": "make", "use": "exec", "each": ["group"],
      "with": { "command": ["printf", "hello ${group}\n"], "stdout": "text",
                "ports": { "outputs": [{ "name": "text", "type": "text/plain" }] } } },
    { "id": "archive", "use": "compress", "each": ["group"], "with": { "format": "gzip" } },
    { "id": "publish", "use": "git-publish", "inputs": { "files": "archive.archive" },
      "with": { "remote": "remote.git", "tag": "${version}", "layout": "{variant}{name}", "author": { "name": "A", "email": "a@b.c" } } },
    { "id": "after", "use": "exec",
      "with": { "command": ["printenv", "TAG", "TOKEN"],
                "env": { "TAG": "${publish.release.tag}", "TOKEN": { "secret": "TOKEN" } } } } ] }
JSON
slipway validate chain.json >said || { cat said >&2; fail 'the chain is wrong'; }

# ---- what a mock stands in for stays checked: wiring, options, references, each at its place in the chain
slipway validate chain.json --override publish=mock
sed 's/"remote": "remote.git"/"remtoe": "remote.git"/' chain.json >wrong.json
refused "wrong.json:8:17: /stages/2/with/remtoe: unknown option 'remtoe'" slipway validate wrong.json --override publish=mock
sed 's/"layout": "{variant}{name}"/"layout": "${nowhere.x.y}"/' chain.json >wrong.json
refused "wrong.json:8:" slipway validate wrong.json --override publish=mock
# The ports that options declare are adopted, too: the wiring is the same.
[ "$(slipway plan -w chain.json | grep -c '<-')" = "$(slipway plan -w chain.json --override make=mock --override publish=mock | grep -c '<-')" ] \
    || fail 'a mock changes the wiring'

# ---- options inline and in files
slipway run -q chain.json --override 'publish=mock:{"outputs": {"release": [{"json": {"tag": "x", /* no */ }}]}}' --override 'after=mock'
[ -z "$(tags)" ] || fail 'the mock published'
mkdir overrides
echo '{"outputs": {"release": [{"file": "release.json"}]}}' >overrides/publish.json
echo '{"tag": "y"}' >overrides/release.json
echo '{ "publish": "mock:publish.json", /* all of it */ "after": { "use": "mock", "with": { "log": ["${publish.release.tag}"] } } }' >overrides/all.json
slipway run -q chain.json --overrides overrides/all.json
slipway log | grep -q ' y$' || { slipway log >&2; fail 'the overrides file'; }
echo '{"publish": {"use": "mock", "whit": {}}}' >overrides/bad.json
refused "overrides/bad.json:1:13: stage 'publish': unknown key 'whit'" slipway validate chain.json --overrides overrides/bad.json
refused 'stage' slipway validate chain.json --override 'publish=mock:{"outputs": 1}'
# The last one of a stage counts.
slipway run -q chain.json --overrides overrides/all.json --override 'after=mock:{"log": ["second"]}'
slipway log | grep -q ' second$' || fail 'the command line comes after the file'

# ---- a run goes on as it was started, whatever became of the files
echo '{"status": "waiting", "message": "for nobody"}' >overrides/publish.json
code=0 && slipway run -q chain.json --overrides overrides/all.json 2>said || code=$?
[ $code = 75 ] || fail "not parked: $code"
rm overrides/publish.json overrides/all.json
code=0 && slipway resume -q 2>said || code=$?
[ $code = 75 ] || { cat said >&2; fail "not parked again: $code"; }
refused 'the chain has mocked stages: publish, after' slipway resume -q --no-mocks

# ---- marked everywhere, and refused where it must not be
slipway status >said || true
grep -q MOCKED said || { cat said >&2; fail 'status'; }
slipway show | grep -q 'run .*MOCKED' || fail 'show'
slipway runs | head -n 1 | grep -q MOCKED || fail 'runs'
slipway show --json | python3 -c '
import json, sys
run = json.load(sys.stdin)
assert run["mocked"] and [s["key"] for s in run["stages"] if s["mocked"]] == ["publish", "after"], run'
python3 - "$SLIPWAY_STATE" <<'PY'
import sqlite3, sys
assert sqlite3.connect(sys.argv[1] + "/journal.db").execute("SELECT mocked FROM runs ORDER BY created DESC").fetchone() == (1,)
PY
refused 'the chain has mocked stages: publish' slipway run chain.json --override publish=mock --no-mocks

# ---- recorded, and done again
export SLIPWAY_STATE=$PWD/recorded
slipway run -q chain.json --record recording
[ "$(tags)" = 7 ] || fail 'not published'
slipway show --json >real.json
if grep -rqF hush-hush recording; then grep -rF hush-hush recording >&2; fail 'the recording tells a secret'; fi
git -C remote.git tag -d 7 >/dev/null
export SLIPWAY_STATE=$PWD/replayed
mv recording elsewhere # a recording may be moved
slipway run -q chain.json --overrides elsewhere/overrides.json
[ -z "$(tags)" ] || fail 'the replay published'
slipway show --json >replay.json
slipway log --json >replay.log
slipway provenance >replayed.json
python3 - <<'PY'
import json
real, again = json.load(open("real.json")), json.load(open("replay.json"))
outputs = lambda run: {(s["key"], o["port"], o["name"], o["type"], o["sha256"], json.dumps(o["annotations"])) for s in run["stages"] for o in s["outputs"]}
assert outputs(real) == outputs(again) and len(outputs(real)) >= 5, (outputs(real), outputs(again))
assert again["mocked"] and all(s["mocked"] for s in again["stages"]), again
events = [json.loads(line) for line in open("replay.log")]
effects = [(e["data"]["state"], e["data"]["kind"]) for e in events if e["kind"] == "effect"]
assert ("done", "git.push") in effects, effects
assert json.load(open("replayed.json"))["predicate"]["buildDefinition"]["externalParameters"]["mocked"]
PY

# Only one stage, on what it was recorded with; other inputs are refused, unless it is said.
slipway run -q chain.json --override 'publish=mock:{"replay": "elsewhere/publish"}'
code=0 && slipway run chain.json --override 'publish=mock:{"replay": "elsewhere/publish"}' --set stages.archive.with.format=xz 2>said || code=$?
if [ $code != 1 ] || ! grep -q "other artifacts on the input port 'files'" said; then cat said >&2 && fail 'other inputs'; fi
slipway run -q chain.json --override 'publish=mock:{"replay": "elsewhere/publish", "replay_inputs": "any"}' --set stages.archive.with.format=xz
[ -z "$(tags)" ] || fail 'the replay published'
refused 'is not empty' slipway run chain.json --record elsewhere

# A failure and a wait are recorded as well.
cat >failing.json <<'JSON'
{ "slipway": 1, "name": "f", "stages": [{ "id": "one", "use": "mock", "with": { "status": "auth", "message": "the token is worn out" } }] }
JSON
slipway run -q failing.json --record failed 2>/dev/null && fail 'not failed'
code=0 && slipway run failing.json --override 'one=mock:{"replay": "failed/one"}' 2>said || code=$?
if [ $code != 1 ] || ! grep -q 'the token is worn out' said; then cat said >&2 && fail 'a recorded failure'; fi
echo ok
