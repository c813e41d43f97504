# SPDX-License-Identifier: GPL-3.0-or-later
"""Hooks for bare repositories that behave as servers do."""

# What GitHub refuses, in its words: a blob over 100 MiB (GH001), a protected tag (GH013); over 50 MiB it warns.
GITHUB_HOOK = r"""#!/bin/bash
set -u
limit=$((100 << 20)) large=$((50 << 20)) bad=0
mib() { awk -v n="$1" 'BEGIN { printf "%.2f MB", n / 1048576 }'; }
while read -r old new ref; do
    if [ "${ref#refs/tags/}" != "$ref" ]; then
        while read -r pattern; do
            # shellcheck disable=SC2254
            case ${ref#refs/tags/} in $pattern)
                echo "error: GH013: Repository rule violations found for $ref." >&2
                echo "- Cannot create ref due to creations being restricted." >&2
                bad=1 ;;
            esac
        done < <(git config --get-all github.protectedTag)
    fi
    [ "$new" = "${new//[^0]/x}" ] && continue
    while read -r size name; do
        if [ "$size" -gt "$limit" ]; then
            echo "error: GH001: Large files detected. You may want to try Git Large File Storage." >&2
            echo "error: File $name is $(mib "$size"); this exceeds GitHub's file size limit of 100.00 MB" >&2
            bad=1
        elif [ "$size" -gt "$large" ]; then
            echo "warning: File $name is $(mib "$size"); this is larger than the recommended maximum of 50.00 MB" >&2
        fi
    done < <(git rev-list --objects "$new" --not --all |
        git cat-file --batch-check='%(objecttype) %(objectsize) %(rest)' | sed -n 's/^blob //p')
done
exit $bad
"""

# Runs after the refs have changed: the server has accepted, and does not come to say so.
SLEEPING_HOOK = """#!/bin/sh
sleep 30
"""
