// SPDX-License-Identifier: GPL-3.0-or-later
//
// Watches a child's system calls (seccomp(2), user notification): sees what a stage did that it did not
// declare, and makes reads and writes of its artifacts fail.
#pragma once

#include <support/fs.hpp>
#include <support/result.hpp>

#include <string>
#include <vector>

namespace slipway::check {

/// The numbers of the descriptors that the probe host gives, so that calls on them are known.
inline constexpr int first_input_fd = 600;
inline constexpr int first_output_fd = 800;

struct Watch {
    bool network = false;            ///< sockets are allowed
    bool exec = false;               ///< programs are allowed
    std::vector<std::string> writes; ///< what may be changed
    int fail_read = 0;               ///< this read of an input, from 1, and all later ones are EIO
    int fail_write = 0;              ///< this write to an output, and all later ones are ENOSPC

    bool artifacts() const { return fail_read > 0 || fail_write > 0; }
};

struct Observed {
    bool watched = false;
    std::vector<std::string> sockets;  ///< "a socket of family 2"
    std::vector<std::string> programs; ///< paths
    std::vector<std::string> changes;  ///< paths outside of what may be changed
    int reads = 0, writes = 0;         ///< of artifacts, if those were watched
    bool failed = false;               ///< a read or write was made to fail
};

/// In the child: from here on its calls are watched. The descriptor is for the observer; none if this machine
/// cannot.
support::UniqueFd start_watch(const Watch& watch);

/// Answer one call of the child.
void answer(int fd, const Watch& watch, Observed& observed);

} // namespace slipway::check
