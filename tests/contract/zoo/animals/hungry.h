// SPDX-License-Identifier: GPL-3.0-or-later
// rule: capabilities.memory
// Declares less memory than it takes.
#define CAPABILITIES "{\"memory_mb\": 64}"
#define IN_RUN                                                                                               \
    volatile char* hoard = malloc(200u << 20);                                                               \
    for (size_t i = 0; hoard != NULL && i < 200u << 20; i += 4096)                                           \
        hoard[i] = 1;                                                                                        \
    free((void*)(uintptr_t)hoard)
