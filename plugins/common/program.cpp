// SPDX-License-Identifier: GPL-3.0-or-later
#include <common/program.hpp>
#include <support/fs.hpp>
#include <support/spawn.hpp>
#include <support/text.hpp>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace slipway::common {

using support::Error;
using support::Kind;
using support::Result;
using support::UniqueFd;

namespace {

/// A file in memory: neither side ever waits for the other.
UniqueFd memory_file(std::string_view bytes = {}) {
    UniqueFd fd(::memfd_create("program", MFD_CLOEXEC));
    (void)support::write_all(fd.get(), bytes, "memory file");
    ::lseek(fd.get(), 0, SEEK_SET);
    return fd;
}

Result<std::string> contents(const UniqueFd& fd) {
    ::lseek(fd.get(), 0, SEEK_SET);
    return support::read_all(fd.get(), "a program's output");
}

} // namespace

Result<std::string> run_program(const std::vector<std::string>& command, std::string_view input,
                                const std::vector<std::string>& more) {
    const UniqueFd in = memory_file(input), out = memory_file(), err = memory_file();
    support::Spawn spawn;
    spawn.give(in.get(), STDIN_FILENO);
    spawn.give(out.get(), STDOUT_FILENO);
    spawn.give(err.get(), STDERR_FILENO);
    pid_t pid = -1;
    const std::string& name = command.front();
    const std::string program = name.starts_with('/') ? name : "/usr/bin/" + name;
    std::vector<std::string> environment{"PATH=/usr/bin:/bin", "LC_ALL=C"};
    environment.insert(environment.end(), more.begin(), more.end());
    const int failed = spawn.start(program, command, environment, pid);
    if (failed != 0)
        return Error{Kind::unsupported, "starting " + program + ": " + std::string(std::strerror(failed)),
                     name.starts_with('/')
                         ? "is it installed?"
                         : "install the Debian package that has " + name + ": gnupg, openssh-client"};
    int status = 0;
    while (::waitpid(pid, &status, 0) < 0 && errno == EINTR) {
    }
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0) return contents(out);
    Error error{Kind::verify, name + " failed with status " + std::to_string(WEXITSTATUS(status))};
    SLIPWAY_TRY_ASSIGN(const std::string said, contents(err));
    for (const std::string& line : support::split(said, '\n'))
        if (!line.empty() && error.trace.size() < 20) error.trace.push_back(support::printable(line));
    return error;
}

} // namespace slipway::common
