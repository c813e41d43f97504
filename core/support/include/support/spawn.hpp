// SPDX-License-Identifier: GPL-3.0-or-later
//
// Starting a program with posix_spawn(3): a copy of this process, even of a large one with threads, is never
// made.
#pragma once

#include <spawn.h>

#include <string>
#include <vector>

namespace slipway::support {

/// The null-terminated array that execve(2) takes. It points into `texts`.
std::vector<char*> exec_array(const std::vector<std::string>& texts);

/// What the child finds: its descriptors, in the order of the calls, its folder, its signals. Unless it is
/// told otherwise, it inherits all but the descriptors that are close-on-exec. The first call that fails is
/// what start() returns.
class Spawn {
public:
    Spawn();
    ~Spawn();
    Spawn(const Spawn&) = delete;
    Spawn& operator=(const Spawn&) = delete;

    void change_folder(const std::string& folder);

    /// `fd` becomes `number`; the two may be the same, and it is inherited then.
    void give(int fd, int number);

    /// `number` reads nothing.
    void give_null(int number);

    /// `first` and all above are closed.
    void close_from(int first);

    /// A process group of its own; no signal is blocked or ignored.
    void separate();

    /// 0 and the `child`, or an errno. A `program` without '/' is searched in our own PATH. `arguments` begin
    /// with the program's name, `environment` holds
    /// NAME=VALUE; nothing else is passed on.
    int start(const std::string& program, const std::vector<std::string>& arguments,
              const std::vector<std::string>& environment, pid_t& child);

private:
    void note(int result);

    posix_spawn_file_actions_t files_;
    posix_spawnattr_t attributes_;
    int failed_ = 0;
};

} // namespace slipway::support
