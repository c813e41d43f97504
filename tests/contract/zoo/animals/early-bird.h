// SPDX-License-Identifier: GPL-3.0-or-later
// rule: calls.phase
// Looks at its input in configure().
#define IN_CONFIGURE (void)host->input_count(host, "in")
