// SPDX-License-Identifier: GPL-3.0-or-later
// rule: clean.signals
// Blocks signals and leaves them so.
#define IN_RUN                                                                                               \
    sigset_t set;                                                                                            \
    sigfillset(&set);                                                                                        \
    pthread_sigmask(SIG_BLOCK, &set, NULL)
