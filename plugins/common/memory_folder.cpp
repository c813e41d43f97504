// SPDX-License-Identifier: GPL-3.0-or-later
#include <common/memory_folder.hpp>
#include <linux/magic.h>
#include <support/fs.hpp>
#include <sys/statfs.h>

#include <cstdlib>
#include <utility>

namespace slipway::common {

std::optional<MemoryFolder> MemoryFolder::make() {
    for (const char* place : {"/tmp", "/dev/shm"}) {
        struct statfs fs {};

        if (::statfs(place, &fs) != 0 || fs.f_type != TMPFS_MAGIC) continue;
        std::string path = std::string(place) + "/slipway-XXXXXX";
        if (::mkdtemp(path.data()) != nullptr) return MemoryFolder(std::move(path));
    }
    return std::nullopt;
}

MemoryFolder::MemoryFolder(MemoryFolder&& other) noexcept : path_(std::exchange(other.path_, {})) {}

MemoryFolder::~MemoryFolder() {
    if (!path_.empty()) (void)support::remove_tree(path_);
}

} // namespace slipway::common
