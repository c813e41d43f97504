#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# What new-plugin makes and refuses.
# shellcheck source=tests/package/lib.sh
source "$(dirname "$0")/lib.sh"
use_prefix "$prefix"
new_plugin=$(pkg-config --variable=templatedir slipway-sdk)/new-plugin

for lang in cpp c rust; do
    says 0 "made sum-$lang, a stage plugin in $lang" "$new_plugin" "sum-$lang" --lang $lang
    same "$lang: every file of the template is there" \
        "$(cd "$SLIPWAY_SOURCE/sdk/template/$lang" && git ls-files | sort)" \
        "$(cd "sum-$lang" && find . -type f -printf '%P\n' | sort)"
    same "$lang: nothing has the old name" '' "$(grep -rnE 'my.stage' "sum-$lang" || true)"
    grep -rq "sum-$lang" "sum-$lang/chain.jsonc" || fail "$lang: the chain does not use the new name"
done
says 0 'made sum, a stage plugin in cpp' "$new_plugin" sum deep/er/folder
[ -f deep/er/folder/plugin.cpp ] || fail 'DIR is not where the plugin is'

says 2 "'sum-c' exists already" "$new_plugin" sum-c
ln -s nowhere dangling
says 2 "'dangling' exists already" "$new_plugin" other dangling
same 'what was there is still there' nowhere "$(readlink dangling)"
for name in Sum 1sum sum_c -sum 'sum c' sum.c "$(printf 'a%.0s' {1..65})"; do
    says 2 'new-plugin: ' "$new_plugin" "$name"
    [ ! -e "$name" ] || fail "'$name' was made"
done
says 2 "'Sum' is no name for a stage" "$new_plugin" Sum
says 2 "'test' is taken by CMake or Cargo" "$new_plugin" test
says 2 "'abstract' is taken by CMake or Cargo" "$new_plugin" abstract
says 2 "unknown language 'go'" "$new_plugin" other --lang go
says 2 '--lang needs a language' "$new_plugin" other --lang
says 2 "unexpected argument 'three'" "$new_plugin" one two three
says 2 "unknown option '--nothing'" "$new_plugin" --nothing
says 2 'usage: new-plugin' "$new_plugin"
says 0 'usage: new-plugin' "$new_plugin" --help
