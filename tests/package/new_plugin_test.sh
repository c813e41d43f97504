#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# What `slipway new-plugin` makes and refuses.
# shellcheck source=tests/package/lib.sh
source "$(dirname "$0")/lib.sh"
use_prefix "$prefix"
new_plugin() { slipway new-plugin "$@"; }

for lang in cpp c rust; do
    says 0 "made 'sum-$lang', a stage plugin in $lang" new_plugin "sum-$lang" --lang $lang
    same "$lang: every file of the template is there" \
        "$(cd "$SLIPWAY_SOURCE/sdk/template/$lang" && git ls-files --cached --others --exclude-standard | sort)" \
        "$(cd "sum-$lang" && find . -type f -printf '%P\n' | sort)"
    same "$lang: nothing has the old name" '' "$(grep -rnE 'my.stage' "sum-$lang" || true)"
    grep -rq "sum-$lang" "sum-$lang/chain.jsonc" || fail "$lang: the chain does not use the new name"
done
says 0 "made 'sum', a stage plugin in cpp" new_plugin sum deep/er/folder/
[ -f deep/er/folder/plugin.cpp ] || fail 'DIR is not where the plugin is'

says 2 "'sum-c' exists already" new_plugin sum-c
ln -s nowhere dangling
says 2 "'dangling' exists already" new_plugin other dangling
same 'what was there is still there' nowhere "$(readlink dangling)"
for name in Sum 1sum sum_c -sum 'sum c' sum.c "$(printf 'a%.0s' {1..65})"; do
    says 2 'slipway: ' new_plugin "$name"
    [ ! -e "$name" ] || fail "'$name' was made"
done
says 2 "'Sum' is no name for a stage" new_plugin Sum
for name in test abstract slipway slipway-sys; do
    says 2 "'$name' is taken by CMake or Cargo" new_plugin $name
done
says 2 "unknown language 'go'" new_plugin other --lang go
[ ! -e other ] || fail 'a mistake made a folder'

# Whoever cannot be written to, and what was made before that is noticed.
says 2 "making '/proc/sum'" new_plugin sum /proc/sum
mkdir -p lame/bin lame/share/slipway/template/cpp
cp "$prefix/bin/slipway" lame/bin/
ln -s nowhere lame/share/slipway/template/cpp/plugin.cpp
says 2 "opening '$PWD/lame/share/slipway/template/cpp/plugin.cpp': No such file" lame/bin/slipway new-plugin half
[ ! -e half ] || fail 'half a plugin was left'
rm -r lame/share
says 2 'hint: install the SDK (Debian: slipway-sdk-dev)' lame/bin/slipway new-plugin half

# A folder of an unusual name, and the commands that are told.
new_plugin odd-one "it's a \$HOME" >steps
sed -n 's/^    cd /printf %s /p' steps >word
same 'the folder is one word for a shell' "it's a \$HOME" "$(bash word)"

# From the build tree, without an installation.
"$SLIPWAY" new-plugin here >said
same 'the build tree has the same templates' "$(new_plugin here there >said && cat there/*.*)" "$(cat here/*.*)"
