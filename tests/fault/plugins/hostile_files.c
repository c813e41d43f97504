// SPDX-License-Identifier: GPL-3.0-or-later
//
// Files that are not the stage's. What it could read it would print.
#include "hostile.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/xattr.h>
#include <unistd.h>

static int read_from(const char* path) {
    char text[4096];
    const int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) return errno;
    const ssize_t n = read(fd, text, sizeof text - 1);
    close(fd);
    if (n < 0) return errno;
    printf("stolen: %.*s\n", (int)n, text);
    fflush(stdout);
    return 0;
}

static int read_target(const struct attempt_self* self) {
    return read_from(self->target);
}

// As soon as it is there: another stage makes it.
static int read_when_there(const struct attempt_self* self) {
    int error = ENOENT;
    for (int i = 0; i < 300 && error == ENOENT; ++i) {
        usleep(10 * 1000);
        error = read_from(self->target);
    }
    // It may have come into being while we asked: now it is there.
    if (error == EACCES) error = read_from(self->target);
    return error;
}

static int read_over_link(const struct attempt_self* self) {
    return symlink(self->target, "link") != 0 ? errno : read_from("link");
}

static int read_hard_link(const struct attempt_self* self) {
    return link(self->target, "hard") != 0 ? errno : read_from("hard");
}

static int read_relative(const struct attempt_self* self) {
    const int root = open("/usr", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    char path[5000];
    snprintf(path, sizeof path, "..%s", self->target);
    const int fd = openat(root, path, O_RDONLY | O_CLOEXEC);
    return fd < 0 ? errno : 0;
}

static int list_folder(const struct attempt_self* self) {
    DIR* folder = opendir(self->target);
    return folder == NULL ? errno : 0;
}

static int write_target(const struct attempt_self* self) {
    const int fd = open(self->target, O_WRONLY | O_CLOEXEC);
    return fd < 0 ? errno : outcome(write(fd, "defaced", 7));
}

static int create_target(const struct attempt_self* self) {
    return outcome(open(self->target, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
}

static int truncate_target(const struct attempt_self* self) {
    return outcome(truncate(self->target, 0));
}

static int unlink_target(const struct attempt_self* self) {
    return outcome(unlink(self->target));
}

static int mkdir_target(const struct attempt_self* self) {
    return outcome(mkdir(self->target, 0700));
}

static int symlink_target(const struct attempt_self* self) {
    return outcome(symlink("/etc", self->target));
}

static int rename_target(const struct attempt_self* self) {
    return outcome(rename(self->target, self->other));
}

static int rename_work_folder(const struct attempt_self* self) {
    return outcome(rename(self->host->work_dir(self->host), self->target));
}

static int chmod_target(const struct attempt_self* self) {
    return outcome(chmod(self->target, 0777));
}

static int chmod_by_descriptor(const struct attempt_self* self) {
    const int fd = open(self->target, O_RDONLY | O_CLOEXEC); // it is declared
    return fd < 0 ? errno : outcome(fchmod(fd, 0777));
}

static int chown_target(const struct attempt_self* self) {
    return outcome(chown(self->target, 12345, 12345));
}

static int date_target(const struct attempt_self* self) {
    const struct timeval times[2] = {{1, 0}, {1, 0}};
    return outcome(utimes(self->target, times));
}

static int mark_target(const struct attempt_self* self) {
    return outcome(setxattr(self->target, "user.mark", "x", 1, 0));
}

static int make_device(const struct attempt_self* self) {
    (void)self;
    return outcome(mknod("device", S_IFBLK | 0600, (8 << 8) | 0));
}

// Whatever descriptor came along: what is neither a pipe, a socket nor read-only could be anything.
static int write_inherited(const struct attempt_self* self) {
    char path[64];
    (void)self;
    for (int fd = 5; fd < 256; ++fd) {
        const int flags = fcntl(fd, F_GETFL);
        if (flags >= 0 && (flags & O_ACCMODE) != O_RDONLY && write(fd, "{\"code\":0}\n", 11) > 0) return 0;
    }
    snprintf(path, sizeof path, "/proc/%d/fd/4", getppid());
    const int fd = open(path, O_WRONLY);
    return fd < 0 ? errno : 0;
}

const struct attempt file_attempts[] = {{"read", read_target},
                                        {"read-when-there", read_when_there},
                                        {"read-over-link", read_over_link},
                                        {"read-hard-link", read_hard_link},
                                        {"read-relative", read_relative},
                                        {"list", list_folder},
                                        {"write", write_target},
                                        {"create", create_target},
                                        {"truncate", truncate_target},
                                        {"unlink", unlink_target},
                                        {"mkdir", mkdir_target},
                                        {"symlink", symlink_target},
                                        {"rename", rename_target},
                                        {"rename-work-folder", rename_work_folder},
                                        {"chmod", chmod_target},
                                        {"fchmod", chmod_by_descriptor},
                                        {"chown", chown_target},
                                        {"utimes", date_target},
                                        {"setxattr", mark_target},
                                        {"mknod", make_device},
                                        {"write-inherited", write_inherited},
                                        {NULL, NULL}};
