// SPDX-License-Identifier: GPL-3.0-or-later
//
// A folder for what must not get on a disk.
#pragma once

#include <optional>
#include <string>

namespace slipway::common {

/// In a file system in memory (tmpfs(5)), for its owner alone. Removed when this goes.
class MemoryFolder {
public:
    /// In /tmp or /dev/shm. Nothing: neither is in memory and can be written to.
    static std::optional<MemoryFolder> make();

    MemoryFolder(MemoryFolder&& other) noexcept;
    MemoryFolder& operator=(MemoryFolder&&) = delete;
    ~MemoryFolder();

    const std::string& path() const { return path_; }

private:
    explicit MemoryFolder(std::string path) : path_(std::move(path)) {}

    std::string path_; ///< "" once moved from
};

} // namespace slipway::common
