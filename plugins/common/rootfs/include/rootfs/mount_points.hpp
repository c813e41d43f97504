// SPDX-License-Identifier: GPL-3.0-or-later
//
// The folders of a tree that the enclosure mounts on.
#pragma once

#include <support/result.hpp>

#include <string>
#include <vector>

namespace slipway::rootfs {

/// Those that the tree does not have are made, and can be taken out again.
class MountPoints {
public:
    /// `root`: the tree; the descriptor must outlive this.
    explicit MountPoints(int root) : root_(root) {}

    /// Kind::config: one of them is something else.
    support::Result<void> make();
    void remove();

private:
    int root_;
    std::vector<std::string> made_;
};

} // namespace slipway::rootfs
