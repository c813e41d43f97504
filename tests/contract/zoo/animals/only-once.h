// SPDX-License-Identifier: GPL-3.0-or-later
// rule: load.twice
// Makes one instance in its life.
static int made;
#define IN_CREATE                                                                                            \
    if (strcmp(id, "animal") == 0 && made++) return SLIPWAY_RESOURCE
