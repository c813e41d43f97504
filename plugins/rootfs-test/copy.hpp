// SPDX-License-Identifier: GPL-3.0-or-later
//
// The tree that a tar holds, on disk: for programs to run in, and to be thrown away.
#pragma once

#include <rootfs/commands.hpp>
#include <rootfs/tree_writer.hpp>
#include <support/tar.hpp>

#include <map>
#include <string>
#include <string_view>

namespace slipway::rootfs_test {

/// Takes the tar's entries as they come, and writes the tree when all are known: of entries with one path the
/// last counts, folders that no entry is of are root's. The mount points of programs are in it. Devices are
/// left out.
class Copy {
public:
    static support::Result<Copy> create(const std::string& work_folder);

    /// The next entry. Kind::verify: a name that could leave the tree, a hard link to no file.
    support::Result<void> begin(const support::TarEntry& entry);

    /// More of the last entry's content.
    support::Result<void> write(std::string_view bytes);

    /// Write the tree, on so many threads. Kind::verify: an entry lies below something that is no folder.
    support::Result<void> finish(unsigned threads, const rootfs::CommandLog& log);

    support::Result<void> remove();

private:
    explicit Copy(rootfs::TreeFolder tree) : tree_(std::move(tree)) {}

    support::Result<std::string> linked_file(const support::TarEntry& entry) const;
    support::Result<void> add_parents();

    rootfs::TreeFolder tree_;
    std::uint64_t written_ = 0;                     // of the content of all files, one after the other
    std::map<std::string, rootfs::Record> records_; // by path: folders come before what is in them
    std::vector<std::string> devices_;
};

} // namespace slipway::rootfs_test
