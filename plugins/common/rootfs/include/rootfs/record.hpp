// SPDX-License-Identifier: GPL-3.0-or-later
//
// An entry whose content is in a file, and what became of it on disk.
#pragma once

#include "entry.hpp"

#include <cstdint>
#include <string>

namespace slipway::rootfs {

/// One entry of the tar, and the file that was made of it.
struct Record {
    Entry entry;
    bool begins_segment = false;   ///< see rootfs-build's TarWriter
    std::uint64_t offset = 0;      ///< of its first header in the tar
    std::uint64_t data_offset = 0; ///< of its content
    std::uint64_t end = 0;         ///< after its padding
    std::string sha256 = {};       ///< of a file's content
    const std::string* owner = nullptr;

    // On disk, when the tree had been written; nothing changes a file without changing one of them.
    std::uint64_t inode = 0;
    Time changed = {}; ///< ctime

    bool is_there = false; ///< after the commands: see rootfs-build's scan()
    bool is_same = false;
    Time mtime = {}; ///< what it has then
};

} // namespace slipway::rootfs
