// SPDX-License-Identifier: GPL-3.0-or-later
//
// Runs one program to its end: no shell, its own process group, cancel, the last of its standard error.
#pragma once

#include <support/result.hpp>

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace slipway::exec {

/// Where a program without '/' in its name is looked for.
inline constexpr std::string_view search_path = "/usr/local/bin:/usr/bin:/bin";

/// The program's file: `name` itself if it has a '/', else from search_path. Kind::not_found, or Kind::denied
/// for a file that may not be executed.
support::Result<std::string> find_program(const std::string& name);

struct Command {
    std::string program;                  ///< from find_program()
    std::vector<std::string> arguments;   ///< with argument 0
    std::vector<std::string> environment; ///< NAME=VALUE
    std::string folder;                   ///< its current folder
    int input = -1;                       ///< becomes standard input; -1: /dev/null
    int output = -1;                      ///< becomes standard output; -1: inherited
    std::vector<int> inherited;           ///< descriptors that it keeps under their numbers
};

struct Ended {
    int code = 0;                         ///< exit status, if signal is 0
    int signal = 0;                       ///< what killed it; 0 if it exited
    bool cancelled = false;               ///< it was told to stop
    std::vector<std::string> last_errors; ///< its last lines on standard error, 20 at most
};

/// Runs the program and waits. Asks `cancelled` ten times a second: then comes SIGTERM to its process group,
/// and SIGKILL two seconds later. Its standard error goes on to ours. When it has ended, what is left of its
/// process group is killed. Kind::not_found and the like if it cannot be started.
support::Result<Ended> run(const Command& command, const std::function<bool()>& cancelled);

} // namespace slipway::exec
