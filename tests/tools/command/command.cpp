// SPDX-License-Identifier: GPL-3.0-or-later
#include <command/command.hpp>
#include <fcntl.h>
#include <spawn.h>
#include <support/fs.hpp>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>

namespace slipway::test {

namespace {

[[noreturn]] void give_up(const std::string& why) {
    std::fprintf(stderr, "running a command: %s\n", why.c_str());
    std::abort();
}

std::vector<char*> pointers(std::vector<std::string>& words) {
    std::vector<char*> out;
    for (std::string& word : words)
        out.push_back(word.data());
    out.push_back(nullptr);
    return out;
}

std::vector<std::string> variables(const std::map<std::string, std::string>& more) {
    const char* path = std::getenv("PATH");
    std::map<std::string, std::string> all{
        {"PATH", path ? path : "/usr/bin:/bin"}, {"LC_ALL", "C"}, {"TZ", "UTC"}, {"HOME", "/nonexistent"}};
    for (const auto& [key, value] : more)
        all[key] = value;
    std::vector<std::string> out;
    for (const auto& [key, value] : all)
        out.push_back(key + "=" + value);
    return out;
}

} // namespace

CommandResult run_command(const std::vector<std::string>& arguments,
                          const std::map<std::string, std::string>& environment) {
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) != 0) give_up(std::strerror(errno));
    const support::UniqueFd reader(ends[0]);
    support::UniqueFd writer(ends[1]);
    posix_spawn_file_actions_t actions;
    ::posix_spawn_file_actions_init(&actions);
    ::posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
    ::posix_spawn_file_actions_adddup2(&actions, writer.get(), 1);
    ::posix_spawn_file_actions_adddup2(&actions, writer.get(), 2);
    std::vector<std::string> words = arguments, set = variables(environment);
    pid_t child = 0;
    const int failed = ::posix_spawnp(&child, words.at(0).c_str(), &actions, nullptr, pointers(words).data(),
                                      pointers(set).data());
    ::posix_spawn_file_actions_destroy(&actions);
    writer.reset();
    if (failed != 0) give_up(words[0] + ": " + std::strerror(failed));
    auto output = support::read_all(reader.get(), words[0], 1u << 30);
    int status = 0;
    ::waitpid(child, &status, 0);
    return {WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status),
            output ? std::move(output).value() : output.error().what};
}

ScratchFolder::ScratchFolder() {
    path_ = (std::filesystem::temp_directory_path() / "slipway-test-XXXXXX").string();
    if (::mkdtemp(path_.data()) == nullptr) give_up("cannot make " + path_);
}

ScratchFolder::~ScratchFolder() {
    (void)support::remove_tree(path_);
}

} // namespace slipway::test
