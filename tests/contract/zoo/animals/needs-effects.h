// SPDX-License-Identifier: GPL-3.0-or-later
// rule: host.no-extensions
// Calls through an extension without asking whether it is there.
#define FLAGS (SLIPWAY_EXTERNAL_EFFECTS | SLIPWAY_DRY_RUN)
#define IN_RUN                                                                                               \
    const slipway_host_effect_1* effects = host->get_extension(host, SLIPWAY_EXT_EFFECT_1);                  \
    const slipway_effect_1 effect = {sizeof effect, SLIPWAY_EFFECT_SKIPPED, "x", "y", "z", NULL};            \
    if (!(job->flags & SLIPWAY_JOB_DRY_RUN)) {                                                               \
        const slipway_status declared = effects->declare(host, &effect);                                     \
        if (declared != SLIPWAY_OK) return declared;                                                         \
    }
