// SPDX-License-Identifier: GPL-3.0-or-later
// rule: static.bind-now
// flags: -Wl,-z,lazy
// Binds symbols when they are called.
