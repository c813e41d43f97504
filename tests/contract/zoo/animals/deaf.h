// SPDX-License-Identifier: GPL-3.0-or-later
// rule: clean.signals
// Ignores SIGTERM.
#define IN_RUN signal(SIGTERM, SIG_IGN)
