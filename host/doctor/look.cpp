// SPDX-License-Identifier: GPL-3.0-or-later
//
// The part of machine.hpp that asks this machine.
#include "machine.hpp"

#include <fcntl.h>
#include <linux/landlock.h>
#include <pwd.h>
#include <sched.h>
#include <support/fs.hpp>
#include <support/machine.hpp>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <sys/timex.h>
#include <sys/wait.h>
#include <unistd.h>
#include <worker/sandbox.hpp>
#include <worker/user_namespace.hpp>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <ctime>
#include <filesystem>
#include <functional>

namespace slipway::host::doctor {

namespace fs = std::filesystem;
namespace json = support::json;
using support::UniqueFd;

namespace {

/// What `look` says in a child process, which may give up rights for good.
support::Result<json::Value> in_child(const std::function<json::Value()>& look) {
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0) return support::errno_error("making a pipe", errno);
    const UniqueFd read_end(ends[0]);
    UniqueFd write_end(ends[1]);
    const pid_t child = ::fork();
    if (child < 0) return support::errno_error("starting a process", errno);
    if (child == 0) {
        (void)support::write_all(write_end.get(), json::dump(look()), "pipe");
        ::_exit(0);
    }
    write_end.reset();
    auto said = support::read_all(read_end.get(), "pipe");
    ::waitpid(child, nullptr, 0);
    if (!said) return std::move(said).error();
    return json::parse(said.value());
}

json::Value texts(const std::vector<std::string>& list) {
    return json::Array(list.begin(), list.end());
}

/// What a stage's process of its own cannot have.
json::Value missing_namespaces() {
    constexpr int wanted = CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWIPC | CLONE_NEWNET;
    if (::unshare(wanted) == 0 || ::unshare(CLONE_NEWUSER | wanted) == 0) return json::Array{};
    return texts({std::string("namespaces: unshare: ") + std::strerror(errno)});
}

/// What became of the program '/trial' when this folder is the root: {"started": execve()'s error or 0}; null
/// if that could not be tried.
json::Value try_in(const std::string& folder) {
    if (::geteuid() != 0 && ::unshare(CLONE_NEWUSER) != 0) return {};
    if (::chroot(folder.c_str()) != 0 || ::chdir("/") != 0) return {};
    const pid_t child = ::fork();
    if (child == 0) {
        char name[] = "trial";
        char* const arguments[] = {name, nullptr};
        ::execv("/trial", arguments);
        ::_exit(errno);
    }
    int status = 0;
    if (child < 0 || ::waitpid(child, &status, 0) != child || !WIFEXITED(status)) return {};
    return json::Object{{"started", WEXITSTATUS(status)}};
}

/// The same of the trial program for a machine, in a folder that is made for it.
support::Result<json::Value> try_program_for(const std::string& machine) {
    std::string folder = fs::temp_directory_path() / "slipway-doctor.XXXXXX";
    if (::mkdtemp(folder.data()) == nullptr) return support::errno_error("making a folder", errno);
    const std::string file = folder + "/trial";
    const bool made = support::write_file(file, support::trial_program(machine))
                      && ::chmod(file.c_str(), 0755) == 0 && ::chmod(folder.c_str(), 0755) == 0;
    auto said = made ? in_child([&] { return try_in(folder); }) : json::Value();
    (void)support::remove_tree(folder);
    return said;
}

std::string existing_part(const std::string& folder) {
    fs::path path = folder;
    std::error_code failed;
    while (path.has_relative_path() && !fs::exists(path, failed))
        path = path.parent_path();
    return path.string();
}

} // namespace

Sandbox look_at_sandbox() {
    Sandbox sandbox;
    sandbox.landlock_abi = static_cast<int>(
        std::max(0L, ::syscall(SYS_landlock_create_ruleset, nullptr, 0, LANDLOCK_CREATE_RULESET_VERSION)));
    const auto namespaces = in_child(missing_namespaces);
    const auto rest = in_child([] { return texts(worker::restrict_process({}).missing); });
    for (const auto* answer : {&namespaces, &rest}) {
        if (!*answer) sandbox.missing.push_back(answer->error().what);
        if (*answer)
            for (const json::Value& what : answer->value().as_array())
                sandbox.missing.push_back(what.as_string());
    }
    // What an older landlock leaves open, namespaces close.
    if (namespaces && namespaces.value().as_array().empty())
        std::erase_if(sandbox.missing, [](const std::string& what) {
            return what.find(": landlock ABI ") != std::string::npos;
        });
    return sandbox;
}

std::optional<Finding> look_at_user_namespace() {
    auto said = in_child([] {
        auto became = worker::become_root();
        return became
                   ? json::Value()
                   : json::Value(json::Object{{"what", became.error().what}, {"hint", became.error().hint}});
    });
    if (said && said.value().is_null()) return std::nullopt;
    const json::Value& found = said ? said.value() : json::Value(json::Object{{"what", said.error().what}});
    return Finding{Health::missing, "user namespace", found["what"].as_string(), found["hint"].as_string()};
}

std::optional<Finding> look_at_programs_for(const std::string& machine) {
    if (machine == support::this_machine()) return std::nullopt;
    const std::string subject = "programs for " + machine;
    const auto said = try_program_for(machine);
    const json::Value* started = said ? said.value().find("started") : nullptr;
    if (started == nullptr)
        return Finding{Health::warning, subject, "whether they run here could not be tried",
                       "be root, or allow user namespaces"};
    if (started->as_integer() == 0) return std::nullopt;
    const support::Error why = support::cannot_execute(machine, static_cast<int>(started->as_integer()));
    return Finding{Health::missing, subject, why.what, why.hint};
}

Clock look_at_clock(std::int64_t newest_run) {
    timex request{}; // changes nothing: adjtimex(2)
    const int state = ::adjtimex(&request);
    return {state >= 0 && state != TIME_ERROR, std::time(nullptr), newest_run};
}

Space look_at_space(const std::string& folder, std::uint64_t wanted) {
    Space space;
    space.folder = existing_part(folder);
    space.wanted = wanted;

    struct statvfs st {};

    if (::statvfs(space.folder.c_str(), &st) != 0) return space;
    space.free_bytes = std::uint64_t{st.f_bavail} * st.f_frsize;
    space.free_files = st.f_favail;
    space.counts_files = st.f_files > 0;
    return space;
}

StateFolder look_at_state(const std::string& folder) {
    StateFolder state{folder, fs::is_directory(folder), false, ""};
    const std::string part = existing_part(folder);
    state.usable = fs::is_directory(part) && ::access(part.c_str(), W_OK | X_OK) == 0;

    struct stat st {};

    if (!state.there || ::geteuid() != 0 || ::stat(folder.c_str(), &st) != 0 || st.st_uid == 0) return state;
    const passwd* owner = ::getpwuid(st.st_uid);
    state.other_owner = owner != nullptr ? owner->pw_name : std::to_string(st.st_uid);
    return state;
}

} // namespace slipway::host::doctor
