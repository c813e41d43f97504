// SPDX-License-Identifier: GPL-3.0-or-later
//
// What went into a tar and where it is there: kept only if the tree is to be on disk, too.
#pragma once

#include <rootfs/record.hpp>

#include <cstdint>
#include <deque>
#include <functional>
#include <string>

namespace slipway::rootfs {

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
