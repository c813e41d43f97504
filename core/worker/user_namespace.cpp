// SPDX-License-Identifier: GPL-3.0-or-later
#include <fcntl.h>
#include <pwd.h>
#include <sched.h>
#include <support/fs.hpp>
#include <support/spawn.hpp>
#include <support/text.hpp>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>
#include <worker/user_namespace.hpp>

#include <array>
#include <cerrno>
#include <charconv>
#include <csignal>

namespace slipway::worker {

using support::Error;
using support::Kind;
using support::Result;
using support::UniqueFd;

namespace {

/// Packages use ids up to 65534 (nobody).
constexpr std::uint32_t needed_ids = 65534;

Error cannot(const std::string& cause, const std::string& hint) {
    return Error{Kind::unsupported, "root without being root: " + cause, hint};
}

std::string user_name() {
    const passwd* entry = ::getpwuid(::getuid());
    return entry != nullptr ? entry->pw_name : std::to_string(::getuid());
}

Result<IdRange> range_in(const std::string& file, const std::string& option) {
    const std::string user = user_name();
    const auto text = support::read_file(file);
    const IdRange range = text ? find_id_range(text.value(), user, ::getuid()) : IdRange{};
    if (range.count >= needed_ids) return range;
    const std::string hint = "as root: usermod " + option + " 100000-165535 " + user;
    if (range.count == 0) return cannot("'" + file + "' has no range for user '" + user + "'", hint);
    return cannot("the range of user '" + user + "' in '" + file + "' has " + std::to_string(range.count)
                      + " ids, not " + std::to_string(needed_ids),
                  hint);
}

Result<std::string> program(const std::string& name) {
    for (const char* folder : {"/usr/bin/", "/bin/", "/usr/local/bin/"})
        if (::access((folder + name).c_str(), X_OK) == 0) return folder + name;
    return cannot("'" + name + "' is not installed",
                  "install it (package uidmap on Debian, shadow on Arch), or run as root");
}

/// Why unshare(CLONE_NEWUSER) said no.
Error no_namespace(int error) {
    struct Switch {
        const char *file, *name, *off;
    };

    for (const Switch& s :
         {Switch{"/proc/sys/kernel/unprivileged_userns_clone", "kernel.unprivileged_userns_clone", "0"},
          Switch{"/proc/sys/user/max_user_namespaces", "user.max_user_namespaces", "0"},
          Switch{"/proc/sys/kernel/apparmor_restrict_unprivileged_userns",
                 "kernel.apparmor_restrict_unprivileged_userns", "1"}}) {
        auto value = support::read_file(s.file);
        if (value && value.value() == std::string(s.off) + "\n")
            return cannot(std::string("sysctl ") + s.name + " is " + s.off, std::string("as root: sysctl -w ")
                                                                                + s.name + "="
                                                                                + (*s.off == '1'    ? "0"
                                                                                   : *s.name == 'u' ? "10000"
                                                                                                    : "1"));
    }
    return cannot("unshare(CLONE_NEWUSER): " + support::errno_error("", error).what.substr(2),
                  "a container or a security module forbids user namespaces; run as root");
}

struct Mapping {
    std::string program;
    uid_t own;
    IdRange range;
};

/// Run newuidmap or newgidmap for `pid`; "" or what it said.
std::string map_ids(const Mapping& mapping, pid_t pid) {
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0) return "no pipe";
    const UniqueFd read_end(ends[0]);
    UniqueFd write_end(ends[1]);
    support::Spawn spawn;
    spawn.give(write_end.get(), STDERR_FILENO);
    pid_t child = -1;
    const int failed =
        spawn.start(mapping.program,
                    {mapping.program, std::to_string(pid), "0", std::to_string(mapping.own), "1", "1",
                     std::to_string(mapping.range.first), std::to_string(mapping.range.count)},
                    {}, child);
    write_end.reset();
    if (failed != 0) return support::errno_error("starting it", failed).what;
    auto said = support::read_all(read_end.get(), "pipe", 4096);
    int status = 0;
    ::waitpid(child, &status, 0);
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0) return {};
    return said && !said.value().empty() ? support::printable(said.value().substr(0, said.value().find('\n')))
                                         : "it failed";
}

