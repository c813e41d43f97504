// SPDX-License-Identifier: GPL-3.0-or-later
// rule: describe.flags
// flags: -DFLAGS=SLIPWAY_EXTERNAL_EFFECTS
// Has effects that no plan can show.
