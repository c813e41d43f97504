// SPDX-License-Identifier: GPL-3.0-or-later
//
// Reads a git repository, here or elsewhere, and never changes one. Commits and blobs are named by their 40
// hex digits.
#pragma once

#include <git2.h>
#include <support/result.hpp>

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace slipway::git {

/// Told how far a fetch is, in objects; false stops it.
using Meter = std::function<bool(std::uint64_t done, std::uint64_t total)>;

struct Settings {
    std::string work_dir;     ///< where what is fetched is kept
    std::string ca_file = {}; ///< PEM certificates to trust instead of the system's; "": the system's
};

/// A file in a commit's tree, links followed.
struct File {
    std::string blob;
    std::uint64_t size = 0;
};

/// A file that a commit changes or removes.
struct ChangedFile {
    std::string commit;
    std::string path;
    std::uint64_t size = 0; ///< as it is now or, if removed, was
    bool removed = false;
};

class Reader {
public:
    /// A path or file:// URL is opened where it is. Another URL is fetched: `refs`, with all that leads to
    /// them; a ref that is not there is no failure. Kind::not_found: no such repository; Kind::auth: it is
    /// not public; Kind::net_transient: the network or server failed in a way that may pass.
    static support::Result<Reader> open(const std::string& url, const std::vector<std::string>& refs,
                                        const Settings& settings, const Meter& meter);

    /// The commit that "refs/..." comes to; nothing if it is not there or comes to none.
    support::Result<std::optional<std::string>> commit_of(const std::string& ref) const;

    bool has_commit(const std::string& commit) const;

    /// Is `commit` in the history of `head`, or `head` itself? Both must be there.
    support::Result<bool> leads_to(const std::string& commit, const std::string& head) const;

    /// The file at `path` in the commit's tree. Links inside the tree are followed; nothing for a folder.
    support::Result<std::optional<File>> find(const std::string& commit, const std::string& path) const;

    /// Kind::resource if it is larger than `max_bytes`.
    support::Result<std::string> read(const File& file, std::uint64_t max_bytes) const;

    /// Files whose path `matches`, that are larger than `min_bytes` and binary by git's rule, and that a
    /// commit in the history of `head` changes or removes: what `git log --diff-filter=DMT -- PATHS` walks,
    /// so no merges.
    support::Result<std::vector<ChangedFile>> changes(const std::string& head,
                                                      const std::function<bool(const std::string&)>& matches,
                                                      std::uint64_t min_bytes) const;

private:
    struct Close {
        void operator()(git_repository* repository) const;
    };

    using Repository = std::unique_ptr<git_repository, Close>;

    Reader(Repository repository, std::string url, std::string ref_folder)
        : repository_(std::move(repository)), url_(std::move(url)), ref_folder_(std::move(ref_folder)) {}

    static support::Result<Reader> open_local(const std::string& url, const std::string& path);
    static support::Result<Reader> fetch(const std::string& url, const std::vector<std::string>& refs,
                                         const Settings& settings, const Meter& meter);

    Repository repository_;
    std::string url_;
    std::string ref_folder_; ///< what stands for "refs/" in the repository that is read
};

} // namespace slipway::git
