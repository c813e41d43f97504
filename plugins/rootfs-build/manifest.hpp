// SPDX-License-Identifier: GPL-3.0-or-later
//
// The file manifest (docs/reference/artifacts.md): what is in the tar and whose it is.
#pragma once

#include "ledger.hpp"
#include "output.hpp"

#include <rootfs/entry.hpp>

#include <string>

namespace slipway::rootfs {

/// One JSON document, written as the tar is: an entry a line, in the tar's order.
class Manifest {
public:
    explicit Manifest(Output& output) : output_(output) {}

    /// With a ledger nothing is written: what add() is told completes the ledger's last entry, which ends
    /// where `tar` does.
    Manifest(Output& output, Ledger* ledger, const Output& tar)
        : output_(output), ledger_(ledger), tar_(&tar) {}

    /// `sha256`: of a file's content, else empty. `package`: nullptr for what no package owns.
    support::Result<void> add(const Entry& entry, const std::string& sha256, const std::string* package);

    support::Result<void> finish();

private:
    Output& output_;
    Ledger* ledger_ = nullptr;
    const Output* tar_ = nullptr;
    bool empty_ = true;
};

} // namespace slipway::rootfs
