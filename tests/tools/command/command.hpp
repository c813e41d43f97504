// SPDX-License-Identifier: GPL-3.0-or-later
//
// Runs the real tools (git, zstd, xz, tar, ...) that judge what our code wrote, and makes a scratch folder.
#pragma once

#include <map>
#include <string>
#include <vector>

namespace slipway::test {

struct CommandResult {
    int status = -1;    ///< exit status; 128 + signal if it was killed
    std::string output; ///< standard output and error, together
};

/// Run a program from PATH to its end; no shell. `environment` comes on top of PATH, LC_ALL=C, TZ=UTC and
/// a HOME that does not exist, so that nobody's configuration takes part.
CommandResult run_command(const std::vector<std::string>& arguments,
                          const std::map<std::string, std::string>& environment = {});

/// A folder of the test's own, removed with everything in it.
class ScratchFolder {
public:
    ScratchFolder();
    ScratchFolder(const ScratchFolder&) = delete;
    ~ScratchFolder();

    const std::string& path() const { return path_; }

    std::string operator/(const std::string& name) const { return path_ + "/" + name; }

private:
    std::string path_;
};

} // namespace slipway::test
