// SPDX-License-Identifier: GPL-3.0-or-later
// rule: describe.flags
// flags: -DFLAGS=3|SLIPWAY_EXTERNAL_EFFECTS
// Has effects, and need not run again.
