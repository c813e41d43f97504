#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
exec python3 "$SLIPWAY_SOURCE/tests/e2e/verify_test.py"
