// SPDX-License-Identifier: GPL-3.0-or-later
// rule: run.case
// Crashes at work.
#define IN_RUN raise(SIGSEGV)
