#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# run.sh TEST.py [ARG...]: a contract test in Python.
set -euo pipefail
here=$(dirname "$(readlink -f "$0")")
test=$1
shift
export PYTHONPATH=$SLIPWAY_SOURCE/tests/tools PYTHONDONTWRITEBYTECODE=1
exec python3 "$here/$test" "$@"
