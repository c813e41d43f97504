// SPDX-License-Identifier: GPL-3.0-or-later
#include "secret_helper.hpp"

#include <poll.h>
#include <support/spawn.hpp>
#include <support/text.hpp>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <utility>

namespace slipway::chain {

using support::Error;
using support::Kind;
using support::Result;
using support::SecretBytes;
using support::UniqueFd;

namespace {

/// Attributes and an empty line (git-credential(1), "INPUT/OUTPUT FORMAT").
std::string question_of(const FromCommand& command) {
    if (command.ask.empty()) return {};
    std::string text;
    for (const auto& [key, value] : command.ask)
        text.append(key).append("=").append(value).append("\n");
    return text + "\n";
}

std::vector<std::string> own_environment() {
    std::vector<std::string> out;
    for (char** entry = environ; *entry != nullptr; ++entry)
        out.emplace_back(*entry);
    return out;
}

UniqueFd memory_file(std::string_view text) {
    UniqueFd fd(::memfd_create("helper", MFD_CLOEXEC));
    (void)support::write_all(fd.get(), text, "a file in memory");
    ::lseek(fd.get(), 0, SEEK_SET);
    return fd;
}

} // namespace

SecretHelper::SecretHelper(const FromCommand& command, pid_t pid)
    : name_("'" + support::printable(command.words.front()) + "'"), asked_(!command.ask.empty()), pid_(pid) {}

SecretHelper::SecretHelper(SecretHelper&& other) noexcept
    : name_(std::move(other.name_)), asked_(other.asked_), pid_(std::exchange(other.pid_, -1)),
      output_(std::move(other.output_)), said_(std::move(other.said_)) {}

SecretHelper::~SecretHelper() {
    if (pid_ < 0) return;
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
}

Result<SecretHelper> SecretHelper::start(const FromCommand& command) {
    SLIPWAY_TRY_ASSIGN(support::Pipe output, support::make_pipe());
    const UniqueFd question = memory_file(question_of(command));
    UniqueFd said = memory_file({});
    support::Spawn spawn;
    spawn.give(question.get(), STDIN_FILENO);
    spawn.give(output.write.get(), STDOUT_FILENO);
    spawn.give(said.get(), STDERR_FILENO);
    spawn.close_from(STDERR_FILENO + 1); // see spawn_worker()
    pid_t pid = -1;
    const int failed = spawn.start(command.words.front(), command.words, own_environment(), pid);
    if (failed != 0)
        return support::errno_error("starting '" + support::printable(command.words.front()) + "'", failed);
    SecretHelper helper(command, pid);
    helper.output_ = std::move(output.read);
    helper.said_ = std::move(said);
    return helper;
}

Result<SecretBytes> SecretHelper::answer(std::chrono::seconds patience) {
    SecretBytes output = SecretBytes::with_room();
    SLIPWAY_TRY(take_output(output, patience));
    SLIPWAY_TRY(wait_for_end());
    if (!asked_) return SecretBytes(output.view());
    SecretBytes password = password_of(output);
    if (password.empty()) return failure("tells no password");
    return password;
}

Result<void> SecretHelper::take_output(SecretBytes& output, std::chrono::seconds patience) {
    using Clock = std::chrono::steady_clock;
    const auto deadline = Clock::now() + patience;
    for (bool more = true; more;) {
        const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(deadline - Clock::now());
        pollfd ready{output_.get(), POLLIN, 0};
        const int polled = left.count() > 0 ? ::poll(&ready, 1, static_cast<int>(left.count())) : 0;
        if (polled < 0 && errno == EINTR) continue;
        if (polled <= 0) return failure("has not answered within " + support::human_duration(patience));
        SLIPWAY_TRY_ASSIGN(more, output.read_more(output_.get(), "the answer of " + name_));
    }
    return {};
}

Result<void> SecretHelper::wait_for_end() {
    int status = 0;
    // It has closed its output, and has nothing more to do.
    for (int i = 0; i < 200 && ::waitpid(pid_, &status, WNOHANG) == 0; ++i) {
        ::usleep(10000);
        if (i == 199) return failure("does not end");
    }
    pid_ = -1;
    if (WIFSIGNALED(status))
        return failure(std::string("was killed by signal ") + std::to_string(WTERMSIG(status)));
    if (WEXITSTATUS(status) != 0) return failure("exited with " + std::to_string(WEXITSTATUS(status)));
    return {};
}

Error SecretHelper::failure(const std::string& what) const {
    ::lseek(said_.get(), 0, SEEK_SET);
    auto said = support::read_all(said_.get(), "a file in memory", 64u << 10);
    Error error{Kind::auth, name_ + " " + what, "run it by hand, and see what it says"};
    for (const std::string& line : support::split(said ? said.value() : "", '\n'))
        if (!line.empty() && error.trace.size() < 10) error.trace.push_back(support::printable(line));
    return error;
}

SecretBytes password_of(const SecretBytes& answer) {
    constexpr std::string_view key = "password=";
    std::string_view rest = answer.view();
    while (!rest.empty()) {
        const std::string_view line = rest.substr(0, rest.find('\n'));
        if (line.starts_with(key)) return SecretBytes(line.substr(key.size()));
        rest.remove_prefix(std::min(line.size() + 1, rest.size()));
    }
    return {};
}

} // namespace slipway::chain
