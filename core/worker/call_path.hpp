// SPDX-License-Identifier: GPL-3.0-or-later
//
// Files as a stage names them in a system call, and as they are called here.
#pragma once

#include <sys/types.h>

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace slipway::worker {

struct Call {
    std::string name;
    pid_t pid = 0;
    std::array<std::uint64_t, 6> arguments{};
};

/// Instead of an argument's number. There is no folder's descriptor: the current folder is meant. There is no
/// path: the first argument is the file's descriptor.
inline constexpr int no_folder = -1, no_path = -1;

/// The path that a call names, absolute, as it is called here; "" if it names nothing that can be read.
std::string named_path(const Call& call, int folder_argument, int path_argument);

/// A path of the caller's, as it is called here; relative ones start in its current folder.
std::string path_here(pid_t caller, const std::string& text);

/// What the caller's descriptor is of.
std::string path_of_descriptor(pid_t caller, int fd);

/// What the caller's own root has there is the same file, or another one, than ours.
bool is_there_for(pid_t caller, const std::string& path);

/// Where links lead, as far as there is something.
std::string real_path(const std::string& path);

/// With what they are links to.
std::vector<std::string> with_real(std::vector<std::string> paths);

/// `path` is one of them or in one of them.
bool covers(const std::vector<std::string>& folders, const std::string& path);

/// Itself, if it is a link.
bool exists(const std::string& path);
bool is_link(const std::string& path);

/// The number in "/proc/NUMBER/...".
std::optional<pid_t> process_in(const std::string& path);

} // namespace slipway::worker
