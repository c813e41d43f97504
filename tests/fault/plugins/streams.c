// SPDX-License-Identifier: GPL-3.0-or-later
//
// Descriptors: closing what is the host's, flooding standard output, scribbling on the channel.
#include "behaviour.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

static void close_all(void) {
    for (int fd = 0; fd < 256; ++fd)
        close(fd);
}

static slipway_status close_and_return(struct stage_self* self) {
    (void)self;
    close_all();
    return SLIPWAY_OK;
}

static slipway_status close_and_sleep(struct stage_self* self) {
    (void)self;
    close_all();
    while (pause() < 0) {
    }
    return SLIPWAY_INTERNAL;
}

static slipway_status close_and_call(struct stage_self* self) {
    close_all();
    return put(self->host, "out", "out.txt", "text", NULL);
}

// Until somebody stops it, or 100 MB.
static slipway_status print_100_mb(const char* text) {
    const size_t size = strlen(text);
    for (size_t done = 0; done < 100u << 20;) {
        const ssize_t n = write(1, text, size);
        if (n <= 0) return SLIPWAY_IO;
        done += (size_t)n;
    }
    return SLIPWAY_OK;
}

static slipway_status flood(struct stage_self* self) {
    (void)self;
    static char block[65536];
    memset(block, 'x', sizeof block - 1);
    return print_100_mb(block);
}

static slipway_status flood_lines(struct stage_self* self) {
    (void)self;
    static char block[65536];
    for (size_t i = 0; i < sizeof block - 2; i += 2)
        memcpy(block + i, "y\n", 2);
    return print_100_mb(block);
}

static slipway_status print_binary(struct stage_self* self) {
    (void)self;
    char bytes[256];
    for (int i = 0; i < 256; ++i)
        bytes[i] = (char)i;
    return write(1, bytes, sizeof bytes) == sizeof bytes && write(2, "\x1b[2Jno newline", 14) == 14
               ? fail(self->host, SLIPWAY_VERIFY, "printed")
               : SLIPWAY_IO;
}

static slipway_status scribble(struct stage_self* self, const char* bytes, size_t size) {
    if (write(3, bytes, size) != (ssize_t)size) return SLIPWAY_IO;
    return put(self->host, "out", "out.txt", "text", NULL);
}

static slipway_status scribble_garbage(struct stage_self* self) {
    return scribble(self, "garbage on the channel\n", 23);
}

// A header that says that a frame of 16 bytes comes, which is no JSON.
static slipway_status scribble_frame(struct stage_self* self) {
    return scribble(self, "\x10\0\0\0\0\0\0\0this is no json!", 24);
}

// A frame that says that a descriptor comes with it.
static slipway_status scribble_descriptor(struct stage_self* self) {
    return scribble(self, "\x02\0\0\0\x01\0\0\0{}", 10);
}

// The beginning of a frame that never ends.
static slipway_status scribble_partial(struct stage_self* self) {
    (void)self;
    return write(3, "\0\0\1\0\0\0\0\0{\"t\": ", 14) == 14 ? (_exit(0), SLIPWAY_OK) : SLIPWAY_IO;
}

// Well-formed, and not a message.
static slipway_status scribble_unknown(struct stage_self* self) {
    return scribble(self, "\x0a\0\0\0\0\0\0\0{\"t\":\"zz\"}", 18);
}

const struct behaviour streams[] = {{"close-and-return", close_and_return},
                                    {"close-and-sleep", close_and_sleep},
                                    {"close-and-call", close_and_call},
                                    {"flood", flood},
                                    {"flood-lines", flood_lines},
                                    {"print-binary", print_binary},
                                    {"scribble-garbage", scribble_garbage},
                                    {"scribble-frame", scribble_frame},
                                    {"scribble-descriptor", scribble_descriptor},
                                    {"scribble-partial", scribble_partial},
                                    {"scribble-unknown", scribble_unknown},
                                    {NULL, NULL}};
