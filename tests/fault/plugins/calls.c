// SPDX-License-Identifier: GPL-3.0-or-later
//
// Calls to the host that break a rule of stage.h. Each returns the status that the host gave, so that the
// run fails with what the host said.
#include "behaviour.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

static slipway_status unknown_output(struct stage_self* self) {
    return put(self->host, "nowhere", "x", "text", NULL);
}

static slipway_status unknown_input(struct stage_self* self) {
    int fd = -1;
    const char* meta = NULL;
    if (self->host->input_count(self->host, "nowhere") != 0) return SLIPWAY_INTERNAL;
    if (self->host->input_meta(self->host, "nowhere", 0, &meta) != SLIPWAY_NOT_FOUND) return SLIPWAY_INTERNAL;
    if (self->host->input_meta(self->host, "in", 7, &meta) != SLIPWAY_NOT_FOUND) return SLIPWAY_INTERNAL;
    return self->host->input_open(self->host, "nowhere", 0, &fd);
}

static slipway_status commit_nothing(struct stage_self* self) {
    return self->host->output_commit(self->host, "out", NULL);
}

static slipway_status commit_twice(struct stage_self* self) {
    const slipway_status first = put(self->host, "out", "x", "text", NULL);
    return first == SLIPWAY_OK ? self->host->output_commit(self->host, "out", NULL) : SLIPWAY_INTERNAL;
}

static slipway_status commit_open(struct stage_self* self) {
    int fd = -1;
    if (self->host->output_create(self->host, "out", "x", &fd) != SLIPWAY_OK) return SLIPWAY_INTERNAL;
    return self->host->output_commit(self->host, "out", NULL);
}

static slipway_status two_on_single(struct stage_self* self) {
    if (put(self->host, "out", "x", "one", NULL) != SLIPWAY_OK) return SLIPWAY_INTERNAL;
    return put(self->host, "out", "y", "two", NULL);
}

// Not committed: discarded, and no failure.
static slipway_status abandon(struct stage_self* self) {
    int fd = -1;
    if (self->host->output_create(self->host, "either", "x", &fd) != SLIPWAY_OK) return SLIPWAY_INTERNAL;
    return put(self->host, "out", "out.txt", "behaved\n", NULL);
}

static slipway_status wrong_type(struct stage_self* self) {
    return put(self->host, "out", "x", "text", "{\"type\": \"image/png\"}");
}

static slipway_status no_type(struct stage_self* self) {
    return put(self->host, "either", "x", "text", NULL);
}

static slipway_status wrong_digest(struct stage_self* self) {
    return put(self->host, "out", "x", "text",
               "{\"sha256\": \"0000000000000000000000000000000000000000000000000000000000000000\"}");
}

static slipway_status bad_meta(struct stage_self* self) {
    return put(self->host, "out", "x", "text", "[1, 2");
}

static slipway_status name_with_slash(struct stage_self* self) {
    return put(self->host, "out", "../../etc/passwd", "text", NULL);
}

static slipway_status name_too_long(struct stage_self* self) {
    char name[301];
    memset(name, 'n', 300);
    name[300] = '\0';
    return put(self->host, "out", name, "text", NULL);
}

static slipway_status name_empty(struct stage_self* self) {
    return put(self->host, "out", "", "text", NULL);
}

static slipway_status name_with_escape(struct stage_self* self) {
    return put(self->host, "out", "\x1b[31mred", "text", NULL);
}

static slipway_status adopt(struct stage_self* self, const char* digest) {
    const slipway_host_store_1* store = self->host->get_extension(self->host, SLIPWAY_EXT_STORE_1);
    return store->adopt(self->host, "out", "x", digest, NULL);
}

static slipway_status adopt_unknown(struct stage_self* self) {
    return adopt(self, "1111111111111111111111111111111111111111111111111111111111111111");
}

static slipway_status adopt_nonsense(struct stage_self* self) {
    return adopt(self, "../../../etc/passwd");
}

