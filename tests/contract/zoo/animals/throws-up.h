// SPDX-License-Identifier: GPL-3.0-or-later
// rule: run.case
// The stage does not do what its case says.
#define IN_RUN return fail(host, SLIPWAY_VERIFY, "the input is wrong", NULL)
