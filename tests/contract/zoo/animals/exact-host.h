// SPDX-License-Identifier: GPL-3.0-or-later
// rule: host.longer
// Refuses a host of another minor version.
#define IN_CREATE                                                                                            \
    if (host->abi_minor > SLIPWAY_ABI_MINOR) return SLIPWAY_UNSUPPORTED
