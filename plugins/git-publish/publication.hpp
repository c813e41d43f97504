// SPDX-License-Identifier: GPL-3.0-or-later
//
// One release, from files to a tag on the remote: first everything is computed and the remote looked at,
// then, in a step of its own, the tag is pushed.
#pragma once

#include <objects.hpp>
#include <release.hpp>
#include <remote.hpp>

#include <memory>
#include <string>
#include <vector>

namespace slipway::git_publish {

struct Request {
    std::string remote;  ///< path or file:// URL of a bare repository
    std::string version; ///< of the chain
    ReleaseText text;
    std::vector<Source> sources;
    std::uint64_t max_object_bytes = 100'000'000; ///< the largest blob allowed
    std::string work_dir;                         ///< an empty folder for the scratch repository
};

class Publication {
public:
    /// Compute the ids and look at the remote; nothing outside work_dir is changed. In this order:
    /// Kind::config: paths that clash, bad tag name or author, no files. Kind::resource: a file over
    /// max_object_bytes. Remote::open()'s errors. Kind::verify: a file is not what its digest says.
    /// Kind::conflict: the remote's tag holds another tree; both are named.
    static support::Result<Publication> prepare(const Request& request, const Meter& meter);

    /// The tag is on the remote, with our tree: there is nothing to push.
    bool is_published() const { return published_; }

    /// As it is on the remote, or will be.
    const Release& release() const { return release_; }

    std::uint64_t bytes() const; ///< of all files together

    /// Push the tag and ask the remote for it again. Whoever won a race for the tag: the same tree is
    /// success, another Kind::conflict. Kind::verify: the remote took the push but does not list the tag.
    support::Result<void> push(const Meter& meter);

private:
    Publication(std::unique_ptr<Library> library, Remote remote)
        : library_(std::move(library)), remote_(std::move(remote)) {}

    support::Result<void> look();

    std::unique_ptr<Library> library_; // first: outlives every handle
    Remote remote_;
    Repository scratch_;
    ObjectIds ids_{};
    Release release_;
    bool published_ = false;
};

} // namespace slipway::git_publish
