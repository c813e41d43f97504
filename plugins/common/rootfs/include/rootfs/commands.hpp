// SPDX-License-Identifier: GPL-3.0-or-later
//
// Programs that run in a root filesystem, one after the other.
#pragma once

#include <support/fs.hpp>
#include <support/json.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

namespace slipway::rootfs {

struct Command {
    std::string name; ///< for people: "command 'ldconfig'"
    std::vector<std::string> arguments;
    std::chrono::seconds timeout = std::chrono::seconds(300);
    std::map<std::string, std::string> environment = {}; ///< on top of the clean one
    std::string input = {};                              ///< standard input
};

/// How a program in the enclosure ended.
struct Ended {
    std::string failure = {}; ///< it did not run, and why; or ""
    std::string hint = {};    ///< what to do then; may be ""
    support::Kind failure_kind =
        support::Kind::unsupported; ///< not_found: this program; else: no program can
    int code = 0;
    int signal = 0;
    std::string left = {}; ///< names of the processes it left behind; they have been killed
};

/// The enclosure that programs run in (stage.h, slipway.enclosure/1).
struct Enclosure {
    /// Start a program; input and output are descriptors that stay the caller's. Gives a socket on which the
    /// end can be read, and whose shutdown kills.
    std::function<support::Result<support::UniqueFd>(const std::vector<std::string>& arguments,
                                                     const std::vector<std::string>& environment, int input,
                                                     int output)>
        start;

    /// Read the end from such a socket.
    std::function<support::Result<Ended>(int socket)> end;
};

/// What a program did.
struct Ran {
    Ended ended = {};
    bool late = false;                  ///< its time was over
    std::vector<std::string> last = {}; ///< the last lines it printed, without what a terminal would obey
    std::string printed = {};           ///< the first MiB of it all, as it was
};

struct CommandLog {
    std::function<bool()> cancelled;
    std::function<void(const std::string&)> info;
    std::function<void(const std::string&)> warn;
};

/// A member of the option `commands`, which satisfies the schema: `run`, `timeout`, `env`.
Command parse_command(const support::json::Value& value);

/// PATH, HOME, LANG and SOURCE_DATE_EPOCH, and the command's own.
std::vector<std::string> environment_of(const Command& command, std::int64_t epoch);

/// Run it to its end, whatever that is; each line it prints goes to the log. Kind::unsupported: no program
/// can run here.
support::Result<Ran> run_program(const Command& command, const Enclosure& enclosure, std::int64_t epoch,
                                 const CommandLog& log);

/// "exited with 3", "was killed by signal 15 (Terminated)", "was stopped after 5.0 s"; or why it did not run.
std::string end_text(const Command& command, const Ran& ran);

/// Run it to its end, which must be a good one; each line it prints goes to the log. Kind::io: it failed; the
/// error's trace has the last lines it printed. Kind::resource: its time was over.
support::Result<void> run_command(const Command& command, const Enclosure& enclosure, std::int64_t epoch,
                                  const CommandLog& log);

} // namespace slipway::rootfs
