// SPDX-License-Identifier: GPL-3.0-or-later
// rule: clean.threads
// Leaves a thread behind.
static void* idle(void* nothing) {
    (void)nothing;
    for (;;)
        pause();
    return NULL;
}

#define IN_RUN                                                                                               \
    pthread_t thread;                                                                                        \
    pthread_create(&thread, NULL, idle, NULL)
