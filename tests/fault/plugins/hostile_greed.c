// SPDX-License-Identifier: GPL-3.0-or-later
//
// More of the machine than its share. Each stops by itself at a bound that a stage must never reach.
#include "hostile.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum { most_processes = 3000, block = 1 << 20 };

static const long most_bytes = 2L << 30;

static int fork_bomb(const struct attempt_self* self) {
    (void)self;
    for (int i = 0; i < most_processes; ++i) {
        const pid_t child = fork();
        if (child < 0) {
            const int error = errno;
            usleep(300 * 1000); // the bomb stands for a moment
            return error;
        }
        if (child == 0)
            for (;;)
                pause();
    }
    return 0;
}

static void* wait_in_thread(void* nothing) {
    for (;;)
        pause();
    return nothing;
}

static int thread_bomb(const struct attempt_self* self) {
    pthread_attr_t small;
    (void)self;
    pthread_attr_init(&small);
    pthread_attr_setstacksize(&small, 256 << 10);
    for (int i = 0; i < most_processes; ++i) {
        pthread_t thread;
        const int error = pthread_create(&thread, &small, wait_in_thread, NULL);
        if (error != 0) return error;
    }
    return 0;
}

static int eat(int sharing) {
    for (long taken = 0; taken < most_bytes; taken += block) {
        char* memory = mmap(NULL, block, PROT_READ | PROT_WRITE, sharing | MAP_ANONYMOUS, -1, 0);
        if (memory == MAP_FAILED) {
            sleep(2); // as greedy as can be
            return ENOMEM;
        }
        memset(memory, 1, block);
    }
    return 0;
}

static int eat_memory(const struct attempt_self* self) {
    (void)self;
    return eat(MAP_PRIVATE);
}

static int eat_shared_memory(const struct attempt_self* self) {
    (void)self;
    return eat(MAP_SHARED);
}

static int fill(const char* format, long files, long bytes) {
    static char data[block];
    int error = 0;
    for (long i = 0; i < files; ++i) {
        char name[64];
        snprintf(name, sizeof name, format, i);
        const int fd = open(name, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
        for (long written = 0; fd >= 0 && written < bytes; written += block)
            if (write(fd, data, block) != block) error = errno != 0 ? errno : ENOSPC;
        close(fd);
        if (error == 0) usleep(bytes > 0 ? 5 * 1000 : 500); // as a disk would
    }
    sleep(2);
    return error;
}

static int fill_with_files(const struct attempt_self* self) {
    (void)self;
    return fill("file%ld", 200, block);
}

static int fill_with_names(const struct attempt_self* self) {
    (void)self;
    return fill("name%ld", 4000, 0);
}

static int flood(const struct attempt_self* self) {
    (void)self;
    for (long i = 0; i < most_bytes / 64; ++i)
        puts("0123456789012345678901234567890123456789012345678901234567890123");
    return 0;
}

static int spin(const struct attempt_self* self) {
    (void)self;
    for (volatile long i = 0;; ++i) {
    }
    return 0;
}

const struct attempt greed_attempts[] = {{"fork-bomb", fork_bomb},
                                         {"thread-bomb", thread_bomb},
                                         {"eat-memory", eat_memory},
                                         {"eat-shared-memory", eat_shared_memory},
                                         {"fill-disk", fill_with_files},
                                         {"fill-inodes", fill_with_names},
                                         {"flood", flood},
                                         {"spin", spin},
                                         {NULL, NULL}};
