// SPDX-License-Identifier: GPL-3.0-or-later
//
// Writes the entries of a tar to a folder, on several threads, while the tar is still being read or written.
#pragma once

#include "record.hpp"

#include <support/fs.hpp>

#include <condition_variable>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <unordered_map>
#include <vector>

namespace slipway::rootfs {

/// Open something below `root`; no symlink on the way or at the end is followed.
support::Result<support::UniqueFd> open_beneath(int root, const std::string& path, int flags);

/// Where a tree is written: an empty folder in the work folder, and a file without a name for its content.
struct TreeFolder {
    /// The folder's name, for the enclosure.
    static constexpr const char* name = "tree";

    std::string path;
    support::UniqueFd root, content;

    static support::Result<TreeFolder> make(const std::string& work_folder);
};

/// Parents must come before their children, hard links after their file. Not for several threads at once.
class TreeWriter {
public:
    /// `root`: an empty folder. `content`: a file that holds the records' content; it is read after a call of
    /// `flush`, which must put all of it there. Both descriptors must outlive this.
    TreeWriter(int root, int content, std::function<support::Result<void>()> flush, unsigned threads);
    ~TreeWriter();
    TreeWriter(const TreeWriter&) = delete;

    /// Write this entry, some time. The record must stay where it is.
    support::Result<void> add(Record& record);

    /// Wait for all files, and give the folders their attributes. A change to any file from now on shows in
    /// its Record's inode or ctime.
    support::Result<void> finish();

private:
    using Batch = std::vector<Record*>;

    support::Result<void> hand_over();
    support::Result<void> write(Record& record, int parent, const char* name) const;
    support::Result<void> write_file(Record& record, int parent, const char* name) const;
    support::Result<void> write_batch(const Batch& batch) const;
    support::Result<void> link(Record& record);
    support::Result<void> remember_link(Record& record) const;
    support::Result<void> finish_directory(Record& record) const;
    void work();
    void stop();

    int root_;
    int content_;
    std::function<support::Result<void>()> flush_;
    Batch pending_;
    std::uint64_t pending_bytes_ = 0;
    std::vector<Record*> directories_;
    std::vector<Record*> links_;
    std::unordered_map<std::string_view, Record*> files_; // by path: what links may lead to

    std::mutex mutex_; // what follows
    std::condition_variable changed_;
    std::vector<Batch> batches_;
    bool no_more_ = false;
    std::optional<support::Error> failure_;
    std::vector<std::thread> threads_;
};

} // namespace slipway::rootfs
