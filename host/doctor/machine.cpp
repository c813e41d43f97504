// SPDX-License-Identifier: GPL-3.0-or-later
#include "machine.hpp"

#include <fmt/format.h>
#include <support/text.hpp>

#include <algorithm>

namespace slipway::host::doctor {

namespace {

constexpr std::uint64_t guessed_space =
    2'000'000'000; // of a first run: packages, a root filesystem, its archives
constexpr std::uint64_t few_files = 10'000;
constexpr std::int64_t clock_tolerance = 60;

std::string space_text(const Space& space, std::uint64_t wanted) {
    return fmt::format("{} free, {} {} needed", support::human_bytes(space.free_bytes),
                       support::human_bytes(wanted), space.wanted > 0 ? "as in the last run" : "or so");
}

} // namespace

Finding judge(const Sandbox& sandbox) {
    const std::string subject = "sandbox of stages";
    if (sandbox.missing.empty())
        return {Health::ok, subject,
                fmt::format("landlock ABI {}, seccomp, namespaces", sandbox.landlock_abi), ""};
    return {Health::warning, subject, "works in part: " + support::join(sandbox.missing, "; "),
            "a kernel of 5.13 or later, with landlock in the boot parameter lsm=, and user namespaces; "
            "containers often forbid some of it"};
}

Finding judge(const Clock& clock) {
    if (clock.newest_run > clock.now + clock_tolerance)
        return {Health::missing, "clock",
                "it is " + support::iso_time(clock.now) + ", but a run was begun at "
                    + support::iso_time(clock.newest_run),
                "set it: versions, signatures and certificates depend on it"};
    if (!clock.synchronised)
        return {Health::warning, "clock", "not synchronised",
                "install systemd-timesyncd or chrony: versions, signatures and certificates depend on it"};
    return {Health::ok, "clock", "synchronised", ""};
}

Finding judge(const Space& space) {
    const std::string subject = "disk space at '" + space.folder + "'",
                      hint = "make room there, or name another state folder with --state";
    const std::uint64_t wanted = space.wanted > 0 ? space.wanted : guessed_space;
    if (space.counts_files && space.free_files < few_files)
        return {Health::warning, subject, fmt::format("room for {} more files only", space.free_files), hint};
    if (space.free_bytes >= wanted) return {Health::ok, subject, space_text(space, wanted), ""};
    return {space.wanted > 0 ? Health::missing : Health::warning, subject, space_text(space, wanted), hint};
}

Finding judge(const StateFolder& state) {
    const std::string subject = "state folder '" + state.folder + "'";
    if (!state.usable)
        return {Health::missing, subject,
                state.there ? "may not be written to" : "is not there, and cannot be made",
                "be the user it belongs to, or name another one with --state DIR"};
    if (!state.other_owner.empty())
        return {Health::warning, subject,
                "belongs to the user '" + state.other_owner + "', who could not use what root makes there",
                "be that user: setpriv --reuid=" + state.other_owner + " --regid=" + state.other_owner
                    + " --init-groups slipway …"};
    return {Health::ok, subject, state.there ? "may be written to" : "will be made", ""};
}

} // namespace slipway::host::doctor
