// SPDX-License-Identifier: GPL-3.0-or-later
// rule: static.exports
// flags: -Wl,--no-version-script
// A helper is visible to everybody.
SLIPWAY_EXPORT int helper(int n);

int helper(int n) {
    return n + 1;
}
