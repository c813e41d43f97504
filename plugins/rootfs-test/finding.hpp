// SPDX-License-Identifier: GPL-3.0-or-later
//
// What a check is and what it found.
#pragma once

#include <optional>
#include <string>
#include <vector>

namespace slipway::rootfs_test {

/// Something that is not as it must be.
struct Finding {
    std::string subject; ///< a path, as it is in the tar
    std::string found;
    std::string expected;
};

/// What a program did in the copy of the tree.
struct ProgramRun {
    std::vector<std::string> arguments;
    int exit_code = 0;
    std::vector<std::string> last; ///< lines it printed
};

struct Check {
    std::string name;    ///< the option that asked for it: "files", "absent", ...
    std::string expects; ///< in words
    std::vector<Finding> findings = {};
    std::optional<ProgramRun> program = {}; ///< of "commands"

    bool passed() const { return findings.empty(); }
};

} // namespace slipway::rootfs_test
