// SPDX-License-Identifier: GPL-3.0-or-later
// rule: describe.version
// flags: -DVERSION="1.0"
// A version of two numbers.
