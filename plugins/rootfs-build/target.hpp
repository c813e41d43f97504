// SPDX-License-Identifier: GPL-3.0-or-later
//
// Where a merge writes to.
#pragma once

#include "edits.hpp"
#include "ledger.hpp"
#include "output.hpp"

namespace slipway::rootfs {

struct Target {
    Output& tar;
    Output& manifest;
    Edits& edits;             ///< applied to what passes
    Ledger* ledger = nullptr; ///< written instead of the manifest; then nothing is excluded, either
};

} // namespace slipway::rootfs
