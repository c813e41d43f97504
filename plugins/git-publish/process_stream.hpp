// SPDX-License-Identifier: GPL-3.0-or-later
//
// A program as a Stream: its standard input and output are the conversation.
#pragma once

#include <carrier.hpp>
#include <support/fs.hpp>
#include <sys/types.h>

#include <chrono>
#include <string>
#include <vector>

namespace slipway::git_publish {

/// Judges a program that ended without a word: its exit status (128 + signal if it was killed), and the last
/// lines of its standard error.
using Verdict = std::function<support::Error(int status, std::vector<std::string> said)>;

struct Program {
    std::string path;
    std::vector<std::string> arguments;   ///< begin with the program's name
    std::vector<std::string> environment; ///< NAME=VALUE
    std::chrono::seconds silence;         ///< see Patience
    Verdict verdict;
};

class ProcessStream final : public Stream {
public:
    /// Kind::unsupported if the program cannot be started.
    static support::Result<std::unique_ptr<Stream>> start(const Program& program, const Stop& stop);
    ~ProcessStream() override; ///< the program is gone then
    ProcessStream(const ProcessStream&) = delete;
    ProcessStream& operator=(const ProcessStream&) = delete;

    support::Result<std::size_t> read(char* buffer, std::size_t size) override;
    support::Result<void> write(std::string_view bytes) override;

private:
    ProcessStream(const Program& program, const Stop& stop) : program_(program), stop_(stop) {}

    support::Result<bool> wait(bool to_write);
    void take_words();
    void take_bytes();
    int end();
    support::Error failure();

    Program program_;
    Stop stop_;
    pid_t pid_ = -1;
    int status_ = 0;
    support::UniqueFd talk_; ///< a socket: its standard input and output
    support::UniqueFd said_; ///< a pipe: its standard error
    std::string words_;      ///< the last of what came there
    std::string incoming_;   ///< came while we wrote
    bool over_ = false;      ///< it has closed its side
};

} // namespace slipway::git_publish
