#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# run.sh AREA [CASE...]: the fault tests of one area (tests/fault/AREA_faults.py).
set -euo pipefail
here=$(dirname "$(readlink -f "$0")")
area=$1
shift
export PYTHONPATH=$SLIPWAY_SOURCE/tests/tools PYTHONDONTWRITEBYTECODE=1
exec python3 "$here/${area}_faults.py" "$@"
