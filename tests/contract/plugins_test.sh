#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# No stage type is offered by two of our plugins.
set -euo pipefail
twice=$(for plugin in "$SLIPWAY_STAGES"/*.so; do
    "$SLIPWAY" inspect --json "$plugin" | python3 -c 'import json, sys
for stage in json.load(sys.stdin)["stages"]: print(stage["id"])'
done | sort | uniq -d)
[ -z "$twice" ] || { echo "offered by two plugins: $twice" && exit 1; }
