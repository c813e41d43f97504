// SPDX-License-Identifier: GPL-3.0-or-later
//
// What went into a tar and where it is there: kept only if the tree is to be on disk, too.
#pragma once

#include "entry.hpp"

#include <cstdint>
#include <deque>
#include <functional>
#include <string>

namespace slipway::rootfs {

/// One entry of the tar, and the file that was made of it.
struct Record {
    Entry entry;
    bool begins_segment = false;   ///< see TarWriter
    std::uint64_t offset = 0;      ///< of its first header in the tar
    std::uint64_t data_offset = 0; ///< of its content
    std::uint64_t end = 0;         ///< after its padding
    std::string sha256 = {};       ///< of a file's content
    const std::string* owner = nullptr;

    // On disk, when the tree had been written; nothing changes a file without changing one of them.
    std::uint64_t inode = 0;
    Time changed = {}; ///< ctime

    bool is_there = false; ///< after the commands: see scan()
    bool is_same = false;
    Time mtime = {}; ///< what it has then
};

class Ledger {
public:
    /// `complete` is called for each record when its bytes have been given to the tar.
    explicit Ledger(std::function<support::Result<void>(Record&)> complete)
        : complete_(std::move(complete)) {}

    void begin(const Entry& entry, bool begins_segment, std::uint64_t offset, std::uint64_t data_offset) {
        records_.push_back({entry, begins_segment, offset, data_offset});
    }

    support::Result<void> finish(std::uint64_t end, const std::string& sha256, const std::string* owner) {
        Record& record = records_.back();
        record.end = end;
        record.sha256 = sha256;
        record.owner = owner == nullptr ? nullptr : keep(owner);
        return complete_(record);
    }

    std::deque<Record>& records() { return records_; }

private:
    /// A copy that lives as long as the records. Owners come one after the other.
    const std::string* keep(const std::string* owner) {
        if (owners_.empty() || owners_.back() != *owner) owners_.push_back(*owner);
        return &owners_.back();
    }

    std::deque<std::string> owners_;
    std::deque<Record> records_; // records stay where they are
    std::function<support::Result<void>(Record&)> complete_;
};

} // namespace slipway::rootfs
