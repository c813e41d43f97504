// SPDX-License-Identifier: GPL-3.0-or-later
// rule: same.cached
// Writes something else when it finds its cache.
#define IN_RUN                                                                                               \
    char name[4096];                                                                                         \
    snprintf(name, sizeof name, "%s/seen", host->cache_dir(host));                                           \
    const int seen = open(name, O_RDONLY | O_CLOEXEC);                                                       \
    const int made = open(name, O_WRONLY | O_CREAT | O_CLOEXEC, 0644);                                       \
    if (seen >= 0) close(seen);                                                                              \
    if (made >= 0) close(made);                                                                              \
    return copy_input(host, seen >= 0 ? "again\n" : "")
