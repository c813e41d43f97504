// SPDX-License-Identifier: GPL-3.0-or-later
// rule: load.threads
// A constructor starts a thread.
static void* idle(void* nothing) {
    (void)nothing;
    for (;;)
        pause();
    return NULL;
}

__attribute__((constructor)) static void begin(void) {
    pthread_t thread;
    pthread_create(&thread, NULL, idle, NULL);
}
