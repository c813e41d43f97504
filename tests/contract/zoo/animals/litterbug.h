// SPDX-License-Identifier: GPL-3.0-or-later
// rule: clean.temporary
// Leaves a file in the cache folder, each time another.
#define IN_RUN                                                                                               \
    char name[4096];                                                                                         \
    snprintf(name, sizeof name, "%s/spill-XXXXXX", host->cache_dir(host));                                   \
    const int spill = mkstemp(name);                                                                         \
    if (spill >= 0) close(spill)
