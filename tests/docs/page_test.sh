#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# page_test.sh PAGE: does what docs/PAGE.md says, word by word, as somebody who has built Slipway.
set -euo pipefail
export PATH=${SLIPWAY%/*}:$PATH SLIPWAY_STATE=$PWD/state
ln -s "$SLIPWAY_SOURCE/config" config
"$SLIPWAY_SOURCE/tests/tools/run-doc" "$SLIPWAY_SOURCE/docs/$1.md" "\$PWD/build/sample/small=$SLIPWAY_SAMPLE" \
    "\$PWD/build/dev=$SLIPWAY_BUILD"
