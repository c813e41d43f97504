// SPDX-License-Identifier: GPL-3.0-or-later
//
// Hygiene: after destroy() the process is as it was before create().
#include "rule.hpp"
#include "snapshot.hpp"
#include "trial.hpp"

#include <support/text.hpp>

#include <filesystem>

namespace slipway::check {

namespace {

/// Of the snapshots, the part `What`; in messages with `Before` in front.
template <const char* const& What, const char* const& Before>
Verdict unchanged(Trial& trial) {
    const auto& record = trial.plain().record();
    const std::string text = difference(record["before"][What], record["after"][What]);
    return text.empty() ? kept() : broken(Before + text);
}

constexpr const char* nothing = "";
constexpr const char *descriptors = "descriptors", *descriptor = "descriptor ";
constexpr const char *threads = "threads", *thread = "thread ";
constexpr const char *children = "children", *process = "process ";
constexpr const char *environment = "environment", *variable = "variable ";
constexpr const char *signals = "signals", *folder = "folder", *mask = "umask", *locale = "locale";

Verdict output(Trial& trial) {
    if (trial.options().in_process) return not_tried("not looked at with --in-process");
    const std::string& printed = trial.plain().child.printed;
    return printed.empty() ? kept() : broken("printed '" + support::printable(printed.substr(0, 80)) + "'");
}

std::size_t files_below(const std::string& root) {
    std::size_t count = 0;
    std::error_code failed;
    for ([[maybe_unused]] const auto& entry : std::filesystem::recursive_directory_iterator(root, failed))
        ++count;
    return count;
}

Verdict temporary(Trial& trial) {
    auto scratch = trial.scratch(Circumstances::usual);
    if (!scratch) return broken(scratch.error().message());
    std::size_t counts[3];
    for (std::size_t& count : counts) {
        (void)trial.run(scratch.value(), {});
        count = files_below(scratch.value().cache());
    }
    if (counts[2] <= counts[1] || counts[1] <= counts[0]) return kept();
    return broken("the cache folder has " + std::to_string(counts[0]) + ", " + std::to_string(counts[1])
                  + " and " + std::to_string(counts[2]) + " files after each of three equal runs");
}

constexpr Rule rules[] = {
    {"clean.descriptors", "no descriptor is left open, none is closed that was not its own",
     "close what you opened, input_open() and output_create() included", Scope::sample,
     &unchanged<descriptors, descriptor>},
    {"clean.threads", "no thread is left", "join every thread before run() returns", Scope::sample,
     &unchanged<threads, thread>},
    {"clean.children", "no child process is left, dead or alive", "wait for every child before run() returns",
     Scope::sample, &unchanged<children, process>},
    {"clean.temporary", "equal runs do not fill the cache folder",
     "remove temporary files, or use work_dir()", Scope::sample, &temporary},
    {"clean.folder", "the current folder is the same", "use absolute paths, or openat()", Scope::sample,
     &unchanged<folder, nothing>},
    {"clean.umask", "the umask is the same", "give a mode and fchmod()", Scope::sample,
     &unchanged<mask, nothing>},
    {"clean.signals", "signal handlers and mask are the same", "leave signals to the host; ask cancelled()",
     Scope::sample, &unchanged<signals, nothing>},
    {"clean.locale", "the locale is the same", "use newlocale() and uselocale(), or no locale", Scope::sample,
     &unchanged<locale, nothing>},
    {"clean.environment", "the environment is the same", "no setenv(); give children their own",
     Scope::sample, &unchanged<environment, variable>},
    {"clean.output", "nothing is printed on standard output", "use host->log()", Scope::sample, &output},
};

} // namespace

std::span<const Rule> clean_rules() {
    return rules;
}

} // namespace slipway::check
