/* SPDX-License-Identifier: MIT
 *
 * my-stage: reads one file and writes the line that cksum(1) prints for it: checksum, size, name.
 *
 * A whole stage plugin in C. Read it from the bottom up: slipway_plugin_v1() is what the host calls first.
 * Make it yours by replacing compute(), the options and the ports; the rest can stay as it is.
 */
#define _POSIX_C_SOURCE 200809L

#include "json.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <slipway/stage.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* ------------------------------------------------------------------------------ what it says of itself */

/* The host checks the options against this schema before configure(), fills in the defaults, makes the
 * path absolute, and shows the descriptions in `slipway inspect` and in its errors. */
static const char config_schema[] =
    "{\"type\": \"object\", \"additionalProperties\": false, \"properties\": {"
    " \"file\": {\"type\": \"string\", \"slipwayPath\": \"file\","
    "  \"description\": \"read this file, and not the input\"},"
    " \"name\": {\"type\": \"string\", \"minLength\": 1,"
    "  \"description\": \"what the line calls the file (default: the input's name, or -)\"},"
    " \"max_bytes\": {\"type\": \"integer\", \"default\": 1073741824,"
    "  \"minimum\": 1, \"maximum\": 9007199254740991,"
    "  \"description\": \"refuse to read more than so many bytes\"}}}";

/* The input is optional because the option "file" can stand in for it. */
static const char ports[] = "{\"inputs\": [{\"name\": \"input\", \"type\": \"*/*\", \"optional\": true,"
                            "  \"doc\": \"the file to read\"}],"
                            " \"outputs\": [{\"name\": \"checksum\", \"type\": \"text/plain\","
                            "  \"doc\": \"one line, as of cksum(1)\"}]}";

static const slipway_stage_desc description = {
    .struct_size = sizeof(slipway_stage_desc),
    /* Equal options, inputs and epoch give equal bytes: the host may then keep the result and not run the
     * stage again. Beware: a path counts by the content of its file, so it must not reach the output. */
    .flags = SLIPWAY_DETERMINISTIC,
    .id = "my-stage",
    .version = "1.0.0", /* raise it when the output changes: it is part of the host's cache key */
    .summary = "write the checksum and size of a file",
    .license = "MIT",
    .config_schema = config_schema,
    .ports = ports,
    .capabilities = "{}", /* no network, no programs, no root */
};

/* ---------------------------------------------------------------------------------------- an instance */

typedef struct {
    slipway_instance abi; /* what the host sees; its `data` points back to this struct */
    const slipway_host* host;
    char* file; /* options; NULL where not given */
    char* name;
    uint64_t max_bytes;
} checksum_stage;

/* Tell the user what went wrong and what to do, then give back the status to return. `option` is a JSON
 * pointer to the option that is to blame; it and `hint` may be NULL. */
static slipway_status fail(const checksum_stage* it, slipway_status code, const char* option,
                           const char* hint, const char* format, ...) {
    char summary[512];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(summary, sizeof summary, format, arguments);
    va_end(arguments);
    const slipway_diag diag = {.struct_size = sizeof diag,
                               .severity = SLIPWAY_ERROR,
                               .code = code,
                               .summary = summary,
                               .hint = hint,
                               .config_path = option};
    it->host->report(it->host, &diag);
    return code;
}

static slipway_status configure(slipway_instance* self, const char* options) {
    checksum_stage* it = self->data;
    const char* file = json_member(options, "file");
    const char* name = json_member(options, "name");
    it->file = json_string(file);
    it->name = json_string(name);
    it->max_bytes = json_number(json_member(options, "max_bytes"), 0);
    if (file != NULL && it->file == NULL) return fail(it, SLIPWAY_CONFIG, "/file", NULL, "not a usable text");
    if (name != NULL && it->name == NULL) return fail(it, SLIPWAY_CONFIG, "/name", NULL, "not a usable text");
    /* The schema has seen to types and ranges; what it cannot say is checked here. */
    if (it->name != NULL && strchr(it->name, '\n') != NULL)
        return fail(it, SLIPWAY_CONFIG, "/name", "the result is one line", "has a line break");
    return SLIPWAY_OK;
}

/* ------------------------------------------------------------------------------------------- the work */

/* The CRC of cksum, POSIX.1-2017: polynomial 0x04C11DB7, highest bit first. */
static uint32_t crc_byte(uint32_t crc, unsigned char byte) {
    crc ^= (uint32_t)byte << 24;
    for (int i = 0; i < 8; ++i)
        crc = crc & 0x80000000u ? crc << 1 ^ 0x04C11DB7u : crc << 1;
    return crc;
}

