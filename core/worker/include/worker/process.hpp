// SPDX-License-Identifier: GPL-3.0-or-later
//
// The host's side of one worker: starts it, carries messages both ways, takes its output line by line, ends
// it. Everything happens on the loop's thread.
#pragma once

#include <support/fs.hpp>
#include <support/json.hpp>
#include <support/redactor.hpp>
#include <support/result.hpp>
#include <worker/channel.hpp>
#include <worker/loop.hpp>

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace slipway::worker {

/// How a worker ended, all that it started included.
struct Exit {
    int code = 0;                  ///< exit code, if signal is 0
    int signal = 0;                ///< the signal that killed it
    std::vector<std::string> left; ///< "name (pid)" of processes it left behind; they are gone now
    std::string exceeded;          ///< not empty: it took more of the machine than its share, and was killed
    std::int64_t peak_mb = 0;      ///< of memory, of one of its processes
    std::string broken;            ///< not empty: the channel carried nonsense, and this is what
    bool hung_up = false;          ///< it closed its channel, lived on, and was killed for it
};

/// Something the sandbox has refused, or, of a stage that is only watched, would have.
struct Denial {
    std::string text;    ///< "reading '/etc/shadow'"; of who is watched the path, program or address alone
    std::string call;    ///< the system call
    std::string process; ///< the name of the process that made it
    std::string need;    ///< watched: the capability that it takes, and it was let through; else ""
};

/// Knows no secret.
inline const support::Redactor no_secrets{};

struct Handlers {
    std::function<void(Message)> on_message;
    std::function<void(const std::string& line)> on_output; ///< a line of standard output or error, any bytes
    std::function<void(const Exit&)> on_exit;               ///< once, after the last message and line
    std::function<void(const Denial&)> on_denial = {};
    const support::Redactor* redactor =
        &no_secrets; ///< of standard output and error; must outlive the process
};

enum class Placement {
    process, ///< a process of its own
    thread,  ///< a thread of this process: `isolation: none`
};

/// More than this on standard output and error together, in bytes and 64 for each line, and the worker is
/// killed.
inline constexpr std::size_t max_output = 16u << 20;

class Process {
public:
    /// Start a worker and send it `order`. Keep the object until on_exit was called; deleting it from
    /// within on_exit is fine.
    static support::Result<std::unique_ptr<Process>>
    start(Loop& loop, Placement placement, const support::json::Value& order, Handlers handlers);

    ~Process();
    Process(const Process&) = delete;

    /// Queue a message; `fd` (or none) is sent along and then closed here.
    void send(const support::json::Value& body, support::UniqueFd fd = {});

    /// Ask the worker to end (SIGTERM to all its processes).
    void terminate();

    /// End it and everything it started, now.
    void kill();

    /// It does not keep to the protocol: hear no more of it, and end it. Exit::broken will be `why`.
    void reject(const std::string& why);

    /// It was killed because it printed more than max_output.
    bool flooded() const;

private:
    struct Impl;
    explicit Process(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> impl_;
};

} // namespace slipway::worker
