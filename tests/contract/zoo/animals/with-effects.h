// SPDX-License-Identifier: GPL-3.0-or-later
// Has an effect, declares it, and does it once.
#define FLAGS (SLIPWAY_EXTERNAL_EFFECTS | SLIPWAY_DRY_RUN | SLIPWAY_IDEMPOTENT)

static slipway_status declare(const slipway_host* host, int32_t state, const char* target) {
    const slipway_host_effect_1* effects = host->get_extension(host, SLIPWAY_EXT_EFFECT_1);
    const slipway_effect_1 effect = {sizeof effect, state, "file.write", target, "write a file", NULL};
    return effects == NULL ? SLIPWAY_OK : effects->declare(host, &effect);
}

static slipway_status touch(const slipway_host* host, const char* path) {
    if (access(path, F_OK) == 0) return declare(host, SLIPWAY_EFFECT_SKIPPED, path);
    slipway_status status = declare(host, SLIPWAY_EFFECT_STARTED, path);
    if (status != SLIPWAY_OK) return status;
    const int file = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
    if (file < 0) return fail(host, SLIPWAY_IO, "making the file", "/out");
    close(file);
    return declare(host, SLIPWAY_EFFECT_DONE, path);
}

#define IN_RUN                                                                                               \
    const int dry = (job->flags & SLIPWAY_JOB_DRY_RUN) != 0;                                                 \
    const slipway_status done =                                                                              \
        dry ? declare(host, SLIPWAY_EFFECT_PLANNED, self->out) : touch(host, self->out);                     \
    if (done != SLIPWAY_OK || dry) return done
