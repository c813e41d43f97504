// SPDX-License-Identifier: GPL-3.0-or-later
#include "own_mounts.hpp"

#include "landlock.hpp"

#include <fcntl.h>
#include <support/fs.hpp>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <filesystem>

namespace slipway::worker {

namespace fs = std::filesystem;
using support::Result;
using support::UniqueFd;

namespace {

constexpr std::array<const char*, 3> replaced{"/tmp", "/var/tmp", "/run"};

struct Kept {
    std::string path; ///< where it is, without links
    bool folder;
    UniqueFd mount;
};

bool is_below(const std::string& path, const std::string& folder) {
    return path.starts_with(folder + "/");
}

/// A mount of what is at `path`, attached nowhere yet.
Result<UniqueFd> clone_of(const std::string& path) {
    UniqueFd fd(static_cast<int>(::syscall(SYS_open_tree, AT_FDCWD, path.c_str(),
                                           OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_RECURSIVE)));
    if (!fd) return support::errno_error("mounting '" + path + "'", errno);
    return fd;
}

Result<void> restrict_mounts(int folder, const char* path) {
    mount_attr attributes{};
    attributes.attr_set = MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID;
    const unsigned flags = AT_RECURSIVE | (*path == '\0' ? AT_EMPTY_PATH : 0);
    if (::syscall(SYS_mount_setattr, folder, path, flags, &attributes, sizeof attributes) != 0)
        return support::errno_error("making mounts read-only", errno);
    return {};
}

/// The nearest that exists, without links; "" for none but the root.
std::string existing_path(fs::path path) {
    std::error_code failed;
    while (path.has_relative_path() && !fs::exists(path, failed))
        path = path.parent_path();
    const std::string real = fs::canonical(path, failed).string();
    return real == "/" ? "" : real;
}

/// Add what is at `real`; what lies in the folder of an earlier one comes with it.
Result<void> keep(std::vector<Kept>& kept, const std::string& real) {
    std::error_code failed;
    if (real.empty()
        || std::ranges::any_of(kept, [&](const Kept& k) { return k.path == real || is_below(real, k.path); }))
        return {};
    SLIPWAY_TRY_ASSIGN(UniqueFd mount, clone_of(real));
    kept.push_back({real, fs::is_directory(real, failed), std::move(mount)});
    return {};
}

/// A place to mount `kept` on, where a file system has been replaced by an empty one.
Result<void> make_place(const Kept& kept) {
    const fs::path path(kept.path);
    SLIPWAY_TRY(support::make_dirs(kept.folder ? path.string() : path.parent_path().string()));
    if (kept.folder) return {};
    const UniqueFd file(::open(path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600));
    return file || ::access(path.c_str(), F_OK) == 0
               ? Result<void>()
               : support::errno_error("making '" + kept.path + "'", errno);
}

Result<void> attach(const Kept& kept) {
    if (::syscall(SYS_move_mount, kept.mount.get(), "", AT_FDCWD, kept.path.c_str(), MOVE_MOUNT_F_EMPTY_PATH)
        != 0)
        return support::errno_error("mounting '" + kept.path + "'", errno);
    return {};
}

Result<void> replace(const char* folder) {
    struct stat st {};

    if (::lstat(folder, &st) != 0 || !S_ISDIR(st.st_mode)) return {};
    if (::mount("tmpfs", folder, "tmpfs", MS_NOSUID | MS_NODEV, "mode=1777,size=64m,nr_inodes=8192") != 0)
        return support::errno_error(std::string("replacing '") + folder + "'", errno);
    return {};
}

bool is_replaced(const std::string& path) {
    return std::ranges::any_of(replaced, [&](const char* folder) { return is_below(path, folder); });
}

/// What may be read, and would no longer be there: without links.
std::vector<std::string> hidden_paths(const SandboxPolicy& policy) {
    std::vector<std::string> paths = policy.read_paths, hidden;
    std::ranges::copy_if(system_paths(), std::back_inserter(paths), is_replaced);
    for (const std::string& path : paths) {
        std::error_code failed;
        const std::string real = fs::canonical(path, failed).string();
        if (!failed && is_replaced(real)) hidden.push_back(real);
    }
    std::ranges::sort(hidden); // folders before what is in them
    return hidden;
}

} // namespace

Result<void> make_own_mounts(const SandboxPolicy& policy) {
    if (::mount("", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0)
        return support::errno_error("making the mounts private", errno);
    std::vector<Kept> writable, readable;
    for (const std::string& path : policy.write_paths)
        SLIPWAY_TRY(keep(writable, existing_path(path)));
    for (const std::string& path : hidden_paths(policy))
        if (std::ranges::none_of(writable,
                                 [&](const Kept& k) { return path == k.path || is_below(path, k.path); }))
            SLIPWAY_TRY(keep(readable, path));
    for (const Kept& kept : readable)
        SLIPWAY_TRY(restrict_mounts(kept.mount.get(), ""));
    SLIPWAY_TRY(restrict_mounts(AT_FDCWD, "/"));
    // Where an empty one cannot be had, the stage must still find its work folder.
    Result<void> all_replaced;
    for (const char* folder : replaced)
        if (auto done = replace(folder); !done) all_replaced = std::move(done);
    // Folders before what is in them.
    std::vector<Kept> all = std::move(readable);
    std::ranges::move(writable, std::back_inserter(all));
    std::ranges::sort(all, {}, &Kept::path);
    for (const Kept& kept : all) {
        if (is_replaced(kept.path)) SLIPWAY_TRY(make_place(kept));
        SLIPWAY_TRY(attach(kept));
    }
    return all_replaced;
}

Result<void> make_own_proc() {
    constexpr unsigned long flags = MS_RDONLY | MS_NOSUID | MS_NODEV | MS_NOEXEC;
    if (::mount("proc", "/proc", "proc", flags, nullptr) != 0)
        return support::errno_error("mounting /proc", errno);
    return {};
}

} // namespace slipway::worker
