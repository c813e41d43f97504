// SPDX-License-Identifier: GPL-3.0-or-later
#include <worker/children.hpp>

#include <filesystem>
#include <fstream>

namespace slipway::worker {

std::vector<pid_t> children_of_this_process() {
    std::vector<pid_t> out;
    std::error_code failed;
    for (const auto& thread : std::filesystem::directory_iterator("/proc/self/task", failed)) {
        std::ifstream list(thread.path() / "children");
        for (pid_t pid = 0; list >> pid;)
            out.push_back(pid);
    }
    return out;
}

} // namespace slipway::worker
