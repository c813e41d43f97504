// SPDX-License-Identifier: GPL-3.0-or-later
//
// Writes a tar archive whose bytes depend on nothing but the entries: no clock, no locale, no user names,
// no library version. (Why not libarchive's writer: docs/decisions/0010-rootfs-merge.md.)
#pragma once

#include "ledger.hpp"
#include "output.hpp"

#include <rootfs/entry.hpp>

#include <string>
#include <string_view>

namespace slipway::rootfs {

/// The pax interchange format (POSIX.1-2017, pax, "pax Interchange Format"): ustar headers, preceded by an
/// extended header where ustar cannot hold a value. Keys are sorted. Extended attributes are
/// SCHILY.xattr.NAME, as GNU tar, bsdtar and Docker read them.
class TarWriter {
public:
    /// `ledger`: where each entry is noted when it begins; nullptr: nowhere.
    explicit TarWriter(Output& output, Ledger* ledger = nullptr) : output_(output), ledger_(ledger) {}

    /// The next entry begins a segment, a part of the archive that changes as one, and its extended header
    /// says so: "comment=segment" (docs/reference/artifacts.md). Readers ignore comments.
    void begin_segment() { begins_segment_ = true; }

    /// The header of an entry. A file is followed by write() calls of `entry.size` bytes in all, and each
    /// entry by end(). A hard link's header repeats the attributes of the file it links to.
    support::Result<void> begin(const Entry& entry);
    support::Result<void> write(std::string_view content);
    support::Result<void> end();

    /// The two zero blocks after the last entry.
    support::Result<void> finish();

private:
    Output& output_;
    Ledger* ledger_;
    bool begins_segment_ = false;
};

} // namespace slipway::rootfs
