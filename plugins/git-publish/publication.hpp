// SPDX-License-Identifier: GPL-3.0-or-later
//
// One release, from files to a tag on the remote: first everything is computed and the remote looked at,
// then, in a step of its own, it is pushed.
#pragma once

#include <history.hpp>
#include <objects.hpp>
#include <release.hpp>
#include <remote.hpp>

#include <memory>
#include <string>
#include <vector>

namespace slipway::git_publish {

struct Request {
    RemoteSettings remote;
    std::string version; ///< of the chain
    ReleaseText text;
    std::vector<Source> sources;
    std::uint64_t max_object_bytes = 100'000'000; ///< the largest blob allowed
    std::string branch;                           ///< to be moved to the release as well; "": none
    bool append = false;                          ///< the branch's tip is the commit's parent
    std::vector<KnownArtifact> known;             ///< of older releases
    Sign sign;                                    ///< empty: nothing is signed
    std::string work_dir;                         ///< an empty folder for the scratch repository
};

class Publication {
public:
    /// Compute the ids and look at the remote; nothing outside work_dir is changed. In this order:
    /// Kind::config: paths that clash, bad tag name or author, no files. Kind::resource: a file over
    /// max_object_bytes. Remote's errors. Kind::verify: a file is not what its digest says. Kind::conflict:
    /// the remote's tag holds another tree; both are named. Kind::denied: see check_history().
    static support::Result<Publication> prepare(const Request& request, const Meter& meter);

    /// The tag is on the remote, with our tree: there is nothing to push.
    bool is_published() const { return published_; }

    const Release& release() const { return release_; }

    /// What a push changes.
    std::vector<Change> changes() const;

    /// Bytes of all files.
    std::uint64_t bytes() const;

    /// What a push would do, for people: ids, files with sizes, and the bytes it sends, for which the pack is
    /// made and thrown away.
    support::Result<std::string> plan_text(const Meter& meter) const;

    /// Push, and ask the remote again. Kind::conflict: somebody else has made the tag meanwhile, or moved the
    /// branch. Kind::denied: the remote rejects it. Whatever the push itself came to, success means that the
    /// remote lists the tag with our tree.
    support::Result<void> push(const Meter& meter);

    /// Remove tags of older releases, all or none, where they are still what `refs` says.
    support::Result<void> remove(const Refs& refs, const Meter& meter) const;

    /// The remote's refs, as prepare() or push() saw them last.
    const Refs& refs() const { return refs_; }

    const Remote& remote() const { return remote_; }

private:
    explicit Publication(std::unique_ptr<Library> library, Remote remote)
        : library_(std::move(library)), remote_(std::move(remote)) {}

    support::Result<void> make(const Request& request, std::uint64_t total, const Meter& meter);
    support::Result<git_oid> take_parent(const Request& request, const Meter& meter);
    support::Result<void> look(const Meter& meter);
    support::Result<void> compare(const Meter& meter);
    std::string branch_ref() const;
    bool branch_moved() const;
    support::Error branch_conflict() const;

    std::unique_ptr<Library> library_; // first: outlives every handle
    Remote remote_;
    Repository scratch_;
    ObjectIds ids_{};
    git_oid tree_{};
    std::string branch_;
    git_oid branch_was_{};
    Refs refs_;
    Release release_;
    bool published_ = false;
};

} // namespace slipway::git_publish
