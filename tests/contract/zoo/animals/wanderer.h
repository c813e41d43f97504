// SPDX-License-Identifier: GPL-3.0-or-later
// rule: clean.folder
// Changes the current folder.
#define IN_RUN                                                                                               \
    if (chdir("/") != 0) return SLIPWAY_IO
