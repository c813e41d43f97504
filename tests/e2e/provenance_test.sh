#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# slipway provenance on a chain with a set value, a password and a mock: complete, the same again, nothing secret.
# shellcheck disable=SC2153 # CTest sets SLIPWAY_STAGES
set -euo pipefail
fail() { echo "FAILED: $*" >&2; exit 1; }
export SLIPWAY_PLUGIN_PATH=$SLIPWAY_STAGES SLIPWAY_STATE=$PWD/state SOURCE_DATE_EPOCH=1793836800

cat >chain.json <<JSON
{ // comments are fine
  "slipway": 1, "name": "t", "version": "7", "vars": { "mirror": "" }, "stages": [
  {"id": "packages", "use": "pacman-fetch",
   "with": {"repositories": [{"name": "sample", "servers": ["\${mirror}", "https://me:hush-hush@mirror.example/x"]}],
   "install": ["base"]}},
  {"id": "rootfs", "use": "rootfs-build"},
  {"id": "archive", "use": "compress", "inputs": {"file": "rootfs.rootfs"}}]}
JSON
"$SLIPWAY" run -q chain.json --set "vars.mirror=file://$SLIPWAY_SAMPLE"
"$SLIPWAY" provenance -o made.json
"$SLIPWAY" show --json >run.json
"$SLIPWAY_SOURCE/tests/tools/check-provenance" made.json
cmp made.json <("$SLIPWAY" provenance)
cmp made.json "state/provenance/$("$SLIPWAY" runs | sed -n '1s/ .*//p').json"
if grep -F hush made.json; then fail "it tells a secret"; fi
grep -q '"https://mirror.example/x"' made.json || fail "the server without its password is not there"

python3 - "$SLIPWAY_STAGES" <<'PY'
import hashlib, json, sys
statement, run = json.load(open("made.json")), json.load(open("run.json"))
predicate = statement["predicate"]
build, subjects = predicate["buildDefinition"], {s["digest"]["sha256"] for s in statement["subject"]}
found = {d["digest"]["sha256"]: d for d in build["resolvedDependencies"]}
outputs = {o["sha256"]: o for s in run["stages"] for o in s["outputs"]}
packages = {d for d, o in outputs.items() if o["type"] == "application/x-alpm-package"}
assert subjects == outputs.keys() - packages and not subjects & found.keys(), "subjects"
assert packages <= found.keys(), "packages"
for digest in packages:
    name, version = outputs[digest]["annotations"]["name"], outputs[digest]["annotations"]["version"]
    assert found[digest]["uri"].startswith(f"pkg:alpm/arch/{name}@"), found[digest]
    assert found[digest]["name"] == f"{name} {version}", found[digest]
for plugin in ("pacman-fetch", "rootfs-build", "compress"):
    with open(f"{sys.argv[1]}/{plugin}.so", "rb") as file:
        assert found[hashlib.sha256(file.read()).hexdigest()]["name"] == plugin + ".so"
with open("chain.json", "rb") as file:
    assert found[hashlib.sha256(file.read()).hexdigest()]["name"] == "chain.json"
assert any(d["name"] == "sample.db" for d in found.values())
parameters = build["externalParameters"]
assert parameters["chain"]["name"] == "t" and parameters["chain"]["version"] == "7", parameters
assert [s["path"] for s in parameters["settings"]] == ["vars.mirror"] and parameters["epoch"] == 1793836800
assert parameters["mocked"] is False and parameters["overrides"] == [] and parameters["locked"] == {}
assert predicate["runDetails"]["metadata"]["invocationId"] == run["run"]
PY

# Unchanged stages are as complete; a mock says so; a lock is named.
"$SLIPWAY" lock -q chain.json --set "vars.mirror=file://$SLIPWAY_SAMPLE" -o lock.json
echo '{"outputs": {}}' >mock.json
"$SLIPWAY" run -q chain.json --locked lock.json --set "vars.mirror=file://$SLIPWAY_SAMPLE" --override archive=mock:mock.json
"$SLIPWAY" provenance >mocked.json
"$SLIPWAY_SOURCE/tests/tools/check-provenance" mocked.json
python3 - <<'PY'
import json
build = json.load(open("mocked.json"))["predicate"]["buildDefinition"]
stages = {s["key"]: s for s in build["internalParameters"]["stages"]}
assert build["externalParameters"]["mocked"] and stages["archive"]["mocked"] and stages["archive"]["use"] == "mock"
assert all(len(s["plugin"]["sha256"]) == 64 for s in stages.values()), stages
assert build["externalParameters"]["overrides"][0]["stage"] == "archive"
assert len(build["externalParameters"]["locked"]["packages"]["sha256"]) == 64
PY

# The checker finds what is wrong.
sed 's|https://slsa.dev/provenance/v1|https://slsa.dev/provenance/v0.2|' made.json >bad.json
if "$SLIPWAY_SOURCE/tests/tools/check-provenance" bad.json >/dev/null; then fail "the checker takes anything"; fi

# A run that is not done has none.
echo '{"status": "verify", "message": "no"}' >mock.json
"$SLIPWAY" run -q chain.json --set "vars.mirror=file://$SLIPWAY_SAMPLE" --override archive=mock:mock.json 2>/dev/null && fail "not failed"
"$SLIPWAY" provenance 2>said && fail "a failed run has provenance"
grep -q "^slipway: run '.*' is failed; provenance tells of runs that are done$" said || fail "$(cat said)"
echo ok
