// SPDX-License-Identifier: GPL-3.0-or-later
// rule: static.needed
// flags: libgone.so
// Needs a library that is nowhere.
int gone(void);
#define IN_RUN                                                                                               \
    if (gone()) return SLIPWAY_IO
