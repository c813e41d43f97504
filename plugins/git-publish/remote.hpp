// SPDX-License-Identifier: GPL-3.0-or-later
//
// The repository that a release is pushed to, as git's protocol shows it.
#pragma once

#include <blob.hpp>
#include <carrier.hpp>
#include <git.hpp>
#include <http_carrier.hpp>
#include <process_carrier.hpp>

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace slipway::git_publish {

struct RemoteSettings {
    std::string url;
    HttpSettings http;
    SshSettings ssh;
    Patience patience; ///< for a repository on this machine
    Stop stop = [] { return false; };
};

/// The refs by name, with the ids they have right now.
using Refs = std::map<std::string, git_oid>;

/// One ref from one value to another. `from`: no_id if it must not be there. `to`: no_id to delete it.
struct Change {
    std::string ref;
    git_oid from;
    git_oid to;
};

/// Every function below opens a conversation of its own. Their errors begin with the remote's URL; their
/// kinds are those of the carriers (http_carrier.hpp, process_carrier.hpp), and those named here.
class Remote {
public:
    /// No network yet. Kind::config, Kind::unsupported: the URL, a repository with a working tree.
    /// Kind::not_found: no such folder, or no repository in it. Kind::denied: git's safe.directory rule.
    static support::Result<Remote> open(const RemoteSettings& settings);

    /// What there is, as somebody who may push (Service::receive_pack) or fetch sees it. Of an annotated tag
    /// the latter sees also "refs/tags/NAME^{}", the commit.
    support::Result<Refs> list(Service service) const;

    /// Bring `ref` and all it comes to into `repository`, as `to`.
    support::Result<void> fetch(git_repository* repository, const std::string& ref, const std::string& to,
                                const Meter& meter) const;

    /// All changes, or none; `from` has the refs and objects. Kind::conflict: a ref is not what its change
    /// says, nothing was sent. Kind::denied: the server rejects a ref, in its own words. Kind::unsupported:
    /// it cannot change several as one. Success is the server's word only: list().
    support::Result<void> push(git_repository* from, const std::vector<Change>& changes, std::uint64_t total,
                               const Meter& meter) const;

    const std::string& url() const { return url_.text; }

private:
    Remote(RemoteUrl url, std::unique_ptr<Carrier> carrier)
        : url_(std::move(url)), carrier_(std::move(carrier)) {}

    RemoteUrl url_;
    std::unique_ptr<Carrier> carrier_;
};

} // namespace slipway::git_publish
