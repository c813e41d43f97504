// SPDX-License-Identifier: GPL-3.0-or-later
// rule: calls.thread
// Opens its input on another thread.
static void* count_inputs(void* host) {
    (void)((const slipway_host*)host)->input_count(host, "in");
    return NULL;
}

#define IN_RUN                                                                                               \
    pthread_t thread;                                                                                        \
    if (pthread_create(&thread, NULL, count_inputs, (void*)(uintptr_t)host) == 0) pthread_join(thread, NULL)
