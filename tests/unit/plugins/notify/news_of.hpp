// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <news.hpp>

namespace slipway::notify {

/// A run that failed in its stage rootfs.
inline News failed_news() {
    return {.run = "20261105-020000-1a2b",
            .chain = "archlinux",
            .version = "05112026",
            .state = "failed",
            .now = 1793844180000,
            .troubles = {{"rootfs[group=base]", "no space left"}}};
}

/// One that has waited for three days and an hour.
inline News waiting_news() {
    return {.run = "20261105-020000-1a2b",
            .chain = "archlinux",
            .version = "05112026",
            .state = "waiting",
            .now = 1793844180000,
            .waiting_since = 1793844180000 - (3 * 24 + 1) * 3600 * 1000,
            .troubles = {{"submit", "the pull request is not merged yet"}}};
}

} // namespace slipway::notify
