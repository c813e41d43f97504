#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# template_test.sh LANG: starts a plugin in LANG, builds and runs it as its README says, and holds what it
# makes against cksum(1).
# shellcheck source=tests/package/lib.sh
source "$(dirname "$0")/lib.sh"
lang=$1
if [ "$lang" = rust ]; then
    # Debian's own, the oldest that the template promises to work with.
    export PATH=/usr/bin:$PATH CARGO_NET_OFFLINE=true
fi
use_prefix "$prefix"
export SLIPWAY_STATE=$PWD/state
scratch=$PWD name=sum-$lang chain=sum-$lang/chain.jsonc
case $lang in rust) built=$scratch/$name/target/release ;; *) built=$scratch/$name/build ;; esac
export SLIPWAY_PLUGIN_PATH=$built

slipway new-plugin "$name" --lang "$lang"
(cd "$name" && "$SLIPWAY_SOURCE/tests/tools/run-doc" README.md)
# What the CI file runs; it finds the plugin where the commands of the README built it.
python3 -c '
import sys, yaml
for step in yaml.safe_load(sys.stdin)["jobs"]["check"]["steps"]:
    if "run" in step and step["name"] != "install": print(step["run"])' <"$name/.github/workflows/ci.yml" >ci.sh
same 'the CI builds, checks and runs' 3 "$(wc -l <ci.sh)"
(cd "$name" && bash -ex ../ci.sh)

for plugin in "$built"/*.so; do
    says 0 ' 0 broken' slipway check "$plugin" --case "$name/check"
    ! grep 'not tried:' said || fail 'the cases of the template do not try every rule'
done
[ "$lang" = rust ] || says 0 "$name.check" ctest --test-dir "$built"

# The README's last commands ran the chain.
same 'the line is that of cksum' "$(cd "$name" && cksum README.md)" "$(cat "$(artifact readme)")"
cp "$(artifact readme)" checksum.txt
same 'the second stage read the output of the first' "$(cksum checksum.txt)" "$(cat "$(artifact again)")"
says 0 'again: unchanged' slipway run "$chain"

# Every path the code can take to a line.
with() { slipway run "$chain" --set "stages.readme.with=$1"; }
for size in 0 1 65535 65536 65537 1000000; do
    head -c $size /dev/urandom >"$name/data"
    with '{"file": "data"}' 2>said || { cat said && fail "$size bytes"; }
    same "$size bytes" "$(cksum <"$name/data" | sed 's/$/ -/')" "$(cat "$(artifact readme)")"
done
mkdir "$name/ü \"x\\y" && cp "$name/data" "$name/ü \"x\\y/z"
with '{"name": "t\u00e4b\t\ud83d\ude00 \"q\\", "file": "ü \"x\\y/z", "max_bytes": 1000000}'
same 'escapes in options' "$(cksum <"$name/data") "$'t\u00e4b\t\U1F600 "q\\' "$(cat "$(artifact readme)")"

# Failures: what, why, what to do.
says 1 "option 'max_bytes': the file is larger than 999999 bytes" with '{"file": "data", "max_bytes": 999999}'
grep -q 'hint: raise max_bytes if the file may be so large' said || fail 'no hint'
says 1 "option 'name': has a line break" with '{"file": "data", "name": "a\nb"}'
says 1 "option 'file': there is nothing to read" with '{}'
says 2 "unknown option 'nmae' (hint: did you mean 'name'?)" with '{"file": "data", "nmae": "x"}'
mkdir "$name/folder"
says 1 'Is a directory' with '{"file": "folder"}'

# A cancel is answered at once: the host would begin to kill after 3 s.
truncate -s 1G "$name/data"
rm -f said # of the run before
slipway run "$chain" --set 'stages.readme.with={"file": "data"}' 2>said &
until grep -qs 'readme: started' said; do sleep 0.05; done
begin=$(date +%s%N)
kill -TERM $!
status=0
wait $! || status=$?
same 'a cancelled run' 130 "$status"
[ $(($(date +%s%N) - begin)) -lt 2500000000 ] || fail 'the stage did not look at cancelled()'

if [ "$lang" = rust ]; then
    # The layout test knows every field of the ABI, and sees one that is wrong.
    python3 -c '
import json, sys
layout = open(sys.argv[2]).read()
for struct, text in json.load(open(sys.argv[1]))["structs"].items():
    listed = layout.split(f" {struct} = ")[1].split("}")[0]
    for field in text["fields"]: assert field[0] in listed, f"{struct}.{field[0]}"' \
        "$SLIPWAY_SOURCE/sdk/abi/1.0.json" "$name/slipway-sys/tests/layout.rs"
    wrong() { # OLD NEW
        cp "$scratch/$name/slipway-sys/src/lib.rs" right.rs
        sed -i "s/$1/$2/" "$name/slipway-sys/src/lib.rs"
        says 101 'panicked' cargo test --manifest-path "$name/slipway-sys/Cargo.toml"
        cp right.rs "$name/slipway-sys/src/lib.rs"
    }
    wrong 'pub attempt: u32' 'pub attempt: u64'
    wrong 'pub input: i32' 'pub input: i16'
    wrong 'CONFLICT: Status = -11' 'CONFLICT: Status = -12'
fi

if [ "$lang" = cpp ]; then
    unset SLIPWAY_PLUGIN_PATH
    cmake --install "$name/build" --prefix "$PWD/own" >/dev/null
    cp "$prefix/bin/slipway" own/
    mkdir own/bin && mv own/slipway own/bin/
    says 0 'sum-cpp' own/bin/slipway stages
fi
