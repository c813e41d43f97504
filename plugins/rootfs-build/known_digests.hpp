// SPDX-License-Identifier: GPL-3.0-or-later
//
// The digests of packages' files, kept from one release to the next: a package is what its own digest says,
// and so are its files. Losing them costs time, nothing else.
#pragma once

#include <string>
#include <unordered_map>

namespace slipway::rootfs {

class KnownDigests {
public:
    /// SHA-256 in hex by path, as the package has them.
    using Files = std::unordered_map<std::string, std::string>;

    /// `folder` is made when needed; empty: nothing is kept.
    explicit KnownDigests(std::string folder) : folder_(std::move(folder)) {}

    /// What is known of the package with this SHA-256 (hex); a damaged record is none.
    Files find(const std::string& package) const;

    void keep(const std::string& package, const Files& files) const;

    /// See common::remove_unused().
    void remove_old() const;

private:
    std::string path_of(const std::string& package) const { return folder_ + '/' + package; }

    std::string folder_;
};

} // namespace slipway::rootfs
