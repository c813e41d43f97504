// SPDX-License-Identifier: GPL-3.0-or-later
//
// Artifacts as pipes. The threads at their other ends end with the pipe, or with the process.
#pragma once

#include <support/fs.hpp>

#include <string>
#include <thread>

namespace slipway::check {

/// The end to read from; the file comes a byte at a time at first.
support::UniqueFd pipe_from(const std::string& path);

struct PipeInto {
    support::UniqueFd write;
    std::jthread drain; ///< ends when every copy of `write` is closed
};

/// What is written goes into `file`.
PipeInto pipe_into(support::UniqueFd file);

} // namespace slipway::check
