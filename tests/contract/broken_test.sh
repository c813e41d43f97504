#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# check-plugin sees what is wrong: the C template is broken in one way at a time.
set -euo pipefail
check=$(dirname "$0")/check-plugin
sdk=$SLIPWAY_SOURCE/sdk
unset CFLAGS CXXFLAGS LDFLAGS
compile=(-O1 -fPIC -fvisibility=hidden "-I$sdk/include" "-I$sdk/template/c")
map=("-Wl,--version-script=$sdk/cmake/plugin.map")
link=(-shared '-Wl,-z,relro' '-Wl,-z,now' '-Wl,-z,noexecstack')

# broken RULE SED-COMMAND FLAG...: check-plugin names the rule, and only that one.
broken() {
    local rule=$1 change=$2 status=0
    shift 2
    sed "$change" "$sdk/template/c/plugin.c" >plugin.c
    [ -z "$change" ] || ! cmp -s plugin.c "$sdk/template/c/plugin.c" || { echo "nothing changed: $change" && exit 1; }
    rm -f broken.so
    cc -std=c11 "${compile[@]}" plugin.c "$sdk/template/c/json.c" "${link[@]}" "${map[@]}" "$@" -o broken.so
    "$check" broken.so >said 2>&1 || status=$?
    if [ "$status" != 1 ] || [ "$(sed -n 's/^broken\.so: \([a-z-]*\): .*/\1/p' said | sort -u)" != "$rule" ]; then
        echo "FAILED: '$rule' was expected, check-plugin said ($status):" && cat said && exit 1
    fi
    echo "ok: $(cat said)"
}

refuses() {
    local status=0
    "$check" "$1" >said 2>&1 || status=$?
    [ "$status" = 1 ] || { echo "FAILED: $1 was accepted" && exit 1; }
}

cc -std=c11 "${compile[@]}" "$sdk/template/c/"*.c "${link[@]}" "${map[@]}" -o sound.so
"$check" sound.so
broken relro '' -Wl,-z,norelro
broken bind-now '' -Wl,-z,lazy
broken stack '' -Wl,-z,execstack
broken dynamic '' -Wl,-rpath,/nowhere
broken loads 's/"my-stage",/"My-Stage",/'
broken version 's/"1.0.0", /"1.0", /'
broken version 's/"1.0.0", /"01.0.0", /'
broken license 's/"MIT"/"MIT licence, see LICENSE"/'
broken summary 's/checksum and size of a file"/checksum and size of a file."/'
broken schema 's/\\"additionalProperties\\": false, //'
broken schema 's/\\"additionalProperties\\": false/&, \\"required\\": [\\"fiel\\"]/'
broken option-doc 's/\\"description\\": \\"read/\\"title\\": \\"read/'
broken port-doc 's/\\"doc\\": \\"the file to read\\"/\\"many\\": false/'
broken loads 's/\.capabilities = "{}"/.capabilities = "{\\"telepathy\\": true}"/'
broken loads 's/\.abi_major = SLIPWAY_ABI_MAJOR/.abi_major = 99/'

map=()
broken exports 's/^static slipway_status fail/SLIPWAY_EXPORT slipway_status fail/'
echo 'int nobody(void); __attribute__((constructor)) static void use(void) { if (nobody()) nobody(); }' >undefined.c
cc -std=c11 "${compile[@]}" -c undefined.c -o undefined.o
# Such a file does not load either: the host binds at once.
cc -std=c11 "${compile[@]}" "$sdk/template/c/"*.c undefined.o "${link[@]}" -o undefined.so
refuses undefined.so
grep -q ': undefined: nobody: nobody defines it' said
grep -q ': loads: .*undefined symbol: nobody' said

# A mutable inline variable with default visibility, as gcc's own rules make it.
echo 'inline int shared_by_all; int touch(); int touch() { return ++shared_by_all; }' >unique.cpp
g++ -std=c++20 -O1 -fPIC -shared unique.cpp -o unique.so
refuses unique.so
grep -q ': gnu-unique: shared_by_all' said

mkdir empty
refuses empty
grep -q '^no plugin in empty$' said
