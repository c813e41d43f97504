#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# The documentation can be made into pages; a link that leads nowhere is seen.
set -euo pipefail
"$SLIPWAY_SOURCE/tests/tools/make-pages" pages
for page in index docs/tutorial/first-stage docs/reference/stages docs/decisions/index plugins/compress/README; do
    [ -s "pages/site/${page%README}$([ "${page%README}" = "$page" ] || echo index).html" ] || { echo "no $page" && exit 1; }
done
! grep -rl '```' --include='*.html' pages/site || { echo 'blocks that were not understood' && exit 1; }
cd pages
echo '[nowhere](nowhere.md)' >>source/README.md
! mkdocs build --quiet --strict || { echo 'a broken link was not seen' && exit 1; }