/// The process that stays outside to write the maps: waits for one byte, says nothing or what went wrong.
[[noreturn]] void be_mapper(pid_t pid, int go, int answer, const std::array<Mapping, 2>& mappings) {
    char byte = 0;
    if (::read(go, &byte, 1) != 1) ::_exit(0);
    for (const Mapping& mapping : mappings) {
        std::string problem = map_ids(mapping, pid);
        if (problem.empty()) continue;
        (void)support::write_all(answer, mapping.program + ": " + problem, "pipe");
        break;
    }
    ::_exit(0);
}

Result<void> enter_user_namespace(const std::array<Mapping, 2>& mappings) {
    std::array<int, 2> go{}, answer{};
    if (::pipe2(go.data(), O_CLOEXEC) != 0 || ::pipe2(answer.data(), O_CLOEXEC) != 0)
        return support::errno_error("making a pipe", errno);
    const UniqueFd go_read(go[0]), answer_read(answer[0]);
    UniqueFd go_write(go[1]), answer_write(answer[1]);
    const pid_t self = ::getpid();
    const pid_t mapper = ::fork();
    if (mapper < 0) return support::errno_error("starting a process", errno);
    if (mapper == 0) {
        go_write.reset();
        be_mapper(self, go_read.get(), answer_write.get(), mappings);
    }
    answer_write.reset();
    const int failed = ::unshare(CLONE_NEWUSER) == 0 ? 0 : errno;
    if (failed == 0) (void)support::write_all(go_write.get(), "g", "pipe");
    go_write.reset();
    auto said = support::read_all(answer_read.get(), "pipe", 8192);
    ::waitpid(mapper, nullptr, 0);
    if (failed != 0) return no_namespace(failed);
    if (!said || !said.value().empty())
        return cannot(said ? said.value() : said.error().what, "see user_namespaces(7), or run as root");
    ::prctl(PR_SET_PDEATHSIG, SIGKILL); // changing credentials may have cleared it
    return {};
}

} // namespace

IdRange find_id_range(std::string_view text, std::string_view user, uid_t id) {
    IdRange best;
    for (const std::string& line : support::split(text, '\n')) {
        const auto fields = support::split(line, ':');
        if (fields.size() != 3 || (fields[0] != user && fields[0] != std::to_string(id))) continue;
        const auto number = [](const std::string& digits, std::uint32_t& out) {
            const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), out);
            return error == std::errc() && end == digits.data() + digits.size();
        };
        IdRange range;
        if (number(fields[1], range.first) && number(fields[2], range.count) && range.count > best.count)
            best = range;
    }
    return best;
}

Result<void> become_root() {
    if (::geteuid() == 0) return {};
    // A child of the host is not dumpable (support::hide_process()): newuidmap would take it for somebody
    // else's.
    ::prctl(PR_SET_DUMPABLE, 1);
    SLIPWAY_TRY_ASSIGN(const std::string newuidmap, program("newuidmap"));
    SLIPWAY_TRY_ASSIGN(const std::string newgidmap, program("newgidmap"));
    SLIPWAY_TRY_ASSIGN(const IdRange users, range_in("/etc/subuid", "--add-subuids"));
    SLIPWAY_TRY_ASSIGN(const IdRange groups, range_in("/etc/subgid", "--add-subgids"));
    return enter_user_namespace({{{newuidmap, ::getuid(), users}, {newgidmap, ::getgid(), groups}}});
}

Result<void> remove_work_folder(const std::string& path) {
    auto removed = support::remove_tree(path);
    if (removed || removed.error().kind != Kind::denied || ::geteuid() == 0) return removed;
    const pid_t child = ::fork();
    if (child < 0) return removed;
    if (child == 0) ::_exit(become_root() && support::remove_tree(path) ? 0 : 1);
    int status = 1;
    ::waitpid(child, &status, 0);
    return status == 0 ? Result<void>() : std::move(removed);
}

} // namespace slipway::worker
