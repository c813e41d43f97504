#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Does what docs/tutorial/first-stage.md says, word by word.
# shellcheck source=tests/package/lib.sh
source "$(dirname "$0")/lib.sh"
export PATH=/usr/bin:$PATH # Debian's cargo
"$SLIPWAY_SOURCE/tests/tools/run-doc" "$SLIPWAY_SOURCE/docs/tutorial/first-stage.md" "build/dev=$SLIPWAY_BUILD"
