# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=bash
# Sourced by the tests of this folder: the installed copy, and checks.
set -euo pipefail

# shellcheck disable=SC2034 # the tests use it
prefix=$SLIPWAY_BUILD/package/prefix
# As on the machine of somebody who has only the package.
unset CFLAGS CXXFLAGS LDFLAGS CC CXX CMAKE_PREFIX_PATH
export CMAKE_GENERATOR=Ninja

use_prefix() {
    local pc
    pc=$(find "$1" -name slipway-sdk.pc)
    export PATH=$1/bin:$PATH CMAKE_PREFIX_PATH=$1 PKG_CONFIG_PATH=${pc%/*}
}

fail() {
    printf 'FAILED: %s\n' "$*" >&2
    exit 1
}

# same WHAT EXPECTED ACTUAL
same() {
    [ "$2" = "$3" ] || fail "$1: expected"$'\n'"$2"$'\n'"found"$'\n'"$3"
    echo "ok: $1"
}

# says STATUS TEXT COMMAND...: the command ends with the status and prints the text, on any of its lines.
says() {
    local status=$1 text=$2 actual=0
    shift 2
    "$@" >said 2>&1 || actual=$?
    [ "$actual" = "$status" ] || { cat said && fail "'$*' ended with $actual, not with $status"; }
    grep -qF -- "$text" said || { cat said && fail "'$*' did not say '$text'"; }
    echo "ok: '$*' says '$text'"
}

# The path of the artifact that stage $1 of the newest run made.
artifact() {
    local digest
    digest=$(slipway show --json | python3 -c '
import json, sys
stages = {stage["key"]: stage for stage in json.load(sys.stdin)["stages"]}
print(stages[sys.argv[1]]["outputs"][0]["sha256"])' "$1")
    echo "$SLIPWAY_STATE/store/sha256/${digest:0:2}/$digest"
}
