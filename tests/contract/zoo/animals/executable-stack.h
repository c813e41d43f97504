// SPDX-License-Identifier: GPL-3.0-or-later
// rule: static.stack
// flags: -Wl,-z,execstack
// Asks for an executable stack.
