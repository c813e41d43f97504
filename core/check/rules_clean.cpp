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

Verdict unchanged(Trial& trial, const char* what, const char* before) {
    const auto& record = trial.plain().record();
    const std::string text = difference(record["before"][what], record["after"][what]);
    return text.empty() ? kept() : broken(before + text);
}

Verdict descriptors(Trial& trial) {
    return unchanged(trial, "descriptors", "descriptor ");
}

Verdict threads(Trial& trial) {
    return unchanged(trial, "threads", "thread ");
}

Verdict children(Trial& trial) {
    return unchanged(trial, "children", "process ");
}

Verdict signals(Trial& trial) {
    return unchanged(trial, "signals", "");
}

Verdict environment(Trial& trial) {
    return unchanged(trial, "environment", "variable ");
}

Verdict folder(Trial& trial) {
    return unchanged(trial, "folder", "");
}

Verdict mask(Trial& trial) {
    return unchanged(trial, "umask", "");
}

Verdict locale(Trial& trial) {
    return unchanged(trial, "locale", "");
}

Verdict output(Trial& trial) {
    if (trial.options().in_process) return not_tried("not looked at with --in-process");
    const std::string& printed = trial.plain().child.printed;
    return printed.empty() ? kept() : broken("printed '" + support::printable(printed.substr(0, 80)) + "'");
}

std::size_t files_below(const std::string& folder) {
    std::size_t count = 0;
    std::error_code failed;
    for ([[maybe_unused]] const auto& entry : std::filesystem::recursive_directory_iterator(folder, failed))
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
     "close what you opened, input_open() and output_create() included", Scope::sample, &descriptors},
    {"clean.threads", "no thread is left", "join every thread before run() returns", Scope::sample, &threads},
    {"clean.children", "no child process is left, dead or alive", "wait for every child before run() returns",
     Scope::sample, &children},
    {"clean.temporary", "equal runs do not fill the cache folder",
     "remove temporary files, or use work_dir()", Scope::sample, &temporary},
    {"clean.folder", "the current folder is the same", "use absolute paths, or openat()", Scope::sample,
     &folder},
    {"clean.umask", "the umask is the same", "give a mode and fchmod()", Scope::sample, &mask},
    {"clean.signals", "signal handlers and mask are the same", "leave signals to the host; ask cancelled()",
     Scope::sample, &signals},
    {"clean.locale", "the locale is the same", "use newlocale() and uselocale(), or no locale", Scope::sample,
     &locale},
    {"clean.environment", "the environment is the same", "no setenv(); give children their own",
     Scope::sample, &environment},
    {"clean.output", "nothing is printed on standard output", "use host->log()", Scope::sample, &output},
};

} // namespace

std::span<const Rule> clean_rules() {
    return rules;
}

} // namespace slipway::check
