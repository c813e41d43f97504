// SPDX-License-Identifier: GPL-3.0-or-later
// rule: host.exact
// Reads a field that no header has.
static volatile uint64_t beyond;
#define IN_CREATE                                                                                            \
    if (host->struct_size >= sizeof *host) beyond = ((const uint64_t*)(host + 1))[0]
