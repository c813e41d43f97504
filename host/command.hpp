// SPDX-License-Identifier: GPL-3.0-or-later
//
// The commands of `slipway`, each in a file of its own, and what they share.
#pragma once

#include "options.hpp"

#include <string>
#include <vector>

namespace slipway::host {

/// Exit codes; also in docs/reference/exit-codes.md.
enum Exit : int {
    exit_done = 0,
    exit_failed = 1,     ///< a stage failed
    exit_usage = 2,      ///< the command line or the chain is wrong, or the host itself cannot work
    exit_conflict = 3,   ///< the outside world holds something else in our place
    exit_differs = 4,    ///< `slipway reproduce` or `slipway verify` found something else
    exit_waiting = 75,   ///< parked; `slipway resume` goes on
    exit_cancelled = 130 ///< stopped by the user
};

struct Command {
    CommandSpec spec;
    int (*run)(const Arguments& arguments);
};

/// All commands, in the order in which `slipway help` shows them.
const std::vector<Command>& commands();

struct ExitCode {
    int number;
    const char* meaning;
};

/// What the exit codes mean in one or two words.
const std::vector<ExitCode>& exit_codes();

/// What slipway is, in one line.
inline constexpr const char* purpose = "build and publish the base images of Linux distributions";

/// What `slipway help` prints.
std::string overview();

Command run_command();
Command resume_command();
Command plan_command();
Command validate_command();
Command status_command();
Command runs_command();
Command show_command();
Command log_command();
Command stages_command();
Command inspect_command();
Command lock_command();
Command diff_command();
Command provenance_command();
Command reproduce_command();
Command verify_command();
Command check_command();
Command new_plugin_command();
Command install_timer_command();
Command doctor_command();
Command report_command();
Command export_command();
Command import_command();
Command gc_command();

// Options that several commands have.
std::vector<Option> chain_options();   ///< --set, --override, --epoch, --no-mocks
std::vector<Option> state_options();   ///< --state
std::vector<Option> plugin_options();  ///< --plugin-dir
std::vector<Option> wait_options();    ///< --wait
std::vector<Option> execute_options(); ///< --jobs, --isolation, --sandbox, --secrets, --quiet, --json
std::vector<Option> operator+(std::vector<Option> a, const std::vector<Option>& b);

/// Write `text` to the file that --output names, else print it; or complain. Returns the exit code.
int deliver(const Arguments& arguments, const support::Result<std::string>& text);

/// Print "slipway: MESSAGE" and the hint on standard error; returns exit_usage.
int complain(const support::Error& error);

} // namespace slipway::host
