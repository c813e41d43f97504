// SPDX-License-Identifier: GPL-3.0-or-later
//
// The folder of files on their way, kept between runs and used by one at a time.
#pragma once

#include <support/fs.hpp>
#include <support/result.hpp>

#include <functional>
#include <string>

namespace slipway::pacman_fetch {

/// The right to use the folder, until destroyed (or the process ends, however).
class PartialFolder {
public:
    PartialFolder() = default; ///< of none

    /// Make the folder if missing and wait until no other process uses it. `waiting` is told once if that
    /// takes a while. What nobody has gone on with for 30 days, and what belongs to nothing, is removed.
    /// Kind::cancelled.
    static support::Result<PartialFolder> take(const std::string& folder,
                                               const std::function<bool()>& cancelled,
                                               const std::function<void(const std::string&)>& waiting);

private:
    explicit PartialFolder(support::UniqueFd lock) : lock_(std::move(lock)) {}

    support::UniqueFd lock_;
};

/// Whether there is something to clean up that take() would.
bool has_leftovers(const std::string& folder);

/// Remove a file of the folder and what belongs to it.
support::Result<void> remove_partial(const std::string& path);

} // namespace slipway::pacman_fetch
