// SPDX-License-Identifier: GPL-3.0-or-later
// rule: same.elsewhere
// Writes the run's time in local time.
#define IN_RUN                                                                                               \
    const time_t epoch = (time_t)host->epoch(host);                                                          \
    struct tm local;                                                                                         \
    char text[64];                                                                                           \
    localtime_r(&epoch, &local);                                                                             \
    strftime(text, sizeof text, "%F %T\n", &local);                                                          \
    return copy_input(host, text)
