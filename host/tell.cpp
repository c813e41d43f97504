// SPDX-License-Identifier: GPL-3.0-or-later
#include "tell.hpp"

#include <fmt/format.h>
#include <slipway/stage.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <string>

namespace slipway::host {

bool is_stream(const char* value, int fd) {
    struct stat st {};

    return value != nullptr && ::fstat(fd, &st) == 0 && fmt::format("{}:{}", st.st_dev, st.st_ino) == value;
}

Priority priority_of(int level) {
    if (level >= SLIPWAY_ERROR) return Priority::error;
    if (level >= SLIPWAY_WARNING) return Priority::warning;
    return level >= SLIPWAY_INFO ? Priority::info : Priority::debug;
}

void tell(Priority priority, std::string_view text) {
    static const bool journal = is_stream(std::getenv("JOURNAL_STREAM"), STDERR_FILENO);
    if (!journal) return fmt::print(stderr, "{}", text);
    std::string lines;
    while (!text.empty()) {
        const std::string_view line = text.substr(0, std::min(text.find('\n'), text.size() - 1) + 1);
        lines += fmt::format("<{}>{}", static_cast<int>(priority), line);
        text.remove_prefix(line.size());
    }
    fmt::print(stderr, "{}", lines);
}

} // namespace slipway::host
