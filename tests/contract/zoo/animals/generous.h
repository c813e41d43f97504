// SPDX-License-Identifier: GPL-3.0-or-later
// rule: clean.umask
// Changes the umask.
#define IN_RUN umask(0)
