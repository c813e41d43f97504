#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# publish_test.sh [CASE...]: git-publish against real servers (publish_cases.py).
set -euo pipefail
export PYTHONPATH=$SLIPWAY_SOURCE/tests/tools PYTHONDONTWRITEBYTECODE=1
exec python3 "$SLIPWAY_SOURCE/tests/e2e/publish_cases.py" "$@"