static slipway_status compute(const checksum_stage* it, int fd, uint32_t* crc_out, uint64_t* size_out) {
    const slipway_host* host = it->host;
    unsigned char buffer[65536];
    uint32_t table[256], crc = 0;
    uint64_t size = 0, total = 0; /* 0: not known */
    struct stat status;
    if (fstat(fd, &status) == 0 && S_ISREG(status.st_mode)) total = (uint64_t)status.st_size;
    for (uint32_t i = 0; i < 256; ++i)
        table[i] = crc_byte(0, (unsigned char)i);
    for (;;) {
        if (host->cancelled(host)) return SLIPWAY_CANCELLED;
        const ssize_t n = read(fd, buffer, sizeof buffer);
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) return fail(it, SLIPWAY_IO, NULL, NULL, "reading the file: %s", strerror(errno));
        if (n == 0) break;
        size += (uint64_t)n;
        if (size > it->max_bytes)
            return fail(it, SLIPWAY_RESOURCE, "/max_bytes", "raise max_bytes if the file may be so large",
                        "the file is larger than %" PRIu64 " bytes", it->max_bytes);
        for (ssize_t i = 0; i < n; ++i)
            crc = crc << 8 ^ table[crc >> 24 ^ buffer[i]];
        host->progress(host, size, total, "bytes");
    }
    for (uint64_t rest = size; rest != 0; rest >>= 8)
        crc = crc << 8 ^ table[crc >> 24 ^ (rest & 0xFF)];
    *crc_out = ~crc;
    *size_out = size;
    return SLIPWAY_OK;
}

/* Opens the option's file, or else the artifact wired to the input; *fd belongs to the caller. */
static slipway_status open_source(const checksum_stage* it, int* fd) {
    if (it->file == NULL && it->host->input_count(it->host, "input") == 0)
        return fail(it, SLIPWAY_CONFIG, "/file", "set the option 'file', or put a stage above this one",
                    "there is nothing to read");
    /* When a host function fails, the host has told the user why. */
    if (it->file == NULL) return it->host->input_open(it->host, "input", 0, fd);
    *fd = open(it->file, O_RDONLY | O_CLOEXEC);
    if (*fd >= 0) return SLIPWAY_OK;
    return fail(it, errno == ENOENT ? SLIPWAY_NOT_FOUND : SLIPWAY_IO, "/file", NULL, "opening '%s': %s",
                it->file, strerror(errno));
}

/* The name for the line, in memory that the caller frees. */
static slipway_status source_name(const checksum_stage* it, char** name) {
    const char* meta = NULL;
    if (it->name == NULL && it->file == NULL) {
        const slipway_status status = it->host->input_meta(it->host, "input", 0, &meta);
        if (status != SLIPWAY_OK) return status;
        *name = json_string(json_member(meta, "name"));
    }
    if (*name == NULL) *name = strdup(it->name != NULL ? it->name : "-");
    return *name != NULL ? SLIPWAY_OK : fail(it, SLIPWAY_RESOURCE, NULL, NULL, "out of memory");
}

/* An artifact is created, written, closed and committed. Without the commit the host throws it away. */
static slipway_status write_line(const checksum_stage* it, uint32_t crc, uint64_t size, const char* name) {
    int fd = -1;
    slipway_status status = it->host->output_create(it->host, "checksum", "checksum.txt", &fd);
    if (status != SLIPWAY_OK) return status;
    const int printed = dprintf(fd, "%" PRIu32 " %" PRIu64 " %s\n", crc, size, name);
    const int error = errno;
    close(fd);
    if (printed < 0) return fail(it, SLIPWAY_IO, NULL, NULL, "writing the checksum: %s", strerror(error));
    return it->host->output_commit(it->host, "checksum", NULL);
}

static slipway_status run(slipway_instance* self, const slipway_job* job) {
    (void)job;
    const checksum_stage* it = self->data;
    uint32_t crc = 0;
    uint64_t size = 0;
    int fd = -1;
    slipway_status status = open_source(it, &fd);
    if (status != SLIPWAY_OK) return status;
    status = compute(it, fd, &crc, &size);
    close(fd);
    if (status != SLIPWAY_OK) return status;
    char* name = NULL;
    status = source_name(it, &name);
    if (status == SLIPWAY_OK) status = write_line(it, crc, size, name);
    free(name);
    return status;
}

static void destroy(slipway_instance* self) {
    checksum_stage* it = self->data;
    free(it->file);
    free(it->name);
    free(it);
}

/* ---------------------------------------------------------------------------------------- the plugin */

static slipway_status create(const slipway_host* host, const char* stage_id, slipway_instance** instance) {
    if (strcmp(stage_id, description.id) != 0) return SLIPWAY_NOT_FOUND;
    checksum_stage* it = calloc(1, sizeof *it);
    if (it == NULL) return SLIPWAY_RESOURCE;
    it->host = host;
    it->abi = (slipway_instance){.struct_size = sizeof(slipway_instance),
                                 .data = it,
                                 .configure = configure,
                                 .run = run,
                                 .destroy = destroy};
    *instance = &it->abi;
    return SLIPWAY_OK;
}

static const slipway_stage_desc* stage(uint32_t index) {
    (void)index; /* there is but one */
    return &description;
}

const slipway_plugin* slipway_plugin_v1(void) {
    static const slipway_plugin plugin = {.struct_size = sizeof(slipway_plugin),
                                          .abi_major = SLIPWAY_ABI_MAJOR,
                                          .abi_minor = SLIPWAY_ABI_MINOR,
                                          .build_info = "my-stage 1.0.0",
                                          .stage_count = 1,
                                          .stage = stage,
                                          .create = create};
    return &plugin;
}
