// SPDX-License-Identifier: GPL-3.0-or-later
//
// Inventories of small trees, and findings as lines.
#pragma once

#include "inventory.hpp"

#include <finding.hpp>
#include <tar_of/tar_of.hpp>

#include <string>
#include <vector>

namespace slipway::test {

inline rootfs_test::Inventory inventory_of(const std::vector<TarFile>& files) {
    const support::UniqueFd fd = file_of(tar_of(files));
    const rootfs_test::Wanted all{[](const std::string&) { return true; }, true};
    auto made =
        rootfs_test::Inventory::read(fd.get(), all, [](std::uint64_t) { return support::Result<void>(); });
    if (!made) throw std::runtime_error(made.error().message());
    return std::move(made).value();
}

inline std::vector<std::string> lines_of(const rootfs_test::Check& check) {
    std::vector<std::string> lines;
    for (const auto& f : check.findings)
        lines.push_back(f.subject + ": " + f.found + " | " + f.expected);
    return lines;
}

} // namespace slipway::test
