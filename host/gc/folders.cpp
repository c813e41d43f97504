// SPDX-License-Identifier: GPL-3.0-or-later
#include "gc/folders.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <string_view>

namespace slipway::host::gc {

namespace fs = std::filesystem;
using journal::Time;
using support::UniqueFd;

namespace {

constexpr Time day = std::chrono::milliseconds(std::chrono::hours(24)).count();
constexpr Time unused_cache = 100 * day; ///< as common::remove_unused() has it in plugins
constexpr Time rebuild_begins = day;     ///< within which `slipway reproduce` has surely taken its lock

bool is_folder(const fs::path& path) {
    struct stat st {};

    return ::lstat(path.c_str(), &st) == 0 && S_ISDIR(st.st_mode);
}

/// What is in a folder, in order; nothing of what is none.
std::vector<fs::path> entries_of(const std::string& folder) {
    std::vector<fs::path> entries;
    if (!is_folder(folder)) return entries;
    std::error_code failed;
    for (const auto& entry : fs::directory_iterator(folder, failed))
        entries.push_back(entry.path());
    std::ranges::sort(entries);
    return entries;
}

Time in_ms(const timespec& time) {
    return Time{time.tv_sec} * 1000;
}

/// When something below `path` was last read or written, as far as the file system tells. A folder's own
/// times do not count where it holds files: who looks into it changes them.
Time last_use(const fs::path& path) {
    struct stat st {};

    if (::lstat(path.c_str(), &st) != 0) return 0;
    if (!S_ISDIR(st.st_mode)) return std::max(in_ms(st.st_atim), in_ms(st.st_mtim));
    Time last = 0;
    for (const fs::path& entry : entries_of(path))
        last = std::max(last, last_use(entry));
    return last > 0 ? last : in_ms(st.st_mtim);
}

Share share_of(const std::map<std::string, Share>& shares, const std::string& run) {
    const auto share = shares.find(run);
    return share == shares.end() ? Share::nothing : share->second;
}

/// Whether the process that rebuilt there has ended, however.
bool is_left(const fs::path& rebuild, Time now) {
    const std::string lock = rebuild / "lock";
    const UniqueFd fd(::open(lock.c_str(), O_RDWR | O_NOFOLLOW | O_CLOEXEC));

    struct stat st {};

    // It writes its number there once it has the lock.
    if (!fd || ::fstat(fd.get(), &st) != 0 || st.st_size == 0)
        return ::lstat(rebuild.c_str(), &st) == 0 && now - in_ms(st.st_mtim) > rebuild_begins;
    return ::flock(fd.get(), LOCK_EX | LOCK_NB) == 0;
}

/// Whether it came to an end, and was kept because it was different.
bool is_whole(const fs::path& rebuild) {
    const std::string path = rebuild / "journal.db";
    if (!fs::exists(path)) return false;
    const auto journal = journal::Journal::open(path);
    if (!journal) return true; // not ours to judge
    const auto runs = journal.value().runs(1);
    return !runs || (!runs.value().empty() && runs.value().front().state != "running");
}

} // namespace

std::vector<std::string> leftovers_in(const State& state) {
    std::vector<std::string> all;
    for (const char* folder : {"/store/tmp", "/work"})
        for (const fs::path& entry : entries_of(state.folder + folder))
            all.push_back(entry);
    for (const char* folder : draft_folders)
        if (is_folder(state.folder + folder))
            std::ranges::move(support::drafts_in(state.folder + folder), std::back_inserter(all));
    return all;
}

std::vector<std::string> provenance_in(const State& state, const std::map<std::string, Share>& shares) {
    std::vector<std::string> all;
    for (const fs::path& entry : entries_of(state.folder + "/provenance"))
        if (entry.extension() == ".json" && share_of(shares, entry.stem()) == Share::nothing)
            all.push_back(entry);
    return all;
}

std::vector<std::string> rebuilds_in(const State& state, const std::map<std::string, Share>& shares,
                                     Time now) {
    std::vector<std::string> all;
    for (const fs::path& entry : entries_of(state.folder + "/reproduce")) {
        const std::string name = entry.filename();
        const Share share = share_of(shares, name.substr(0, name.rfind('-')));
        if (is_folder(entry) && is_left(entry, now) && (share != Share::whole || !is_whole(entry)))
            all.push_back(entry);
    }
    return all;
}

std::vector<std::string> caches_in(const State& state, const Needs& needs, Time now) {
    std::vector<std::string> all;
    for (const fs::path& entry : entries_of(state.folder + "/cache"))
        if (is_folder(entry) && !needs.stage_type(entry.filename()) && now - last_use(entry) > unused_cache)
            all.push_back(entry);
    return all;
}

} // namespace slipway::host::gc
