// SPDX-License-Identifier: GPL-3.0-or-later
//
// A piece of work in a process of its own: what it gives back, how it ended, what it was seen to do. It and
// all it started are gone when this returns.
#pragma once

#include "observer.hpp"

#include <support/json.hpp>

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace slipway::check {

struct ChildSetup {
    std::string folder;                   ///< its current folder; "" for ours
    std::vector<std::string> environment; ///< NAME=value; all it gets
    unsigned umask = 022;
    bool one_processor = false;
    bool plain = false;                  ///< no sandbox: what is looked at is no stage
    std::vector<std::string> writes;     ///< what it may change; all else is read-only
    std::vector<std::string> reads{"/"}; ///< what it may read besides the system's
    std::optional<Watch> watch;          ///< observe what it does
    std::chrono::milliseconds limit{30000};
};

enum class Ending { returned, exited, killed, timed_out };

struct ChildResult {
    Ending ending = Ending::returned;
    int number = 0;             ///< exit code or signal
    support::json::Value value; ///< what the work gave back, if it returned
    std::string doing;          ///< the last note
    std::string printed;        ///< its standard output, the first of it
    std::string complained;     ///< its standard error, likewise
    std::int64_t peak_kb = 0;   ///< of memory
    Observed observed;
    std::string trouble; ///< the child could not be made at all

    /// "crashed with SIGSEGV in run()", "did not end within 30 s in run()"; "" if it returned.
    std::string failure() const;
};

/// Tells what is being done, so that a crash has a place.
using Note = std::function<void(const std::string&)>;
using Work = std::function<support::json::Value(const Note&)>;

ChildResult in_child(const ChildSetup& setup, const Work& work);

/// From here on SIGINT, SIGTERM and SIGHUP end the child that runs, and every later one at once.
void end_on_signals();
bool is_interrupted();

/// The same in this process: no sandbox, no limit, nobody watches.
ChildResult in_this_process(const ChildSetup& setup, const Work& work);

} // namespace slipway::check
