// SPDX-License-Identifier: GPL-3.0-or-later
// rule: load.loads
// flags: -DMIN_HOST_MINOR=7
// Needs a host that does not exist yet.
