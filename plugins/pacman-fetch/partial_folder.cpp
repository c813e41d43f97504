// SPDX-License-Identifier: GPL-3.0-or-later
#include <fcntl.h>
#include <partial_folder.hpp>
#include <sys/file.h>

#include <cerrno>
#include <chrono>
#include <filesystem>
#include <thread>
#include <vector>

namespace slipway::pacman_fetch {

using support::Error;
using support::Kind;
using support::Result;

namespace {

constexpr std::string_view note_suffix = ".from"; // Transfer::sidecar()
constexpr auto oldest = std::chrono::hours(30 * 24);

void remove_old(const std::string& folder) {
    const auto limit = std::filesystem::file_time_type::clock::now() - oldest;
    std::error_code failed;
    for (const auto& entry : std::filesystem::directory_iterator(folder, failed))
        if (entry.path().filename() != "lock" && entry.last_write_time(failed) < limit && !failed)
            std::filesystem::remove(entry.path(), failed);
}

/// The notes on where parts came from whose parts are gone: a kill or a fault came between the two.
std::vector<std::filesystem::path> widows_in(const std::string& folder) {
    std::vector<std::filesystem::path> widows;
    std::error_code failed;
    for (const auto& entry : std::filesystem::directory_iterator(folder, failed)) {
        const std::filesystem::path& note = entry.path();
        if (note.extension() == note_suffix
            && !std::filesystem::exists(std::filesystem::path(note).replace_extension(), failed))
            widows.push_back(note);
    }
    return widows;
}

} // namespace

Result<PartialFolder> PartialFolder::take(const std::string& folder, const std::function<bool()>& cancelled,
                                          const std::function<void(const std::string&)>& waiting) {
    SLIPWAY_TRY(support::make_dirs(folder));
    const std::string path = folder + "/lock";
    support::UniqueFd lock(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644));
    if (!lock) return support::errno_error("opening '" + path + "'", errno);
    for (bool told = false; ::flock(lock.get(), LOCK_EX | LOCK_NB) != 0; told = true) {
        if (errno != EWOULDBLOCK && errno != EINTR)
            return support::errno_error("locking '" + path + "'", errno);
        if (cancelled()) return Error{Kind::cancelled, "fetching packages: cancelled"};
        if (!told && waiting) waiting("another stage downloads packages; waiting for it");
        std::this_thread::sleep_for(std::chrono::milliseconds(50));
    }
    remove_old(folder);
    std::error_code failed;
    for (const auto& widow : widows_in(folder))
        std::filesystem::remove(widow, failed);
    return PartialFolder(std::move(lock));
}

bool has_leftovers(const std::string& folder) {
    return !widows_in(folder).empty();
}

Result<void> remove_partial(const std::string& path) {
    SLIPWAY_TRY(support::remove_tree(path));
    return support::remove_tree(path + std::string(note_suffix));
}

} // namespace slipway::pacman_fetch
