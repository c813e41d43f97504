// SPDX-License-Identifier: GPL-3.0-or-later
// rule: options.required
// Needs an option, and does not say which when it is missing.
#define IN_CONFIGURE                                                                                         \
    if (strstr(options, "\"count\"") == NULL && strstr(options, "\"folder\"") != NULL)                       \
    return fail(host, SLIPWAY_CONFIG, "an option is missing", NULL)
