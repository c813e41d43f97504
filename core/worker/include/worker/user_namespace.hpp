// SPDX-License-Identifier: GPL-3.0-or-later
//
// Being root over one's own files without being root: a user namespace with the user's subordinate ids
// (user_namespaces(7), subuid(5), newuidmap(1)).
#pragma once

#include <support/result.hpp>
#include <sys/types.h>

#include <cstdint>
#include <string>
#include <string_view>

namespace slipway::worker {

/// `count` ids from `first` on.
struct IdRange {
    std::uint32_t first = 0;
    std::uint32_t count = 0;
};

/// The largest range of `user` (or of the number `id`) in the text of /etc/subuid or /etc/subgid
/// ("NAME:FIRST:COUNT" lines); count 0: there is none.
IdRange find_id_range(std::string_view text, std::string_view user, uid_t id);

/// Make this single-threaded process root: as it is if it is root already, else in a new user namespace in
/// which the user's own ids are 0 and the subordinate ones follow. Kind::unsupported: this machine cannot;
/// the message says what is missing and the hint how to get it.
support::Result<void> become_root();

/// remove_tree() for what a stage that was root in a user namespace may have left: where that is not ours
/// to remove, a child process becomes root for it.
support::Result<void> remove_work_folder(const std::string& path);

} // namespace slipway::worker
