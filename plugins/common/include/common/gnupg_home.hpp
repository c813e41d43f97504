// SPDX-License-Identifier: GPL-3.0-or-later
//
// A home folder of GnuPG's that is ours alone, and the agent that GnuPG starts for it.
#pragma once

#include <support/fs.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace slipway::common {

/// Whatever runs in the folder is gone, and its secret keys are removed, when this is destroyed.
class GnupgHome {
public:
    /// The folder exists, for its owner alone.
    explicit GnupgHome(const std::string& folder);
    ~GnupgHome();
    GnupgHome(const GnupgHome&) = delete;
    GnupgHome& operator=(const GnupgHome&) = delete;

    /// The folder for GnuPG. A socket's path has 107 bytes at most (unix(7)), a state folder's may be longer.
    const std::string& path() const { return path_; }

    /// gpg in batch mode; its standard output. Errors as run_program().
    support::Result<std::string> gpg(const std::vector<std::string>& arguments,
                                     std::string_view input = {}) const;

private:
    std::string folder_;
    support::UniqueFd fd_;
    std::string path_;
};

} // namespace slipway::common
