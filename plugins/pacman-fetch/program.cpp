// SPDX-License-Identifier: GPL-3.0-or-later
#include <fcntl.h>
#include <program.hpp>
#include <spawn.h>
#include <support/fs.hpp>
#include <support/text.hpp>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace slipway::pacman_fetch {

using support::Error;
using support::Kind;
using support::Result;
using support::UniqueFd;

namespace {

class FileActions {
public:
    FileActions() { posix_spawn_file_actions_init(&actions_); }

    ~FileActions() { posix_spawn_file_actions_destroy(&actions_); }

    FileActions(const FileActions&) = delete;
    FileActions& operator=(const FileActions&) = delete;

    void use(const UniqueFd& fd, int as) { posix_spawn_file_actions_adddup2(&actions_, fd.get(), as); }

    const posix_spawn_file_actions_t* get() const { return &actions_; }

private:
    posix_spawn_file_actions_t actions_;
};

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

Result<std::string> run_program(const std::vector<std::string>& command, std::string_view input) {
    std::vector<char*> arguments;
    for (const std::string& argument : command)
        arguments.push_back(const_cast<char*>(argument.c_str()));
    arguments.push_back(nullptr);
    const UniqueFd in = memory_file(input), out = memory_file(), err = memory_file();
    FileActions files;
    files.use(in, 0);
    files.use(out, 1);
    files.use(err, 2);
    char path[] = "PATH=/usr/bin:/bin", language[] = "LC_ALL=C";
    char* environment[] = {path, language, nullptr};
    pid_t pid = -1;
    const std::string program = "/usr/bin/" + command.front();
    const int failed =
        ::posix_spawn(&pid, program.c_str(), files.get(), nullptr, arguments.data(), environment);
    if (failed != 0)
        return Error{Kind::unsupported, "starting " + program + ": " + std::string(std::strerror(failed)),
                     "checking signatures needs GnuPG: install gnupg"};
    int status = 0;
    while (::waitpid(pid, &status, 0) < 0 && errno == EINTR) {
    }
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0) return contents(out);
    Error error{Kind::verify, command.front() + " failed with status " + std::to_string(WEXITSTATUS(status))};
    SLIPWAY_TRY_ASSIGN(const std::string said, contents(err));
    for (const std::string& line : support::split(said, '\n'))
        if (!line.empty() && error.trace.size() < 20) error.trace.push_back(support::printable(line));
    return error;
}

} // namespace slipway::pacman_fetch
