// SPDX-License-Identifier: GPL-3.0-or-later
// rule: static.file
// flags: chmod:g+w
// Anybody in the group may change it.
