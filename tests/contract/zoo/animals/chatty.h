// SPDX-License-Identifier: GPL-3.0-or-later
// rule: clean.output
// Prints on standard output.
#define IN_RUN puts("copying")
