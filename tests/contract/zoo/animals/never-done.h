// SPDX-License-Identifier: GPL-3.0-or-later
// rule: effects.declared
// Starts an effect and does not say that it is done.
#define FLAGS (SLIPWAY_EXTERNAL_EFFECTS | SLIPWAY_DRY_RUN)
#define IN_RUN                                                                                               \
    const slipway_host_effect_1* effects = host->get_extension(host, SLIPWAY_EXT_EFFECT_1);                  \
    const slipway_effect_1 effect = {sizeof effect, SLIPWAY_EFFECT_STARTED, "x", "y", "z", NULL};            \
    if (effects != NULL && !(job->flags & SLIPWAY_JOB_DRY_RUN)) {                                            \
        const slipway_status declared = effects->declare(host, &effect);                                     \
        if (declared != SLIPWAY_OK) return declared;                                                         \
    }