// A file of the work folder, and then what `path` makes of it.
static slipway_status move(struct stage_self* self, const char* tail) {
    const slipway_host_store_1* store = self->host->get_extension(self->host, SLIPWAY_EXT_STORE_1);
    char path[4096], other[4096];
    snprintf(path, sizeof path, "%s/file", self->host->work_dir(self->host));
    const int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    if (write(fd, "text", 4) != 4) return SLIPWAY_IO;
    if (strcmp(tail, "open") != 0) close(fd);
    snprintf(other, sizeof other, "%s/%s", self->host->work_dir(self->host), tail);
    if (strcmp(tail, "link") == 0 && symlink(path, other) != 0) return SLIPWAY_IO;
    if (strcmp(tail, "second") == 0 && link(path, other) != 0) return SLIPWAY_IO;
    if (strcmp(tail, "open") == 0) return store->move(self->host, "out", "x", path, NULL);
    return store->move(self->host, "out", "x", tail[0] == '/' ? tail : other, NULL);
}

static slipway_status move_file(struct stage_self* self) {
    return move(self, "file");
}

static slipway_status move_foreign(struct stage_self* self) {
    return move(self, "/etc/passwd");
}

static slipway_status move_upwards(struct stage_self* self) {
    return move(self, "../../../store/x");
}

static slipway_status move_link(struct stage_self* self) {
    return move(self, "link");
}

static slipway_status move_second_name(struct stage_self* self) {
    return move(self, "second");
}

static slipway_status move_open(struct stage_self* self) {
    return move(self, "open");
}

static slipway_status secret_not_named(struct stage_self* self) {
    const char* value = NULL;
    return self->host->secret_get(self->host, "PATH", &value);
}

static slipway_status effect_without_flag(struct stage_self* self) {
    const slipway_host_effect_1* effects = self->host->get_extension(self->host, SLIPWAY_EXT_EFFECT_1);
    const slipway_effect_1 effect = {sizeof effect, SLIPWAY_EFFECT_STARTED, "git.push", "somewhere", "push",
                                     NULL};
    return effects->declare(self->host, &effect);
}

static slipway_status unknown_extension(struct stage_self* self) {
    return self->host->get_extension(self->host, "com.example.none/1") == NULL
               ? fail(self->host, SLIPWAY_UNSUPPORTED, "the host has no com.example.none/1")
               : SLIPWAY_INTERNAL;
}

// Many artifacts on one port: none may keep a descriptor of the host.
static slipway_status thousand_artifacts(struct stage_self* self) {
    for (int i = 0; i < 1000; ++i) {
        char name[32];
        snprintf(name, sizeof name, "%d.txt", i);
        const slipway_status status = put(self->host, "many", name, name, NULL);
        if (status != SLIPWAY_OK) return status;
    }
    return put(self->host, "out", "out.txt", "behaved\n", NULL);
}

// Writes until no more goes.
static slipway_status fill_disk(struct stage_self* self) {
    static char block[65536];
    int fd = -1;
    if (self->host->output_create(self->host, "out", "big", &fd) != SLIPWAY_OK) return SLIPWAY_INTERNAL;
    for (int i = 0; i < 1000; ++i)
        if (write(fd, block, sizeof block) != (ssize_t)sizeof block)
            return fail(self->host, SLIPWAY_RESOURCE, "writing the artifact: no space left");
    return SLIPWAY_INTERNAL;
}

const struct behaviour calls[] = {{"unknown-output", unknown_output},
                                  {"unknown-input", unknown_input},
                                  {"commit-nothing", commit_nothing},
                                  {"commit-twice", commit_twice},
                                  {"commit-open", commit_open},
                                  {"two-on-single", two_on_single},
                                  {"abandon", abandon},
                                  {"wrong-type", wrong_type},
                                  {"no-type", no_type},
                                  {"wrong-digest", wrong_digest},
                                  {"bad-meta", bad_meta},
                                  {"name-with-slash", name_with_slash},
                                  {"name-too-long", name_too_long},
                                  {"name-empty", name_empty},
                                  {"name-with-escape", name_with_escape},
                                  {"adopt-unknown", adopt_unknown},
                                  {"adopt-nonsense", adopt_nonsense},
                                  {"move-file", move_file},
                                  {"move-foreign", move_foreign},
                                  {"move-upwards", move_upwards},
                                  {"move-link", move_link},
                                  {"move-second-name", move_second_name},
                                  {"move-open", move_open},
                                  {"secret-not-named", secret_not_named},
                                  {"effect-without-flag", effect_without_flag},
                                  {"unknown-extension", unknown_extension},
                                  {"thousand-artifacts", thousand_artifacts},
                                  {"fill-disk", fill_disk},
                                  {NULL, NULL}};
