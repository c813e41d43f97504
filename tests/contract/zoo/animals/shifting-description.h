// SPDX-License-Identifier: GPL-3.0-or-later
// rule: load.stable
// Says something else each time it is asked.
#define IN_STAGE                                                                                             \
    static int asked;                                                                                        \
    static slipway_stage_desc other;                                                                         \
    if (asked++ == 0) other = description;                                                                   \
    other.version = asked % 2 ? "1.0.0" : "1.0.1";                                                           \
    return &other
static const slipway_stage_desc description;
