// SPDX-License-Identifier: GPL-3.0-or-later
#include <common/kept.hpp>
#include <fcntl.h>
#include <support/fs.hpp>
#include <sys/stat.h>

#include <chrono>
#include <ctime>
#include <filesystem>

namespace slipway::common {

namespace fs = std::filesystem;

namespace {

/// Writing down each use would cost a call that the sandbox looks at.
bool is_of_today(const struct stat& st) {
    return ::time(nullptr) - st.st_mtim.tv_sec < 24 * 60 * 60;
}

} // namespace

void remove_unused(const std::string& folder, std::string_view except) {
    const auto oldest = fs::file_time_type::clock::now() - std::chrono::hours(100 * 24);
    std::error_code failed;
    for (const auto& entry : fs::directory_iterator(folder, failed)) {
        std::error_code unknown;
        const auto used = entry.last_write_time(unknown);
        if (!unknown && used < oldest && entry.path().filename() != except)
            (void)support::remove_tree(entry.path());
    }
}

void mark_used(const std::string& path) {
    struct stat st {};

    if (::stat(path.c_str(), &st) == 0 && !is_of_today(st)) ::utimensat(AT_FDCWD, path.c_str(), nullptr, 0);
}

void mark_used(int fd) {
    struct stat st {};

    if (::fstat(fd, &st) == 0 && !is_of_today(st)) ::futimens(fd, nullptr);
}

} // namespace slipway::common
