#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# publish_test.sh FILE [CASE...]: git-publish against real servers, the cases of FILE.
set -euo pipefail
export PYTHONPATH=$SLIPWAY_SOURCE/tests/tools PYTHONDONTWRITEBYTECODE=1
exec python3 "$SLIPWAY_SOURCE/tests/e2e/$1" "${@:2}"
