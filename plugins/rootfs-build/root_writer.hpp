// SPDX-License-Identifier: GPL-3.0-or-later
//
// Grows the root filesystem entry by entry: keeps the tree's rules, and writes what is to be seen to the
// tar and the manifest.
#pragma once

#include "additions.hpp"
#include "archive.hpp"
#include "edits.hpp"
#include "manifest.hpp"
#include "md5.hpp"
#include "patterns.hpp"
#include "tar_writer.hpp"
#include "target.hpp"
#include "tree.hpp"

#include <functional>
#include <string>
#include <string_view>

namespace slipway::rootfs {

/// Gives all bytes of a file to the sink.
using Content = std::function<support::Result<void>(const Sink&)>;

/// Mtimes outside of the two are set to the nearer one.
struct TimeRange {
    Time earliest, latest;
};

/// What somebody wants of a file's content; nullptr: not this.
struct Wanted {
    Md5* md5 = nullptr;
    std::string* sha256 = nullptr; ///< in hex; empty: to be computed, if the tar gets the content; else known
};

class RootWriter {
public:
    /// `made`: the mtime of what no package ships as it is. `plan` must outlive the writer. The target's
    /// edits are applied to the content that a path has in the end, whoever brings it.
    RootWriter(const Target& target, Exclude exclude, TimeRange mtimes, Time made, const Plan& plan)
        : tar_output_(target.tar), tar_(target.tar, target.ledger),
          manifest_(target.manifest, target.ledger, target.tar), exclude_(std::move(exclude)),
          edits_(target.edits), mtimes_(mtimes), made_(made), plan_(plan) {}

    /// Put the plan's `before` into the tree; the files' content follows in finish(), because a package's may
    /// take their place.
    support::Result<void> begin();

    /// What comes next changes as one: see TarWriter.
    void begin_segment() { tar_.begin_segment(); }

    // In all of these `owner` is the full name of the package, which must outlive the writer, or nullptr for
    // what no package owns. Errors: those of Tree.

    /// An entry without content. A hard link takes the attributes of the file it links to.
    support::Result<Placed> put(Entry entry, const std::string* owner);

    /// A file. `content` is asked only if someone wants it: the tar or `wanted.md5`.
    support::Result<void> put_file(Entry entry, const std::string* owner, const Content& content,
                                   const Wanted& wanted = {});

    /// A folder and a file of pacman's database, root's and readable by all.
    support::Result<void> make_directory(const std::string& path, Time mtime);
    support::Result<void> make_file(const std::string& path, std::string_view text, Time mtime);

    /// An entry that is not extracted: only its path is taken.
    support::Result<void> list(const Entry& entry, const std::string* owner);

    /// The file of an overlay that is where a package wants to put one; nullptr: none.
    const Addition* overlay_file(const std::string& path) const;

    /// Let a package's file take the place of the overlay's.
    void drop_overlay_file(const std::string& path);

    const Tree& tree() const { return tree_; }

    /// Put the rest of the plan into the tree, and end tar and manifest.
    support::Result<void> finish();

private:
    support::Result<Placed> place(Entry& entry, const std::string* owner);
    support::Result<void> make_parents(const std::string& path, const std::string* owner, Time mtime);
    support::Result<void> make_folders(const std::vector<std::string>& paths, Time mtime);
    support::Result<void> write(const Entry& entry, const std::string& sha256, const std::string* owner);
    support::Result<void> record(const Entry& entry, const std::string& sha256, const std::string* owner);
    support::Result<void> write_file(Entry entry, const std::string* owner, const Content& content,
                                     const Wanted& wanted = {});
    support::Result<void> write_edited(Entry entry, const std::string* owner, const Content& content,
                                       Md5* md5);
    support::Result<void> write_addition(const Addition& addition, const std::string* owner);
    support::Result<void> add_after(const Addition& addition);
    support::Result<void> add_blank(const std::string& path);
    support::Result<void> add_edited(const Edits::NewFile& file);
    void stamp(Entry& entry) const;
    Presence presence_of(const std::string& path) const;
    bool is_replaced(const std::string& path) const;

    Output& tar_output_;
    TarWriter tar_;
    Manifest manifest_;
    Exclude exclude_;
    Edits& edits_;
    TimeRange mtimes_;
    Time made_;
    const Plan& plan_;
    std::set<std::string> dropped_; // of the plan's `before`
    Tree tree_;
};

} // namespace slipway::rootfs
