// SPDX-License-Identifier: GPL-3.0-or-later
// rule: calls.texts
// Logs in Latin-1.
#define IN_RUN host->log(host, SLIPWAY_INFO, "caf\xe9")
