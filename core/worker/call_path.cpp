// SPDX-License-Identifier: GPL-3.0-or-later
#include "call_path.hpp"

#include "tasks.hpp"

#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <filesystem>

namespace slipway::worker {

namespace {

std::string in_proc(pid_t pid, const std::string& name) {
    return "/proc/" + std::to_string(pid) + "/" + name;
}

std::string link_text(const std::string& path) {
    std::error_code failed;
    return std::filesystem::read_symlink(path, failed).string();
}

/// "/proc/self/fd/3" and "/proc/4/fd/3" as they are called here.
std::string in_our_proc(const std::string& path, pid_t caller) {
    for (const std::string self : {"/proc/self", "/proc/thread-self"})
        if (path == self || path.starts_with(self + "/"))
            return "/proc/" + std::to_string(caller) + path.substr(self.size());
    const auto inner = process_in(path);
    const auto process = inner ? find_process(processes_beside(caller), *inner) : std::nullopt;
    if (!process) return path;
    const std::size_t end = path.find('/', 6);
    return "/proc/" + std::to_string(*process) + (end == std::string::npos ? "" : path.substr(end));
}

std::string below(const std::string& folder, const std::string& text) {
    return folder.starts_with('/') ? folder + "/" + text : std::string();
}

} // namespace

std::string path_of_descriptor(pid_t caller, int fd) {
    return link_text(in_proc(caller, fd == AT_FDCWD ? "cwd" : "fd/" + std::to_string(fd)));
}

std::string path_here(pid_t caller, const std::string& text) {
    if (text.starts_with('/')) return in_our_proc(text, caller);
    return below(path_of_descriptor(caller, AT_FDCWD), text);
}

std::string named_path(const Call& call, int folder_argument, int path_argument) {
    const auto text = text_of(call.pid, call.arguments[static_cast<std::size_t>(path_argument)]);
    if (!text || text->empty()) return {};
    if (text->starts_with('/') || folder_argument == no_folder) return path_here(call.pid, *text);
    const auto folder = static_cast<int>(call.arguments[static_cast<std::size_t>(folder_argument)]);
    return below(path_of_descriptor(call.pid, folder), *text);
}

bool is_there_for(pid_t caller, const std::string& path) {
    return exists(in_proc(caller, "root") + path);
}

std::string real_path(const std::string& path) {
    std::error_code failed;
    return std::filesystem::weakly_canonical(path, failed).string();
}

std::vector<std::string> with_real(std::vector<std::string> paths) {
    for (std::size_t i = 0, n = paths.size(); i < n; ++i)
        if (std::string real = real_path(paths[i]); !real.empty() && real != paths[i])
            paths.push_back(std::move(real));
    return paths;
}

bool covers(const std::vector<std::string>& folders, const std::string& path) {
    return std::ranges::any_of(folders, [&](const std::string& folder) {
        return folder == "/" || path == folder || (path.starts_with(folder) && path[folder.size()] == '/');
    });
}

bool exists(const std::string& path) {
    struct stat st {};

    return ::lstat(path.c_str(), &st) == 0;
}

bool is_link(const std::string& path) {
    struct stat st {};

    return ::lstat(path.c_str(), &st) == 0 && S_ISLNK(st.st_mode);
}

std::optional<pid_t> process_in(const std::string& path) {
    if (!path.starts_with("/proc/") || path.size() < 7
        || std::isdigit(static_cast<unsigned char>(path[6])) == 0)
        return std::nullopt;
    return std::atoi(path.c_str() + 6);
}

} // namespace slipway::worker
