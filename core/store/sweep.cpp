// SPDX-License-Identifier: GPL-3.0-or-later
#include <dirent.h>
#include <fcntl.h>
#include <store/store.hpp>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <memory>

namespace slipway::store {

using support::Change;
using support::Digest;
using support::Result;
using support::UniqueFd;

namespace {

struct CloseFolder {
    void operator()(DIR* folder) const { ::closedir(folder); }
};

/// A folder that is one itself, by its name in another one; none for anything else.
UniqueFd folder_at(int parent, const std::string& name) {
    return UniqueFd(::openat(parent, name.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
}

/// In order, all read before anything is changed there.
Result<std::vector<std::string>> names_in(int folder, const std::string& shown) {
    const std::unique_ptr<DIR, CloseFolder> stream(::fdopendir(::fcntl(folder, F_DUPFD_CLOEXEC, 0)));
    if (!stream) return support::errno_error("reading '" + shown + "'", errno);
    std::vector<std::string> names;
    while (const dirent* entry = ::readdir(stream.get()))
        names.emplace_back(entry->d_name);
    std::ranges::sort(names);
    return names;
}

class Sweeper {
public:
    Sweeper(const Store::Needed& needed, Change change) : needed_(needed), change_(change) {}

    Result<void> sweep(int folder, const std::string& prefix, const std::string& shown) {
        SLIPWAY_TRY_ASSIGN(const auto names, names_in(folder, shown));
        for (const std::string& name : names) {
            const auto digest = Digest::parse(name);
            if (!digest || !name.starts_with(prefix)) continue;
            SLIPWAY_TRY(look_at(folder, digest.value(), shown));
        }
        return {};
    }

    Swept swept;

private:
    Result<void> look_at(int folder, const Digest& digest, const std::string& shown) {
        struct stat st {};

        const char* const name = digest.hex().c_str();
        if (::fstatat(folder, name, &st, AT_SYMLINK_NOFOLLOW) != 0 || !S_ISREG(st.st_mode)) return {};
        if (needed_(digest, st.st_ctim.tv_sec)) return {};
        if (change_ == Change::made && ::unlinkat(folder, name, 0) != 0)
            return support::errno_error("removing '" + shown + "/" + digest.hex() + "'", errno);
        swept.artifacts.push_back(digest);
        if (st.st_nlink == 1) swept.bytes += static_cast<std::uint64_t>(st.st_size);
        return {};
    }

    const Store::Needed& needed_;
    Change change_;
};

} // namespace

Result<Swept> Store::sweep(const Needed& needed, Change change) const {
    const std::string path = root_ + "/sha256";
    const UniqueFd root = folder_at(AT_FDCWD, root_), top = folder_at(root.get(), "sha256");
    if (!top)
        return support::Error{support::Kind::denied, "'" + path + "' is a link, or below one",
                              "what is behind it is not touched; mount it there instead (mount --bind)"};
    SLIPWAY_TRY_ASSIGN(const auto prefixes, names_in(top.get(), path));
    Sweeper sweeper(needed, change);
    for (const std::string& prefix : prefixes) {
        if (prefix.size() != 2 || prefix == "..") continue;
        const UniqueFd folder = folder_at(top.get(), prefix);
        if (!folder) continue;
        SLIPWAY_TRY(sweeper.sweep(folder.get(), prefix, path + "/" + prefix));
        if (change == Change::made) ::unlinkat(top.get(), prefix.c_str(), AT_REMOVEDIR); // if it is empty
    }
    return std::move(sweeper.swept);
}

} // namespace slipway::store
