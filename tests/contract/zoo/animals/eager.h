// SPDX-License-Identifier: GPL-3.0-or-later
// rule: effects.dry-run
// Writes in a dry run.
#define FLAGS (SLIPWAY_EXTERNAL_EFFECTS | SLIPWAY_DRY_RUN)
#define IN_RUN                                                                                               \
    const int file = open(self->out, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);                        \
    if (file >= 0) close(file)
