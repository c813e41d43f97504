// SPDX-License-Identifier: GPL-3.0-or-later
// rule: capabilities.memory
// Declares less memory than it takes.
#define CAPABILITIES "{\"memory_mb\": 64}"
#define IN_RUN                                                                                               \
    char* hoard = malloc(200u << 20);                                                                        \
    if (hoard != NULL) memset(hoard, 1, 200u << 20);                                                         \
    free(hoard)
