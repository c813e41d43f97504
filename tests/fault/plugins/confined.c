// SPDX-License-Identifier: GPL-3.0-or-later
//
// What the sandbox must stop: each behaviour tries and reports the error it met.
#include "behaviour.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

// The folder of the behaviour file is none of the stage's.
static void path_beside_behaviour(const struct stage_self* self, const char* name, char* path, size_t size) {
    const char* start = strstr(self->options, "\"behaviour\":\"") + 13;
    const char* end = strchr(start, '"');
    while (*end != '/')
        --end;
    snprintf(path, size, "%.*s/%s", (int)(end - start), start, name);
}

static slipway_status write_outside(struct stage_self* self) {
    char path[1024];
    path_beside_behaviour(self, "written", path, sizeof path);
    const int fd = open(path, O_WRONLY | O_CREAT, 0600);
    return fd < 0 ? fail_errno(self->host, "writing outside", errno) : SLIPWAY_INTERNAL;
}

static slipway_status truncate_outside(struct stage_self* self) {
    char path[1024];
    path_beside_behaviour(self, "behaviour", path, sizeof path);
    return truncate(path, 0) != 0 ? fail_errno(self->host, "truncating outside", errno) : SLIPWAY_INTERNAL;
}

static slipway_status make_folder_outside(struct stage_self* self) {
    char path[1024];
    path_beside_behaviour(self, "folder", path, sizeof path);
    return mkdir(path, 0700) != 0 ? fail_errno(self->host, "making a folder outside", errno)
                                  : SLIPWAY_INTERNAL;
}

static slipway_status remove_outside(struct stage_self* self) {
    char path[1024];
    path_beside_behaviour(self, "behaviour", path, sizeof path);
    return unlink(path) != 0 ? fail_errno(self->host, "removing a file outside", errno) : SLIPWAY_INTERNAL;
}

static int try_network(void) {
    const int fd = socket(AF_INET, SOCK_STREAM, 0);
    if (fd < 0) return errno;
    close(fd);
    return 0;
}

static int try_exec(void) {
    const pid_t child = fork();
    if (child == 0) {
        execl("/bin/true", "true", (char*)NULL);
        _exit(errno);
    }
    int status = 0;
    waitpid(child, &status, 0);
    return WEXITSTATUS(status);
}

static slipway_status network(struct stage_self* self) {
    const int error = try_network();
    return error != 0 ? fail_errno(self->host, "opening a connection", error) : SLIPWAY_INTERNAL;
}

static slipway_status program(struct stage_self* self) {
    const int error = try_exec();
    return error != 0 ? fail_errno(self->host, "starting a program", error) : SLIPWAY_INTERNAL;
}

static slipway_status trace_parent(struct stage_self* self) {
    return ptrace(PTRACE_ATTACH, getppid(), NULL, NULL) != 0
               ? fail_errno(self->host, "tracing another process", errno)
               : SLIPWAY_INTERNAL;
}

// What stays allowed: its own folders, and what its capabilities say.
static slipway_status allowed(struct stage_self* self) {
    const slipway_host* host = self->host;
    char path[1024], cwd[1024];
    snprintf(path, sizeof path, "%s/file", host->work_dir(host));
    int fd = open(path, O_RDWR | O_CREAT | O_EXCL, 0600);
    if (fd < 0) return fail_errno(host, "writing into the work folder", errno);
    close(fd);
    snprintf(path, sizeof path, "%s/file", host->cache_dir(host));
    fd = open(path, O_RDWR | O_CREAT, 0600);
    if (fd < 0) return fail_errno(host, "writing into the cache folder", errno);
    close(fd);
    if (getcwd(cwd, sizeof cwd) == NULL || strcmp(cwd, host->work_dir(host)) != 0)
        return fail(host, SLIPWAY_VERIFY, "the current folder is not the work folder");
    int error = try_network();
    if (error == 0) error = try_exec();
    return error == 0 ? put(host, "out", "out.txt", "behaved\n", NULL)
                      : fail_errno(host, "using a capability", error);
}

const struct behaviour confined[] = {{"write-outside", write_outside},
                                     {"truncate-outside", truncate_outside},
                                     {"make-folder-outside", make_folder_outside},
                                     {"remove-outside", remove_outside},
                                     {"network", network},
                                     {"program", program},
                                     {"trace-parent", trace_parent},
                                     {"allowed", allowed},
                                     {NULL, NULL}};
