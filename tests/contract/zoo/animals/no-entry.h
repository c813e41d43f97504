// SPDX-License-Identifier: GPL-3.0-or-later
// rule: static.entry
// flags: -Dslipway_plugin_v1=slipway_plugin_v0 -Wl,--no-version-script
// Exports the entry point under another name.
