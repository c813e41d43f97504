// SPDX-License-Identifier: GPL-3.0-or-later
//
// Grows the root filesystem entry by entry: keeps the tree's rules, and writes what is to be seen to the
// tar and the manifest.
#pragma once

#include "archive.hpp"
#include "manifest.hpp"
#include "md5.hpp"
#include "patterns.hpp"
#include "tar_writer.hpp"
#include "tree.hpp"

#include <functional>
#include <string>
#include <string_view>

namespace slipway::rootfs {

/// Gives all bytes of a file to the sink.
using Content = std::function<support::Result<void>(const Sink&)>;

class RootWriter {
public:
    /// `latest`: later mtimes are set to it. `made`: the mtime of what no package ships.
    RootWriter(Output& tar, Output& manifest, Exclude exclude, Time latest, Time made)
        : tar_output_(tar), tar_(tar), manifest_(manifest), exclude_(std::move(exclude)), latest_(latest),
          made_(made) {}

    /// What comes next changes as one: see TarWriter.
    void begin_segment() { tar_.begin_segment(); }

    // In all of these `owner` is the full name of the package, which must outlive the writer, or nullptr for
    // what no package owns. Errors: those of Tree.

    /// An entry without content. A hard link takes the attributes of the file it links to.
    support::Result<Placed> put(Entry entry, const std::string* owner);

    /// A file. `content` is asked only if someone wants it: the tar or `md5` (may be nullptr).
    support::Result<void> put_file(Entry entry, const std::string* owner, const Content& content, Md5* md5);

    /// A folder and a file of pacman's database, root's and readable by all.
    support::Result<void> make_directory(const std::string& path, Time mtime);
    support::Result<void> make_file(const std::string& path, std::string_view text);

    /// An entry that is not extracted: only its path is taken.
    support::Result<void> list(const Entry& entry, const std::string* owner);

    const Tree& tree() const { return tree_; }

    support::Result<void> finish();

private:
    support::Result<Placed> place(Entry& entry, const std::string* owner);
    support::Result<void> make_parents(const std::string& path, const std::string* owner);
    support::Result<void> write(const Entry& entry, const std::string& sha256, const std::string* owner);
    Presence presence_of(const std::string& path) const;

    Output& tar_output_;
    TarWriter tar_;
    Manifest manifest_;
    Exclude exclude_;
    Time latest_;
    Time made_;
    Tree tree_;
};

} // namespace slipway::rootfs
