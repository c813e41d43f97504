#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# run.sh AREA [CASE...]: the command line tests of one area (tests/cli/AREA_cli.py).
set -euo pipefail
here=$(dirname "$(readlink -f "$0")")
area=$1
shift
export PYTHONPATH=$SLIPWAY_SOURCE/tests/tools PYTHONDONTWRITEBYTECODE=1
exec python3 "$here/${area}_cli.py" "$@"
