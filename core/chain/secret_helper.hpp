// SPDX-License-Identifier: GPL-3.0-or-later
//
// A program that knows a secret: one of git's credential helpers, or one that prints it.
#pragma once

#include <chain/secret_sources.hpp>
#include <support/fs.hpp>
#include <support/secret_bytes.hpp>
#include <sys/types.h>

#include <chrono>

namespace slipway::chain {

class SecretHelper {
public:
    /// Start it, with the environment of this process. Kind::not_found and the like if it cannot be started.
    /// On the thread that starts all processes.
    static support::Result<SecretHelper> start(const FromCommand& command);

    SecretHelper(SecretHelper&& other) noexcept;
    SecretHelper& operator=(SecretHelper&&) = delete;
    ~SecretHelper(); ///< it is gone then

    /// The secret, once the program has ended. Kind::auth if it does not tell, or not within `patience`. From
    /// any thread, once.
    support::Result<support::SecretBytes> answer(std::chrono::seconds patience);

private:
    SecretHelper(const FromCommand& command, pid_t pid);

    support::Error failure(const std::string& what) const;
    support::Result<void> take_output(support::SecretBytes& output, std::chrono::seconds patience);
    support::Result<void> wait_for_end();

    std::string name_;
    bool asked_;
    pid_t pid_;
    support::UniqueFd output_, said_; ///< a pipe; a file in memory
};

/// The value of "password" in an answer to git-credential(1); empty if there is none.
support::SecretBytes password_of(const support::SecretBytes& answer);

} // namespace slipway::chain
