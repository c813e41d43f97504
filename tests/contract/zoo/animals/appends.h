// SPDX-License-Identifier: GPL-3.0-or-later
// rule: effects.twice
// Appends a line each time, and says that it is idempotent.
#define FLAGS SLIPWAY_IDEMPOTENT
#define IN_RUN                                                                                               \
    const int file = open(self->out, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);                       \
    if (file < 0 || write(file, "again\n", 6) != 6) return fail(host, SLIPWAY_IO, "writing the log", NULL);  \
    close(file)
