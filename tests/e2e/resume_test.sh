#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Four kills of the host, at moments that a fixed seed chooses.
set -euo pipefail
exec "$SLIPWAY_SOURCE/tests/prove/resume" 4 20261105
