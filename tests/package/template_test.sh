#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# template_test.sh LANG: starts a plugin in LANG, builds and runs it as its README says, and holds what it
# makes against cksum(1).
# shellcheck source=tests/package/lib.sh
source "$(dirname "$0")/lib.sh"
lang=$1
if [ "$lang" = rust ]; then
    # rustup looks for its toolchains in the home folder, which is another one here.
    rustup=$(getent passwd "$(id -u)" | cut -d: -f6)/.rustup
    [ -n "${RUSTUP_HOME:-}" ] || [ ! -d "$rustup" ] || export RUSTUP_HOME=$rustup
    export CARGO_NET_OFFLINE=true
    cargo --version || { echo 'skipped: no cargo' && exit 77; }
fi
use_prefix "$prefix"
export SLIPWAY_STATE=$PWD/state
scratch=$PWD name=sum-$lang chain=sum-$lang/chain.jsonc
case $lang in rust) built=$scratch/$name/target/release ;; *) built=$scratch/$name/build ;; esac
export SLIPWAY_PLUGIN_PATH=$built

"$(pkg-config --variable=templatedir slipway-sdk)/new-plugin" "$name" --lang "$lang"
(cd "$name" && "$SLIPWAY_SOURCE/tests/tools/run-doc" README.md)
[ "$lang" != rust ] || (cd "$name" && cargo test)

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

if [ "$lang" = cpp ]; then
    unset SLIPWAY_PLUGIN_PATH
    cmake --install "$name/build" --prefix "$PWD/own" >/dev/null
    cp "$prefix/bin/slipway" own/
    mkdir own/bin && mv own/slipway own/bin/
    says 0 'sum-cpp' own/bin/slipway stages
fi
