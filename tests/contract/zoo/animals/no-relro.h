// SPDX-License-Identifier: GPL-3.0-or-later
// rule: static.relro
// flags: -Wl,-z,norelro
// Relocated data stays writable.
