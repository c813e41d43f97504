// SPDX-License-Identifier: GPL-3.0-or-later
//
// Runs programs in a folder as if it were a machine of its own (stage.h, slipway.enclosure/1). The mounts
// that this takes are forbidden to a sandboxed process, so a helper that never loads a plugin makes them:
// docs/decisions/0030-enclosure.md.
#pragma once

#include <slipway/stage.h>
#include <support/fs.hpp>
#include <support/result.hpp>
#include <sys/types.h>

#include <memory>
#include <string>
#include <vector>

namespace slipway::worker {

struct EnclosedProgram {
    std::string root; ///< a folder's name in the work folder
    std::vector<std::string> arguments;
    std::vector<std::string> environment;
    int input = -1;
    int output = -1;
};

class Enclosure {
public:
    /// Start the helper. Before this process gives up rights; it must be root here (become_root()) and have
    /// one thread.
    static support::Result<std::unique_ptr<Enclosure>> start(const std::string& work_dir);

    /// Ends the helper and whatever it runs.
    ~Enclosure();
    Enclosure(const Enclosure&) = delete;

    /// The socket that slipway_host_enclosure_1::start() gives.
    support::Result<support::UniqueFd> run(const EnclosedProgram& program);

private:
    Enclosure(support::UniqueFd socket, pid_t helper) : socket_(std::move(socket)), helper_(helper) {}

    support::UniqueFd socket_;
    pid_t helper_;
};

} // namespace slipway::worker
